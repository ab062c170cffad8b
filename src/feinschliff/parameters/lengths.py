"""The two names of one limit: how long an answer may be. Most servers refuse both at once, or heed only one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from feinschliff.parameters.catalogue import CATALOGUE, canonical
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.values import is_number
from feinschliff.parameters.wire import DEFAULT_MAX_TOKENS

LIMITS = ("max_tokens", "max_completion_tokens")

REFUSING: frozenset[Dialect] = frozenset({"openai", "openai-reasoning"})
"""Where both at once are an error (HTTP 400), or one and the same field."""

V = TypeVar("V")


def laid_over(base: Mapping[str, V], given: Mapping[str, V]) -> dict[str, V]:
    """`given` over `base`, where a limit that is given takes the place of one under either name."""
    replaced = LIMITS if any(given.get(name) is not None for name in LIMITS) else ()
    return {**{name: value for name, value in base.items() if name not in replaced}, **given}


def is_limited(names: Iterable[str]) -> bool:
    """Whether one of these parameters limits the answer's length, under whatever name."""
    return any(canonical(name) in LIMITS for name in names)


def most_tokens(*limits: object) -> int:
    """The largest of the numbers among these limits; the one that we send where there is none."""
    return max((int(limit) for limit in limits if is_number(limit)), default=0) or DEFAULT_MAX_TOKENS


def are_both_heard(dialect: Dialect) -> bool:
    """Whether this backend knows both names, so that only one of two limits can count."""
    return all(CATALOGUE[name].at(dialect).status not in {"inert", "rejected"} for name in LIMITS)
