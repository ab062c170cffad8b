"""What a backend would refuse or ignore of some settings, said before anything is paid for.

The catalogue is a prior: where the live server has been probed, `known` says what was found, and that counts for more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import language, tr
from feinschliff.i18n.stored import retold, stored
from feinschliff.parameters.catalogue import EXTRA, parameter
from feinschliff.parameters.dialects import REFUSAL_STATUS, Dialect, efforts_of, has_verbosity, is_reasoning
from feinschliff.parameters.lengths import LIMITS, REFUSING, are_both_heard
from feinschliff.parameters.rows import Parameter, Support
from feinschliff.parameters.texts import phrase
from feinschliff.parameters.values import range_text
from feinschliff.records import Settings

NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})

Limits = tuple[float | None, float | None]
"""The smallest and the largest value that a live server was seen to take; None: not seen."""

_NO_LIMITS: Mapping[str, Limits] = MappingProxyType({})

_LOCAL: tuple[Dialect, ...] = ("llama.cpp", "vllm", "ollama-native", "lmstudio", "openrouter", "openai")
"""Where to look for a server that honours it, in this order."""

_WITHOUT_REASONING = frozenset({"temperature", "top_p", "logprobs", "top_logprobs"})
"""What OpenAI's reasoning models take as soon as they are told not to reason."""


@dataclass(frozen=True)
class Refusal:
    """A value that the backend would answer with an error."""

    name: str
    value: JsonValue
    why: str
    mend: str

    def error(self, dialect: Dialect) -> ParameterError:
        """The refusal as an error of ours."""
        return ParameterError(
            tr("'{name}' is refused by this endpoint ({backend})", name=self.name, backend=dialect),
            asked=f"{self.name}={self.value!r}",
            found=self.why,
            mend=self.mend,
        )


def refusals(
    settings: Settings,
    dialect: Dialect,
    *,
    model: str | None = None,
    known: Mapping[str, str] = NOTHING_KNOWN,
    limits: Mapping[str, Limits] = _NO_LIMITS,
) -> list[Refusal]:
    """The values that the backend rejects, or can take only where the model is loaded.

    Args:
        settings: what would be sent.
        dialect: what the backend speaks.
        model: the model that is asked: OpenAI's reasoning models differ in what they take.
        known: statuses that a probe has found, by name. That the server honours a field says nothing of values outside
            the range that it takes: these are refused all the same.
        limits: the range that a probe has seen it take, by name.
    """
    found = []
    for name, value in settings.values.items():
        row = _wired(name)
        if row is None or value is None:
            continue
        status = known.get(name, "unknown")
        if status in ("inert", "clamped"):  # it takes whatever is sent
            continue
        support = row.at(dialect)
        if status == "honoured":
            support = _honoured(support, *limits.get(name, (None, None)))
        reasons = settings.values.get("reasoning_effort") != "none"
        if dialect == "openai-reasoning" and row.name in _WITHOUT_REASONING and not reasons:
            continue
        if (why := _why(support, value, dialect, rejected=status == "rejected")) is not None:
            found.append(Refusal(name, value, why, _mend(row, support, dialect)))
        elif dialect == "openai-reasoning" and status != "honoured" and (other := _of_model(name, value, model)):
            found.append(other)
    return [*found, *_two_limits(settings, dialect)]


def _of_model(name: str, value: JsonValue, model: str | None) -> Refusal | None:
    """What only some of OpenAI's reasoning models refuse."""
    if model is None:
        return None
    if name == "verbosity" and is_reasoning(model) and not has_verbosity(model):
        why = tr("{model} has no such field: only gpt-5 and later models do", model=model)
        return Refusal(name, value, why, tr("leave it out"))
    words = efforts_of(model) if name == "reasoning_effort" else None
    if words is None or value in words:
        return None
    known = ", ".join(words)
    why = tr("{model} takes {words} only", model=model, words=known)
    return Refusal(name, value, why, tr("give {name} one of {words}", name=name, words=known))


def _two_limits(settings: Settings, dialect: Dialect) -> list[Refusal]:
    older, newer = (settings.values.get(name) for name in LIMITS)
    if older is None or newer is None or dialect not in REFUSING:
        return []
    why = tr("max_tokens is another name of it, and this backend does not take both at once")
    return [Refusal("max_completion_tokens", newer, why, tr("leave out one of the two"))]


