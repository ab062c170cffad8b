"""The user's words for what is stored in English: statuses, flags, origins of trials, names of limits."""

from __future__ import annotations

from feinschliff.i18n import tr


def status_word(status: str) -> str:
    """Of a run."""
    return {
        "started": tr("started"),
        "done": tr("done"),
        "failed": tr("failed"),
        "interrupted": tr("interrupted"),
    }.get(status, status)


def kind_word(kind: str) -> str:
    """Of a run: what was done."""
    return {
        "tune": tr("search"),
        "compare": tr("comparison"),
        "generate": tr("answers"),
        "posts": tr("posts"),
        "subjects": tr("subject lines"),
        "check": tr("check"),
        "score": tr("score"),
    }.get(kind, kind)


def verdict_word(verdict: str | None) -> str:
    """As short as a table has room for."""
    return {
        "better": tr("better"),
        "worse": tr("worse"),
        "no measurable gain": tr("no gain"),
        "holds": tr("holds"),
        "drifted": tr("drifted"),
    }.get(verdict or "", verdict or "")


def rule_word(rule: str) -> str:
    """Which of the settings that are tied is recommended."""
    return {"best": tr("highest estimate"), "robust": tr("most robust"), "cheapest": tr("cheapest")}.get(rule, rule)


def knob_word(status: str) -> str:
    """What an endpoint makes of a parameter."""
    return {
        "honoured": tr("honoured"),
        "clamped": tr("clamped"),
        "inert": tr("inert"),
        "rejected": tr("rejected"),
        "unknown": tr("unknown"),
    }.get(status, status)


def flag_word(flag: str) -> str:
    """What is odd about an answer."""
    return {
        "truncated": tr("truncated"),
        "empty": tr("empty"),
        "refused": tr("refused"),
        "looping": tr("looping"),
        "prompt_cut": tr("prompt cut"),
        "stopped_early": tr("stopped early"),
        "failed": tr("failed"),
    }.get(flag, flag.replace("_", " "))


def origin_word(origin: str) -> str:
    """Where a tried setting came from."""
    return {
        "baseline": tr("baseline"),
        "greedy": tr("greedy"),
        "grid": tr("grid"),
        "model": tr("model"),
        "random": tr("random"),
    }.get(origin, origin)


def limit_word(limit: str) -> str:
    """What a budget limits."""
    return {
        "requests": tr("requests"),
        "tokens": tr("tokens"),
        "seconds": tr("seconds"),
        "usd": tr("USD"),
    }.get(limit, limit)


def side_words(*, compares: bool) -> tuple[str, str]:
    """(best, baseline): what the two sides are called."""
    return ("A", "B") if compares else (tr("Best found"), tr("Baseline"))


def side_order(*, compares: bool) -> list[tuple[str, str]]:
    """(name, `best` or `baseline`) from left to right: A before B, but what was before what was found."""
    best, baseline = side_words(compares=compares)
    sides = [(baseline, "baseline"), (best, "best")]
    return sides[::-1] if compares else sides
