"""Edits of one line: a phrase exchanged, letters lost, the end cut off, a loop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feinschliff.datasets.grammar import Draft, holds_phrase
from feinschliff.datasets.grammar.draw import Draw

DETAILS = ("place", "look", "price", "rate", "when", "day", "date", "time", "pet", "maker", "contact")
"""Facts that a line may state wrongly."""

SIBLINGS = {"place": "elsewhere", "price": "new_price", "contact": "neighbour"}
"""Facts of the same sort that a post tells of something else."""

_VOWELS = "aeioAEIO"


def put(line: str, phrase: str, other: str) -> str:
    """`line` with `phrase` (whole words, any case) replaced; "a" and "an" are put right, capitals stay."""

    def exchanged(match: re.Match[str]) -> str:
        article, old = match[1] or "", match[2]
        if article:
            an = other[:1] in _VOWELS or other.startswith(("un", "up", "um"))
            article = article[0] + ("n " if an else " ")
        capital = old[:1].isupper() and not phrase[:1].isupper()
        return article + (other[:1].upper() + other[1:] if capital else other)

    pattern = rf"((?<!\w)[Aa]n? )?(?<!\w)({re.escape(phrase)})(?!\w)"
    return re.sub(pattern, exchanged, line, count=1, flags=re.IGNORECASE)


def swaps(line: str, draft: Draft, others: Sequence[Mapping[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """For each detail in `line`, what it may wrongly become: (line, new value), never one that is true of the post."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in DETAILS:
        value = draft.facts.get(name)
        old = _stated(line, name, value) if value else None
        if value is None or old is None:
            continue
        values = [facts[name] for facts in others if name in facts and facts[name] not in draft.post.text]
        sibling = draft.facts.get(SIBLINGS.get(name, ""))
        if sibling:
            values += [sibling] * max(len(values), 1)  # as often as all the others together
        ending, capital = old[len(value) :], old[:1].isupper()
        made = [
            (put(line, old, (other[:1].upper() + other[1:] if capital else other) + ending), other)
            for other in values
            if not _overlap(other, value)
        ]
        if made:
            found[name] = made
    return found


def keep_start(line: str, phrase: str, draw: Draw) -> str:
    """The first two letters or more, at most until just before the end of `phrase`; "" where that is too little."""
    match = re.search(re.escape(phrase), line, flags=re.IGNORECASE)
    end = match.end() - 1 if match else 0
    start = max(2, end - max(len(phrase) - 2, 8))
    return line[: draw.between(start, end)].strip(" ,:;-") if end > start else ""


def loop_words(line: str, draw: Draw) -> tuple[str, str] | None:
    """`line` up to some word, and from there one or two of its words over and over; and the loop."""
    words = line.split()
    size = draw.between(1, min(2, len(words)))
    start = draw.between(0, len(words) - size)
    loop = words[start : start + size] * draw.between(3, 6)
    tail = words[start + size :] if draw.chance(0.3) else []
    return " ".join([*words[:start], *loop, *tail]), " ".join(loop[: 2 * size])


def drop_letters(phrase: str, draw: Draw) -> str:
    """`phrase` with letters lost, doubled, swapped, or with its end missing; never some of its words whole."""
    broken = phrase
    while not broken or holds_phrase(phrase, broken):
        at = draw.between(1, max(len(phrase) - 2, 1))
        way = draw.between(0, 3)
        if way == 0:
            broken = phrase[:at] + phrase[at + draw.between(1, 2) :]
        elif way == 1:
            broken = phrase[:at] + phrase[at] + phrase[at:] if len(phrase) > at else phrase + phrase[-1]
        elif way == 2:
            broken = phrase[:at] + phrase[at + 1 : at + 2] + phrase[at : at + 1] + phrase[at + 2 :]
        else:
            broken = phrase[: max(2, len(phrase) - draw.between(1, 4))]
        broken = broken.strip()
    return broken


def _stated(line: str, name: str, value: str) -> str | None:
    """How `line` states the value, inflected if it is a look."""
    ending = r"\w{0,2}" if name == "look" else ""
    match = re.search(rf"(?<!\w){re.escape(value)}{ending}(?!\w)", line, flags=re.IGNORECASE)
    return match[0] if match else None


def _overlap(one: str, other: str) -> bool:
    return holds_phrase(one, other) or holds_phrase(other, one) or one.casefold() == other.casefold()
