"""The body of embeddings taken apart; whatever a server may send, it becomes vectors or a `BrokenBody`."""

from __future__ import annotations

from typing import Any

from feinschliff.endpoints.parse import BrokenBody, count, error_text, finite, parse_object

_REFUSED = 400


def parse_vectors(content: bytes, texts: int) -> tuple[tuple[tuple[float, ...], ...], int | None]:
    """(the embeddings of so many texts, in their order; tokens as the server counts them). Raises: BrokenBody."""
    body = parse_object(content)
    rows = body.get("data")
    if not isinstance(rows, list):
        raise BrokenBody(f"no data: {error_text(content)}" if "error" in body else "no data")
    if len(rows) != texts or not all(isinstance(row, dict) for row in rows):
        raise BrokenBody(f"{len(rows)} embeddings for {texts} texts")
    ordered = sorted(rows, key=lambda row: count(row.get("index")) or 0)
    vectors = tuple(_vector(row.get("embedding")) for row in ordered)
    if len({len(vector) for vector in vectors}) != 1:
        raise BrokenBody("embeddings of different length")
    usage = body.get("usage")
    return vectors, count(usage.get("prompt_tokens")) if isinstance(usage, dict) else None


def _vector(value: Any) -> tuple[float, ...]:
    if isinstance(value, list) and value and isinstance(value[0], list):
        # Nothing that would pass: the server was started without pooling.
        raise BrokenBody("embeddings of tokens, not of texts: the server needs --pooling mean", status=_REFUSED)
    numbers = [finite(number) for number in value] if isinstance(value, list) else []
    if not numbers or None in numbers:
        raise BrokenBody("an embedding that is no list of numbers")
    return tuple(number for number in numbers if number is not None)
