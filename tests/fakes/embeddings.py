"""What the fake server makes of texts: how often each letter is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LONGEST = 2000


def embedding_of(text: str) -> list[float]:
    """One vector."""
    return [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyzäöüß"]


def embeddings(model: str, texts: Sequence[str], *, usage: bool) -> tuple[int, Any]:
    """Status and body, the rows out of order; a text that is empty or too long is refused."""
    if not texts or not all(0 < len(text) <= LONGEST for text in texts):
        return 400, {"error": {"message": "a text that is empty or too long"}}
    rows = [{"object": "embedding", "index": i, "embedding": embedding_of(text)} for i, text in enumerate(texts)]
    tokens = sum(len(text.split()) for text in texts)
    counts = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if usage else {}
    return 200, {"object": "list", "model": model, "data": rows[::-1], **counts}
