"""Values that a backend replaces without a word."""

from __future__ import annotations

from typing import Any

from feinschliff.parameters.clamps import clamp_notes
from feinschliff.parameters.dialects import Dialect
from feinschliff.records import Settings


def noted(dialect: Dialect, known: dict[str, str] | None = None, **values: Any) -> list[str]:
    """Names."""
    return list(clamp_notes(Settings(values=values), dialect, known=known or {}))


def test_what_the_catalogue_knows_of() -> None:
    assert noted("anthropic", temperature=1.7, top_p=0.5, prompt="x", **{"extra.mine": 9}) == ["temperature"]
    assert noted("anthropic", temperature=1) == []
    assert noted("vllm", temperature=1.7) == []
    assert noted("llama.cpp", dry_base=0.5, mirostat=2) == ["dry_base"]
    (note,) = clamp_notes(Settings(values={"dry_base": 0.5}), "llama.cpp").values()
    assert "'dry_base=0.5' is less than" in note
    assert "1 or more" in note


def test_what_a_probe_has_found_counts_for_more() -> None:
    settings = Settings(values={"temperature": 1.7})
    for status in ("honoured", "rejected", "inert"):
        assert noted("anthropic", {"temperature": status}, temperature=1.7) == []
    seen = clamp_notes(settings, "unknown", known={"temperature": "clamped"}, applied={"temperature": (None, 1.5)})
    assert "1.5 or less" in seen["temperature"]
    wider = clamp_notes(settings, "anthropic", known={"temperature": "clamped"}, applied={"temperature": (0.0, 2.0)})
    assert wider == {}
    untold = clamp_notes(settings, "anthropic", known={"temperature": "clamped"}, applied={"temperature": (None, None)})
    assert "1 or less" in untold["temperature"]
