"""What the page shows of a run, sorted and put into words; any part of the run may be missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.report.format import count, duration, exact, is_number, moment, money, score, setting, shortened
from feinschliff.report.numbers import request_fields
from feinschliff.store import Run

TEXT_SETTINGS = ("system", "prompt")
_FLAGS = ("truncated", "empty", "refused", "looping", "prompt_cut", "failed")


@dataclass(frozen=True)
class SettingRow:
    """One setting on both sides."""

    name: str
    baseline: str
    baseline_exact: str
    best: str
    best_exact: str
    differs: bool
    is_text: bool
    """True for long texts, which are shown in full in a block of their own."""


@dataclass(frozen=True)
class TrialRow:
    """One tried setting in the table of all trials."""

    mark: str
    origin: str
    values: list[tuple[str, str]]
    """Shown and exact value by knob."""
    n: int
    mean: float | None
    stderr: float | None


@dataclass(frozen=True)
class FlagRow:
    """Odd answers of one part of the run."""

    part: str
    answers: int
    counts: list[int]


def setting_rows(result: Mapping[str, Any]) -> list[SettingRow]:
    """All searched or fixed settings, as the result lists them."""
    best, baseline = result.get("settings") or {}, result.get("baseline_settings") or {}
    return [_setting_row(n, best.get(n), baseline.get(n)) for n in dict.fromkeys([*best, *baseline])]


def recommended_rows(result: Mapping[str, Any]) -> list[SettingRow]:
    """The recommended settings that are sent."""
    recommended = result.get("recommended") or {}
    return [_setting_row(n, v, v) for n, v in recommended.items() if v is not None]


def request_json(result: Mapping[str, Any]) -> str | None:
    """The recommended settings as fields of a request body; None where there are none."""
    fields = request_fields(result.get("recommended") or {})
    return json.dumps(fields, indent=2, ensure_ascii=False) if fields else None


def sorted_samples(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answers side by side, those with the largest difference of scores first, the unscored last."""
    seen: dict[str, int] = {}
    samples = []
    for sample in details.get("samples") or []:
        turn = seen[sample["example"]] = seen.get(sample["example"], 0) + 1
        samples.append({**sample, "turn": turn, "difference": _difference(sample)})
    return sorted(samples, key=lambda s: (s["difference"] is None, -abs(s["difference"] or 0.0)))


