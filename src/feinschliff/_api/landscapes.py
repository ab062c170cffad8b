"""`landscape`: the score over the whole space of a finished search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.common import opened
from feinschliff._api.wanted import check_report, default_report
from feinschliff.report import landscape as _landscape
from feinschliff.report import write_landscape
from feinschliff.store import Store, get_run


@dataclass(frozen=True)
class Landscape:
    """The score over the whole space; `to_dict()` is the document of `fein landscape --json`."""

    run: str
    name: str | None
    scorer: str | None
    knobs: Mapping[str, JsonValue]
    """By searched parameter `[low, high]`, or `{"choices": [...]}`."""
    settings: Mapping[str, JsonValue]
    """The best found; `maps` and `effects` have all other parameters as there."""
    points: list[dict[str, Any]]
    """Settings that answers tell of, the highest estimate first: `settings`, `mean` with its 95 % interval (`low`,
    `high`), the `effective` number of answers behind it, the `answers` that it was asked for, and the `source`, `asked`
    or `replayed`."""
    maps: list[dict[str, Any]]
    """For each pair of numeric parameters `x` and `y`, the values `xs` and `ys`, and `mean` and `deviation` (standard)
    with a row for each of `ys`."""
    unknown: float
    """The standard deviation above which the answers tell less than half of what there was to be known."""
    effects: Mapping[str, Any]
    """By parameter the values `x` with `mean`, `low` and `high` (95 %)."""
    region: Mapping[str, Any] | None
    """The settings tied with the best found: see `fein tune`."""
    report: str
    """Path of the page."""
    when: Mapping[str, Any] = field(default_factory=dict)
    """The conditions of parameters that are searched only where others have certain values."""

    def to_dict(self) -> dict[str, Any]:
        """As `fein landscape --json` prints it."""
        return {key: value for key, value in asdict(self).items() if key != "when" or value}


def landscape(
    run: str,
    *,
    store: Store | str | Path | None = None,
    report: str | Path | None = None,
    language: str | None = None,
) -> Landscape:
    """What the answers of a finished search say of its whole space; no model is asked.

    Args:
        run: id or name of a run of `tune`.
        store: path or URL of the store, or an open one.
        report: where the HTML page with maps and effects goes; beside the store if None.
        language: of the page, `en` or `de`; the user's if None.

    Raises:
        InputError: there is no such run, it searched nothing, is not finished, or keeps no landscape.
    """
    check_report(report)
    with opened(store) as db:
        found = get_run(db, run)
        document = _landscape(found)
        path = write_landscape(found, report or default_report(db, f"{found.id}-landscape"), language=language)
    return Landscape(**document, report=str(path))
