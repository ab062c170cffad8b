"""Small tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.format import capital, count
from feinschliff.report.words import flag_word

_FLAGS = ("truncated", "empty", "refused", "looping", "stopped_early", "prompt_cut", "failed")


@dataclass(frozen=True)
class Table:
    """Heads and rows of text; the first column names the row."""

    heads: list[str]
    rows: list[list[str]]


def flag_table(details: Mapping[str, Any], best: str, baseline: str) -> Table | None:
    """Odd answers of the search and of both sides of the confirmation; None where no answer was counted.

    Only what happened has a column.
    """
    parts = ((tr("Search"), "search_flags"), (baseline, "baseline_flags"), (best, "best_flags"))
    counts = [(part, found) for part, key in parts if (found := details.get(key))]
    if not counts:
        return None
    flags = [flag for flag in _FLAGS if any(found.get(flag) for _, found in counts)]
    rows = [[part, *(count(found.get(key) or 0) for key in ("answers", *flags))] for part, found in counts]
    return Table(["", tr("Answers"), *(capital(flag_word(flag)) for flag in flags)], rows)