def wins(samples: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How often the best setting scored higher, the same, lower, and how often a score is missing."""
    differences = [s["difference"] for s in samples]
    known = [d for d in differences if d is not None]
    return {
        "higher": sum(d > 0 for d in known),
        "equal": sum(d == 0 for d in known),
        "lower": sum(d < 0 for d in known),
        "unscored": len(differences) - len(known),
    }


def knob_names(details: Mapping[str, Any]) -> list[str]:
    """The parameters that were searched."""
    return list((details.get("space") or {}).get("knobs") or {})


def trial_rows(details: Mapping[str, Any], result: Mapping[str, Any]) -> list[TrialRow]:
    """All trials, the best mean first."""
    knobs = knob_names(details)
    winner = result.get("settings") or {}
    trials = sorted(details.get("trials") or [], key=lambda t: (t.get("mean") is None, -(t.get("mean") or 0.0)))
    return [
        TrialRow(
            mark="best found" if winner and all(t["settings"].get(k) == winner.get(k) for k in knobs) else "",
            origin=str(t.get("origin") or ""),
            values=[_shown(t["settings"].get(k)) for k in knobs],
            n=t.get("n") or 0,
            mean=t.get("mean"),
            stderr=t.get("stderr"),
        )
        for t in trials
    ]


def flag_rows(details: Mapping[str, Any], best: str, baseline: str) -> list[FlagRow]:
    """Counts of odd answers for the search and for both sides of the confirmation."""
    parts = (("search", "search_flags"), (best, "best_flags"), (baseline, "baseline_flags"))
    return [
        FlagRow(part, found.get("answers") or 0, [found.get(flag) or 0 for flag in _FLAGS])
        for part, key in parts
        if (found := details.get(key))
    ]


def flag_names() -> list[str]:
    """Heads of the columns of `flag_rows`."""
    return [flag.replace("_", " ") for flag in _FLAGS]


def cost_rows(run: Run) -> list[tuple[str, str]]:
    """What the run cost, over all resumes."""
    spent = (run.result or {}).get("spent") or {}
    if not spent:
        return [("time", duration(run.seconds))]
    return [
        ("requests", count(spent.get("requests"))),
        ("prompt tokens", count(spent.get("prompt_tokens"))),
        ("completion tokens", count(spent.get("completion_tokens"))),
        ("time", duration(spent.get("seconds"))),
        ("cost", money(spent.get("usd"))),
    ]


def asked_rows(run: Run) -> list[tuple[str, str]]:
    """What this run is: enough to ask the same again."""
    spec, details = run.spec or {}, run.details or {}
    endpoint, task, split = (details.get(k) or {} for k in ("endpoint", "task", "split"))
    examples = task.get("examples")
    if split.get("shared"):
        parts: str | None = f"{examples}, all for both the search and the confirmation"
    elif split:
        parts = f"{examples}: {split.get('search')} for the search, {split.get('held_out')} held out"
    else:
        parts = None if examples is None else str(examples)
    budget = {k: v for k, v in (run.budget or {}).items() if v is not None}
    rows: list[tuple[str, Any]] = [
        ("task", task.get("name")),
        ("examples", parts),
        ("endpoint", endpoint.get("identity") or spec.get("endpoint")),
        ("backend", endpoint.get("backend")),
        ("model", endpoint.get("model") or spec.get("model")),
        ("scorer", details.get("scorer") or spec.get("scorer")),
        ("sampler", details.get("sampler") or spec.get("sampler")),
        ("seed", details.get("seed", spec.get("seed"))),
        ("budget", ", ".join(f"{setting(v)} {k}" for k, v in budget.items()) or None),
        ("run", f"{run.id} ({run.name})" if run.name else run.id),
        ("date", moment(run.created_s)),
        ("status", run.status),
    ]
    return [(name, str(value)) for name, value in rows if value is not None]


def space_rows(run: Run) -> list[tuple[str, str]]:
    """What was searched: ranges and choices, then what was fixed."""
    space = (run.details or {}).get("space") or (run.spec or {}).get("space") or {}
    rows = []
    for name, knob in (space.get("knobs") or {}).items():
        if isinstance(knob, Mapping):
            rows.append((name, "one of: " + " | ".join(setting(v) for v in knob.get("choices") or [])))
        else:
            rows.append((name, f"{setting(knob[0])} to {setting(knob[1])}"))
    return rows + [(name, f"fixed: {setting(value)}") for name, value in (space.get("fixed") or {}).items()]


def changed_knobs(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters that the endpoint does not honour as sent, with their status."""
    return [(n, s) for n, s in (result.get("knobs") or {}).items() if s not in {"honoured", "unknown"}]


def _setting_row(name: str, best: Any, baseline: Any) -> SettingRow:
    is_text = any(isinstance(v, str) and (len(v) > 40 or "\n" in v) for v in (best, baseline))
    return SettingRow(
        name=name,
        baseline=setting(baseline),
        baseline_exact=exact(baseline),
        best=setting(best),
        best_exact=exact(best),
        differs=best != baseline,
        is_text=is_text or name in TEXT_SETTINGS,
    )


def _shown(value: Any) -> tuple[str, str]:
    return ("not sent" if value is None else shortened(setting(value), 32)), exact(value)


def _difference(sample: Mapping[str, Any]) -> float | None:
    best: Any = (sample.get("best") or {}).get("score")
    baseline: Any = (sample.get("baseline") or {}).get("score")
    return float(best - baseline) if is_number(best) and is_number(baseline) else None


def score_text(side: Mapping[str, Any] | None) -> str:
    """The score of one answer, or why it has none."""
    if not side:
        return "not asked"
    if side.get("failure"):
        return "failed"
    value = side.get("score")
    return score(value) if is_number(value) else "no score"
