"""What the page shows of a run, sorted and put into words; any part of the run may be missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.format import exact, is_number, score, setting, shortened
from feinschliff.report.words import knob_word, origin_word

TEXT_SETTINGS = ("system", "prompt")


@dataclass(frozen=True)
class Value:
    """A setting's value."""

    shown: str
    exact: str
    sent: bool


NOT_IN_FORCE = "-"
"""What stands for a parameter whose conditions do not hold among the other settings."""


@dataclass(frozen=True)
class SettingRow:
    """One setting on both sides."""

    name: str
    baseline: Value
    best: Value
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


def setting_rows(result: Mapping[str, Any]) -> list[SettingRow]:
    """All searched or fixed settings, as the result lists them."""
    best, baseline = result.get("settings") or {}, result.get("baseline_settings") or {}
    return [_setting_row(n, best, baseline) for n in dict.fromkeys([*best, *baseline])]


def recommended_texts(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The recommended system text and prompt where they are not those of today."""
    recommended, today = result.get("recommended") or {}, result.get("baseline_settings") or {}
    texts = [(n, recommended.get(n)) for n in TEXT_SETTINGS]
    return [(n, str(value)) for n, value in texts if value and value != today.get(n)]


@dataclass(frozen=True)
class Samples:
    """Answers side by side, in three parts."""

    gains: list[dict[str, Any]]
    """Where the best setting scored higher, the largest gain first."""
    losses: list[dict[str, Any]]
    """Where it scored lower, the largest loss first."""
    rest: list[dict[str, Any]]

    @property
    def all(self) -> list[dict[str, Any]]:
        """Every sample."""
        return [*self.gains, *self.losses, *self.rest]


def parted_samples(details: Mapping[str, Any], shown: int) -> Samples:
    """At most `shown` of the largest gains and of the largest losses, then the rest; the unscored last."""
    seen: dict[str, int] = {}
    samples = []
    for sample in details.get("samples") or []:
        turn = seen[sample["example"]] = seen.get(sample["example"], 0) + 1
        samples.append({**sample, "turn": turn, "difference": _difference(sample)})
    ranked = sorted(samples, key=lambda s: (s["difference"] is None, -(s["difference"] or 0.0)))
    gains = [s for s in ranked if (s["difference"] or 0.0) > 0][:shown]
    losses = [s for s in reversed(ranked) if (s["difference"] or 0.0) < 0][:shown]
    first = {id(s) for s in (*gains, *losses)}
    return Samples(gains, losses, [s for s in ranked if id(s) not in first])


def wins_sentence(samples: Sequence[Mapping[str, Any]], best: str) -> str:
    """How often the best setting scored higher, the same, lower, and how often a score is missing."""
    known = [s["difference"] for s in samples if s["difference"] is not None]
    sentence = tr(
        "{side} scored higher on {higher}, the same on {equal} and lower on {lower} of {n} pairs",
        side=best,
        higher=sum(d > 0 for d in known),
        equal=sum(d == 0 for d in known),
        lower=sum(d < 0 for d in known),
        n=len(samples),
    )
    unscored = len(samples) - len(known)
    return "; ".join([sentence, *([tr("{n} without a score", n=unscored)] if unscored else [])]) + "."


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
            mark=tr("best found") if winner and all(t["settings"].get(k) == winner.get(k) for k in knobs) else "",
            origin=origin_word(str(t.get("origin") or "")),
            values=[_shown(t["settings"].get(k)) for k in knobs],
            n=t.get("n") or 0,
            mean=t.get("mean"),
            stderr=t.get("stderr"),
        )
        for t in trials
    ]


def changed_knobs(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters that the endpoint does not honour as sent, with what it makes of them."""
    return [(n, knob_word(s)) for n, s in (result.get("knobs") or {}).items() if s not in {"honoured", "unknown"}]


def _setting_row(name: str, best: Mapping[str, Any], baseline: Mapping[str, Any]) -> SettingRow:
    is_text = any(isinstance(v := s.get(name), str) and (len(v) > 40 or "\n" in v) for s in (best, baseline))
    return SettingRow(
        name=name,
        baseline=_value(baseline, name),
        best=_value(best, name),
        differs=best.get(name) != baseline.get(name),
        is_text=is_text or name in TEXT_SETTINGS,
    )


def _value(settings: Mapping[str, Any], name: str) -> Value:
    if name not in settings:
        return Value(NOT_IN_FORCE, NOT_IN_FORCE, False)
    return Value(setting(settings[name]), exact(settings[name]), settings[name] is not None)


def _shown(value: Any) -> tuple[str, str]:
    return (tr("not sent") if value is None else shortened(setting(value), 32)), exact(value)


def _difference(sample: Mapping[str, Any]) -> float | None:
    best: Any = (sample.get("best") or {}).get("score")
    baseline: Any = (sample.get("baseline") or {}).get("score")
    return float(best - baseline) if is_number(best) and is_number(baseline) else None


def score_text(side: Mapping[str, Any] | None) -> str:
    """The score of one answer, or why it has none."""
    if not side:
        return tr("not asked")
    if side.get("failure"):
        return tr("failed")
    value = side.get("score")
    return score(value) if is_number(value) else tr("no score")
