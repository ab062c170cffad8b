"""What is searched without anybody knowing whether the server honours it is named."""

from __future__ import annotations

from feinschliff.probing import Finding
from feinschliff.tuning.notes import untold_warnings

FOUND = {
    "top_p": Finding("unknown", "", tested=False),
    "top_k": Finding("unknown", ""),
    "temperature": Finding("honoured", ""),
    "max_tokens": Finding("unknown", "", tested=False),
}


def test_what_was_not_asked_and_what_was_not_told_are_named_apart() -> None:
    knobs = {name: finding.status for name, finding in FOUND.items()}
    not_asked, not_told = untold_warnings(knobs, FOUND, searched=("top_p", "top_k", "temperature"))
    assert "the budget is small: 'top_p'." in not_asked
    assert "honours 'top_k';" in not_told
    assert "max_tokens" not in not_asked + not_told  # fixed, not searched


def test_what_the_catalogue_knows_is_not_named() -> None:
    assert (
        untold_warnings({"top_p": "inert", "temperature": "honoured"}, FOUND, searched=("top_p", "temperature")) == []
    )
