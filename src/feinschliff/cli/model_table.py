"""Several models side by side, on stdout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feinschliff.cli.output import stdout, writing
from feinschliff.i18n import tr


def show_models(models: Mapping[str, Mapping[str, Any]]) -> None:
    """A row for each model, as `_api.figures.model_figures` gives it; a dash for what is unknown."""
    from rich.table import Table

    faults = {name: _faults(row) for name, row in models.items()}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(tr("model"), overflow="fold")
    heads = [tr("answers"), tr("failures"), *([tr("of which")] if any(faults.values()) else [])]
    for head in (*heads, tr("tokens/s"), tr("s (95 %)"), tr("words"), tr("requests")):
        table.add_column(head, justify="right", overflow="fold")
    for name, row in models.items():
        table.add_row(
            name,
            str(row["answers"]),
            "-" if row["failure_rate"] is None else f"{100 * row['failure_rate']:.1f} %",
            *([faults[name] or "-"] if any(faults.values()) else []),
            _number(row["tokens_per_s"]),
            f"{_number(row['latency_median_s'], 2)} ({_number(row['latency_p95_s'], 2)})",
            _number(row["words_mean"]),
            str(row["requests"]),
        )
    with writing():
        stdout().print(table)


def _faults(row: Mapping[str, Any]) -> str:
    """What went wrong, in words; an answer can be two of these."""
    names = {
        "failed": tr("no answer"),
        "empty": tr("empty"),
        "refused": tr("refused"),
        "truncated": tr("cut at max_tokens"),
    }
    return ", ".join(f"{row[key]} {shown}" for key, shown in names.items() if row[key])


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