def ignored(settings: Settings, dialect: Dialect, *, known: Mapping[str, str] = NOTHING_KNOWN) -> list[str]:
    """Names of the settings that the backend takes and ignores."""
    return [
        name
        for name, value in settings.values.items()
        if value is not None and status_of(name, dialect, known=known) == "inert"
    ]


def status_of(name: str, dialect: Dialect, *, known: Mapping[str, str] = NOTHING_KNOWN) -> str:
    """What the live server was found to make of a parameter, else what the catalogue says of this backend."""
    found = known.get(name, "unknown")
    row = _wired(name)
    return row.at(dialect).status if found == "unknown" and row is not None else found


def ignored_note(name: str, dialect: Dialect) -> str:
    """A sentence about a setting that is sent and ignored, with what to do about it."""
    return stored(
        "'{name}' is ignored by this endpoint ({backend}): it is sent, and changes nothing; {remedy}.",
        name=name,
        backend=dialect,
        remedy=remedy(name, dialect),
    )


def two_limits_note(settings: Settings, dialect: Dialect) -> str | None:
    """A sentence about a limit that is given under both of its names; None where there is nothing to say."""
    if any(settings.values.get(name) is None for name in LIMITS) or not are_both_heard(dialect):
        return None
    return stored(
        "'max_tokens' and 'max_completion_tokens' are two names of one limit, and which of them counts is up to this "
        "endpoint ({backend}): leave out one of the two.",
        backend=dialect,
    )


def remedy(name: str, dialect: Dialect) -> str:
    """What to do about a parameter that this backend does not honour."""
    row = _wired(name)
    if row is None:
        return stored("leave it out")
    if dialect == "ollama" and row.at("ollama-native").status in {"honoured", "remapped", "load time"}:
        return stored("give Ollama's own address, without /v1, or set it in the Modelfile")
    where = [d for d in _LOCAL if d != dialect and row.at(d).status == "honoured"]
    if not where:
        return stored("leave it out")
    return stored("leave it out, or use {backends}", backends=", ".join(where[:3]))


def _wired(name: str) -> Parameter | None:
    """The row of a field that is sent; None for parts of the task, and for fields that only the user's server knows."""
    if name.startswith(EXTRA):
        return None
    row = parameter(name)
    return None if row.role in {"task", "harness"} else row


def _honoured(support: Support, low: float | None, high: float | None) -> Support:
    """A field that a probe found honoured: it is there; its range stays, unless the probe saw a wider one."""
    if support.status not in {"honoured", "clamped", "remapped"}:
        return replace(support, status="honoured", low=None, high=None, outside=None, note="")
    wider_low = support.low if low is None or support.low is None else min(low, support.low)
    wider_high = support.high if high is None or support.high is None else max(high, support.high)
    return replace(support, low=wider_low, high=wider_high)


def _why(support: Support, value: JsonValue, dialect: Dialect, *, rejected: bool) -> str | None:
    inside = _is_inside(support, value)
    if rejected:
        return tr("a probe of this server found that it is rejected")
    if support.status == "load time" and "." not in support.wire:
        return _note(support) or tr("it is set where the model is loaded")
    if support.status == "rejected":
        one_value = support.low is not None and support.low == support.high
        if one_value and inside:
            return None
        return _note(support) or _no_field(dialect)
    if support.outside == "reject" and not inside:
        return _note(support) or tr("it takes values {range}", range=range_text(support.low, support.high))
    return None


def _no_field(dialect: Dialect) -> str:
    status = REFUSAL_STATUS.get(dialect)
    if status is None:
        return tr("the server has no such field and says so")
    return tr("the server has no such field and says so (HTTP {status})", status=status)


def _note(support: Support) -> str:
    return phrase(support.note, language())


def _is_inside(support: Support, value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return (support.low is None or value >= support.low) and (support.high is None or value <= support.high)


def _mend(row: Parameter, support: Support, dialect: Dialect) -> str:
    if dialect == "openai-reasoning" and row.role == "sampling":
        return tr("leave it out; -p reasoning_effort=low,medium,high is what can be tuned here")
    if support.status == "load time":
        return tr("set it where the model is loaded, and leave it out here")
    if support.status not in {"rejected", "unknown"} and support.outside == "reject":
        return tr(
            "give {name} a value {range}; if this server takes others, 'fein probe' finds that out",
            name=row.name,
            range=range_text(support.low, support.high),
        )
    return retold(remedy(row.name, dialect))
