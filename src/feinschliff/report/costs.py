"""What a run cost, and how fast it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.format import count, decimal, duration, is_number, money
from feinschliff.report.tables import Table
from feinschliff.store import Run


def cost_rows(run: Run) -> list[tuple[str, str]]:
    """What the run cost, over all resumes."""
    spent = (run.result or {}).get("spent") or {}
    if not spent:
        return [(tr("time"), duration(run.seconds))]
    return [
        (tr("requests"), count(spent.get("requests"))),
        (tr("prompt tokens"), count(spent.get("prompt_tokens"))),
        (tr("completion tokens"), count(spent.get("completion_tokens"))),
        (tr("time"), duration(spent.get("seconds"))),
        (tr("cost"), _priced(spent.get("usd"))),
    ]


def model_costs(details: Mapping[str, Any]) -> Table | None:
    """What each model cost; None where the run had one model."""
    models: Sequence[Mapping[str, Any]] = details.get("models") or []
    if len(models) < 2:
        return None
    rows = [
        [
            str(m.get("model") or tr("unknown")),
            *(count(m.get(key)) for key in ("requests", "prompt_tokens", "completion_tokens")),
            _priced(m.get("usd")),
        ]
        for m in models
    ]
    return Table([tr("model"), tr("requests"), tr("prompt tokens"), tr("completion tokens"), tr("cost")], rows)


def speed_table(details: Mapping[str, Any], best: str, baseline: str) -> Table | None:
    """How long the answers that are shown took, by side; None where that was not kept."""
    samples = details.get("samples") or []
    rows = []
    for name, side in ((baseline, "baseline"), (best, "best")):
        answers = [a for s in samples if (a := s.get(side)) and not a.get("failure") and a.get("latency_s")]
        if answers:
            rows.append([name, *_speeds(answers)])
    heads = ["", tr("answer length (tokens)"), tr("time per answer"), tr("tokens per second")]
    if any(row[4] for row in rows):
        heads.append(tr("first token after"))
    else:
        rows = [row[:4] for row in rows]
    return Table(heads, rows) if rows else None


def _priced(usd: float | None) -> str:
    return tr("no price") if usd is None else money(usd)


def _speeds(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Medians over answers; the last is empty where no answer was streamed."""
    tokens = [a["tokens"] for a in answers if a.get("tokens")]
    rates = [rate for a in answers if (rate := _rate(a)) is not None]
    firsts = [a["first_token_s"] for a in answers if is_number(a.get("first_token_s"))]
    return [
        count(median(tokens)) if tokens else tr("unknown"),
        duration(median(a["latency_s"] for a in answers)),
        _shown_rate(median(rates)) if rates else tr("unknown"),
        duration(median(firsts)) if firsts else "",
    ]


def _rate(answer: Mapping[str, Any]) -> float | None:
    """Tokens per second of one answer: as it was kept, else over its whole time."""
    kept = answer.get("tokens_per_s")
    if is_number(kept):
        return float(kept)
    tokens, seconds = answer.get("tokens") or 0, answer["latency_s"]
    return tokens / seconds if tokens else None


def _shown_rate(rate: float) -> str:
    return count(rate) if rate >= 10 else decimal(f"{rate:.1f}")
