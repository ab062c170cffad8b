"""How it was measured, in plain sentences, and all that is needed to measure it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold
from feinschliff.report.format import moment, setting
from feinschliff.report.sentence import is_comparison
from feinschliff.report.words import limit_word, rule_word, status_word
from feinschliff.store import Run


def method_sentences(run: Run) -> list[str]:
    """What was done to reach the verdict; empty without one."""
    result, details = run.result or {}, run.details or {}
    held_out = result.get("held_out") or {}
    n = held_out.get("n") or 0
    if not n:
        return []
    repeats = held_out.get("unit") == "repeats"
    sentences = []
    if is_comparison(details):
        if repeats:
            first = tr("A and B answered the same prompts with the same seeds, in {n} repeats.", n=n)
        else:
            first = tr("A and B answered the same {n} examples with the same seeds.", n=n)
        sentences.append(first)
    else:
        sentences += _search_and_confirmation(n, details.get("split") or {}, repeats=repeats)
        sentences += replay_sentences(details)
    sentences.append(
        tr(
            "The verdict rests on the mean of the paired differences and its 95 % interval (Student's t): one side is "
            "called better only where the whole interval lies on its side of 0."
        )
    )
    return sentences


def rerun_rows(run: Run) -> list[tuple[str, str]]:
    """What this run is: enough to ask the same again."""
    spec, details = run.spec or {}, run.details or {}
    endpoint, task = (details.get(k) or {} for k in ("endpoint", "task"))
    identity = str(endpoint.get("identity") or spec.get("endpoint") or "")
    embedded = identity.startswith(EMBEDDED)
    rule = ((run.result or {}).get("recommendation") or {}).get("rule")
    budget = {k: v for k, v in (run.budget or {}).items() if v is not None}
    rows: list[tuple[str, Any]] = [
        (tr("run"), f"{run.id} ({run.name})" if run.name else run.id),
        (tr("status"), status_word(run.status)),
        (tr("date"), moment(run.created_s)),
        (tr("task"), task.get("name")),
        (tr("examples"), _parts(details)),
        (tr("data, SHA-256"), spec.get("data")),
        (tr("endpoint"), tr("embedded engine, in this process") if embedded else identity or None),
        (tr("server software"), endpoint.get("backend")),
        (tr("model"), endpoint.get("model") or spec.get("model")),
        (tr("model, SHA-256"), spec.get("digest") or (identity.removeprefix(EMBEDDED) if embedded else None)),
        (tr("scorer"), details.get("scorer") or spec.get("scorer")),
        (tr("choice among several answers"), spec.get("pick")),
        (tr("sampler"), details.get("sampler") or spec.get("sampler")),
        (tr("recommended of what is tied"), rule_word(str(rule)) if rule else None),
        (tr("seed"), details.get("seed", spec.get("seed"))),
        (tr("budget"), ", ".join(f"{setting(v)} {limit_word(k)}" for k, v in budget.items()) or None),
        (tr("versions"), ", ".join(f"{k} {v}" for k, v in (details.get("versions") or {}).items()) or None),
    ]
    return [(name, str(value)) for name, value in rows if value is not None]


def space_rows(run: Run) -> list[tuple[str, str]]:
    """What was searched: ranges and choices, then what was fixed."""
    space = (run.details or {}).get("space") or (run.spec or {}).get("space") or {}
    when = space.get("when") or {}
    rows = [(name, _values(knob)) for name, knob in (space.get("knobs") or {}).items()]
    fixed = (space.get("fixed") or {}).items()
    rows += [(name, tr("fixed: {value}", value=setting(value))) for name, value in fixed]
    return [(name, f"{values}, {_conditions(when[name])}" if name in when else values) for name, values in rows]


def _values(knob: Any, *, among: bool = True) -> str:
    if isinstance(knob, Mapping):
        choices = " | ".join(setting(v) for v in knob.get("choices") or [])
        return tr("one of: {choices}", choices=choices) if among else choices
    return tr("{low} to {high}", low=setting(knob[0]), high=setting(knob[1]))


def _conditions(conditions: Mapping[str, Any]) -> str:
    """Of a knob that is in force only where others have certain values."""
    told = [tr("{name} is {values}", name=name, values=_values(knob, among=False)) for name, knob in conditions.items()]
    return tr("only where {conditions}", conditions=" & ".join(told))


def _search_and_confirmation(n: int, split: Mapping[str, Any], *, repeats: bool) -> list[str]:
    if repeats:
        return [
            tr(
                "With fewer than 10 examples none can be held out: the search's winner and the baseline answered the "
                "same prompts again with the same seeds, in {n} repeats that the search never saw.",
                n=n,
            )
        ]
    sentences = []
    if split:
        sentences.append(
            trn(
                "The search worked on {n} example; the others were held out.",
                "The search worked on {n} examples; the others were held out.",
                split.get("search") or 0,
            )
        )
    sentences.append(
        tr("Its winner and the baseline then answered the same {n} held-out examples with the same seeds.", n=n)
    )
    return sentences


def replay_sentences(details: Mapping[str, Any]) -> list[str]:
    """Whether stored answers counted for other settings, and if not, why; none where the sampler never does that."""
    replay: Mapping[str, Any] = details.get("replay") or {}
    if replay.get("used"):
        return [
            trn(
                "By its log-probabilities {n} answer of the search counted for other settings as well.",
                "By their log-probabilities the {n} answers of the search counted for other settings as well.",
                replay.get("answers") or 0,
            )
        ]
    if not replay.get("reason"):
        return []
    reason = retold(str(replay["reason"]))
    return [tr("Answers counted for their own settings alone, without replay: {reason}.", reason=reason)]


def _parts(details: Mapping[str, Any]) -> str | None:
    """How many examples there are, and what each served."""
    examples, split = (details.get("task") or {}).get("examples"), details.get("split") or {}
    if split.get("shared"):
        return tr("{examples}, all for both the search and the confirmation", examples=examples)
    if split:
        return tr(
            "{examples}: {search} for the search, {held_out} held out",
            examples=examples,
            search=split.get("search"),
            held_out=split.get("held_out"),
        )
    return None if examples is None else str(examples)
