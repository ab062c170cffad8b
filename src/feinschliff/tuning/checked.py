"""What came of a check, as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.generation import Payer
from feinschliff.i18n.stored import stored
from feinschliff.measure import HeldOut, Pair
from feinschliff.measure.drift import Change, Drift
from feinschliff.records import Answer
from feinschliff.store import Run
from feinschliff.tuning.notes import answer_warnings


@dataclass(frozen=True)
class Asked:
    """Pairs that were asked again, with the keys of their answers then."""

    pairs: Sequence[Pair]
    keys: Sequence[tuple[str, str]]
    wanted: int
    """Pairs of the whole confirmation."""

    def answers(self) -> list[tuple[str, Answer]]:
        """(key then, answer now) of both sides."""
        sides = [
            (key, answer)
            for keys, pair in zip(self.keys, self.pairs, strict=True)
            for key, answer in zip(keys, (pair.best, pair.baseline), strict=True)
        ]
        return [(key, answer) for key, answer in sides if answer is not None]


def document(
    of: Run, run: Run, asked: Asked, drift: Drift, measured: HeldOut, *, payer: Payer, server: Mapping[str, Any]
) -> dict[str, Any]:
    """All but what it cost."""
    assert of.result is not None
    sides = asked.answers()
    before = payer.store.get_answers(key for key, _ in sides)
    then, now = dict(server["then"]), dict(server["now"])
    then["fingerprints"] = _fingerprints([before[key] for key, _ in sides if key in before])
    now["fingerprints"] = _fingerprints([answer for _, answer in sides])
    return {
        "run": of.id,
        "check": run.id,
        "drifted": bool(drift.reasons),
        "verdict": "drifted" if drift.reasons else "holds",
        "reasons": _reasons(drift, measured, of.result["held_out"]),
        "recommended": of.result["recommended"],
        "now": {"verdict": measured.verdict, "held_out": measured.to_dict()},
        "then": {"verdict": of.result["verdict"], "held_out": of.result["held_out"]},
        "change": {"n": drift.n, "level": _change(drift.level), "lead": _change(drift.lead)},
        "answers": {
            "n": len(sides),
            "same": sum(key in before and before[key].text == answer.text for key, answer in sides),
            "unscored_then": drift.unscored_then,
            "unscored_now": drift.unscored_now,
        },
        "server": {"then": then, "now": now, "changed": [name for name in now if now[name] != then.get(name)]},
        "warnings": _warnings(asked, payer) + answer_warnings([answer for _, answer in sides]),
    }


def _fingerprints(answers: Sequence[Answer]) -> list[str]:
    return sorted({answer.fingerprint for answer in answers if answer.fingerprint is not None})


def _change(change: Change | None) -> dict[str, float | None] | None:
    if change is None:
        return None
    return {
        "mean": change.mean,
        "low": change.low,
        "high": change.high,
        "p": change.p,
        "detectable": change.detectable,
    }


def _reasons(drift: Drift, now: HeldOut, then: Mapping[str, Any]) -> list[str]:
    """Why it is drift, a sentence each."""
    level = drift.level
    sentences = {
        "level": ""
        if level is None
        else stored(
            "The same prompts score {change} now, both settings together (95 %: {low} to {high}).",
            change=_signed(level.mean),
            low=_signed(level.low),
            high=_signed(level.high),
        ),
        "lead": stored(
            "The recommended settings lead the baseline by {now} now; it was {then} then.",
            now=_signed(now.difference.mean),
            then=_signed(then["difference"]["mean"]),
        ),
        "below_baseline": stored(
            "The recommended settings score below the baseline now: {difference} (95 %: {low} to {high}).",
            difference=_signed(now.difference.mean),
            low=_signed(now.difference.low),
            high=_signed(now.difference.high),
        ),
        "unscored": stored(
            "{now} answers cannot be scored now; {then} could not then.",
            now=drift.unscored_now,
            then=drift.unscored_then,
        ),
    }
    return [sentences[reason] for reason in drift.reasons]


def _signed(value: float | None) -> str:
    return "?" if value is None else f"{value:+.3f}"


def _warnings(asked: Asked, payer: Payer) -> list[str]:
    notes = []
    if len(asked.pairs) < asked.wanted:
        notes.append(
            stored(
                "The limits reached for {n} of the {total} pairs of the confirmation.",
                n=len(asked.pairs),
                total=asked.wanted,
            )
        )
    if payer.budget.exhausted is not None:
        notes.append(
            stored(
                "The limit of {limit_word} ended the run before it had asked all that it planned.",
                limit_word=payer.budget.exhausted,
            )
        )
    return notes
