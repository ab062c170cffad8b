"""The list of runs in the terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from feinschliff.i18n import tr
from feinschliff.report.format import age, count, signed
from feinschliff.report.terminal import VERDICT_STYLES, cut, plain, plain_table
from feinschliff.report.words import kind_word, status_word, verdict_word
from feinschliff.store import Run

_NARROW = 80
"""Below this width the columns that matter least are left out."""
_OTHER_COLUMNS = {True: 53, False: 77}
"""Width of the list without the names, narrow and wide."""


def show_runs(runs: Sequence[Run], console: Console, *, now_s: float | None = None) -> None:
    """One line per run, in the given order; `now_s` is the time that ages are told from."""
    if not runs:
        console.print(plain(tr("No runs in this store yet. 'fein tune' makes the first one."), console))
        return
    now = time.time() if now_s is None else now_s
    narrow = console.width < _NARROW
    room = max(8, min(24, console.width - _OTHER_COLUMNS[narrow]))
    heads = [tr("run"), tr("name"), *([] if narrow else [tr("kind")]), tr("result")]
    table = plain_table(console)
    for head in heads:
        table.add_column(plain(head, console), no_wrap=True)
    for head in (tr("gain"), *(() if narrow else (tr("requests"),)), tr("age")):
        table.add_column(plain(head, console), justify="right", no_wrap=True)
    for run in runs:
        result = run.result or {}
        requests = (result.get("spent") or {}).get("requests")
        cells = [
            plain(run.id, console),
            plain(cut(run.name or "", room), console),
            None if narrow else plain(kind_word(run.kind), console),
            plain(_outcome(run), console, style=VERDICT_STYLES.get(result.get("verdict") or "", "")),
            plain(_difference(result), console),
            None if narrow else plain("" if requests is None else count(requests), console),
            plain(age(max(0.0, now - run.created_s)), console),
        ]
        table.add_row(*(cell for cell in cells if cell is not None))
    console.print(table)


def _outcome(run: Run) -> str:
    """The verdict, or how far the run got."""
    verdict = (run.result or {}).get("verdict")
    return verdict_word(verdict) if verdict and run.status == "done" else status_word(run.status)


def _difference(result: Mapping[str, Any]) -> str:
    mean = ((result.get("held_out") or {}).get("difference") or {}).get("mean")
    return "" if mean is None else signed(mean)
