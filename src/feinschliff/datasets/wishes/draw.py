"""Drawing wishes: each block of requests goes once through every list, in an order of its own."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from feinschliff.datasets.wishes import english, german

LANGUAGES = ("de", "en")

_LISTS: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType({"de": german.LISTS, "en": english.LISTS})

SYSTEM: Mapping[str, str] = MappingProxyType({"de": german.SYSTEM, "en": english.SYSTEM})
"""System text by language."""

TEMPLATE: Mapping[str, str] = MappingProxyType({"de": german.TEMPLATE, "en": english.TEMPLATE})
"""Prompt by language, a Jinja2 template over a wish."""

WISH_FIELDS = ("number", "language", "topic", "kind", "form", "person", "place", "tone", "length", "detail")
"""What a wish holds, and a template may use."""


def draw_wishes(
    first: int, count: int, *, language: str | None = None, topic: str | None = None, seed: int = 0
) -> list[dict[str, str | int]]:
    """Wishes number `first` to `first + count - 1`: the same number is the same wish, whatever the count.

    Of each list (kinds, persons, places ...) every entry comes once before one comes again, in an order that the seed
    draws anew each time; so few posts spread widely, and many hardly ever share all of them.

    Args:
        language: "de", "en", or None for both in turn.
        topic: what all of them are about; empty in the wishes if None.
    """
    wishes: list[dict[str, str | int]] = []
    for number in range(first, first + count):
        code, index = (language, number) if language else (LANGUAGES[number % 2], number // 2)
        drawn = {name: _entry(entries, name, index, f"{seed}/{code}") for name, entries in _LISTS[code].items()}
        wishes.append({"number": number, "language": code, "topic": topic or "", **drawn})
    return wishes


def _entry(entries: Sequence[str], name: str, index: int, salt: str) -> str:
    block, place = divmod(index, len(entries))
    return random.Random(f"{salt}/{name}/{block}").sample(entries, len(entries))[place]
