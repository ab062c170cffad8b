"""Nouns and the split between words that training may see and words kept for test posts.

The split is a property of the word itself (a checksum of its letters), so every process, Python version and seed agrees
on it. A German compound is held out when either half is, or when the whole is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

HELD_OUT_PERCENT = 30
"""Share of the plain words (not of the compounds) that training never sees."""

COMPOUND_PERCENT = 15
"""Share of the compounds made of two known halves that training never sees."""


@dataclass(frozen=True)
class Noun:
    """A noun with its grammatical gender ("m", "f", "n"; always "n" in English)."""

    word: str
    gender: str = "n"
    held_out: bool = False


@dataclass(frozen=True)
class Pool:
    """Candidates for one slot, parted into those that training sees and those that only test posts use."""

    known: tuple[Noun, ...]
    held: tuple[Noun, ...]

    @classmethod
    def of(cls, nouns: Iterable[Noun]) -> Pool:
        """Part `nouns` by their flag; the first of several equal words wins."""
        unique = {noun.word: noun for noun in reversed(list(nouns))}
        ordered = sorted(unique.values(), key=lambda noun: noun.word)
        return cls(tuple(n for n in ordered if not n.held_out), tuple(n for n in ordered if n.held_out))


def word_list(table: str) -> list[str]:
    """The words of a table, parted by spaces."""
    return table.split()


def is_held_out(word: str, percent: int = HELD_OUT_PERCENT) -> bool:
    """Whether training never sees `word`: decided by its letters alone."""
    return crc32(word.casefold().encode("utf-8")) % 100 < percent


def parse_nouns(table: str) -> list[Noun]:
    """Read "Tisch m, Bank f" (or "bench, table" without genders) into nouns."""
    nouns = []
    for entry in table.replace("\n", " ").split(","):
        word, _, gender = entry.strip().rpartition(" ")
        if gender not in ("m", "f", "n"):
            word, gender = entry.strip(), "n"
        if word:
            nouns.append(Noun(word, gender, is_held_out(word)))
    return nouns


def compounds(modifiers: str, heads: str, *, bare: bool = True) -> list[Noun]:
    """German compounds of every modifier with every head ("Garten" + "Bank f" is "Gartenbank f"), and `bare` heads."""
    made = parse_nouns(heads) if bare else []
    for modifier in modifiers.split():
        for head in parse_nouns(heads):
            word = modifier + head.word.lower()
            if modifier.casefold().startswith(head.word.casefold()):
                continue
            held = head.held_out or is_held_out(modifier) or is_held_out(word, COMPOUND_PERCENT)
            made.append(Noun(word, head.gender, held))
    return made


def phrases(modifiers: str, heads: str, *, bare: bool = True) -> list[Noun]:
    """English noun phrases of every modifier with every head ("garden bench"), and the `bare` heads."""
    made = parse_nouns(heads) if bare else []
    for modifier in parse_nouns(modifiers):
        for head in parse_nouns(heads):
            if not set(modifier.word.split()) & set(head.word.split()):
                word = f"{modifier.word} {head.word}"
                made.append(Noun(word, "n", head.held_out or modifier.held_out))
    return made


def split_words(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part plain words into (known, held out)."""
    held = tuple(word for word in words if is_held_out(word))
    return tuple(word for word in words if not is_held_out(word)), held
