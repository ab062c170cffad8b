"""Templates and what fills their slots.

A template is text with alternatives, `[Hallo|Guten Tag]`, and slots, `{k}` or `{ein.a.adj.k}`: the last part names
what is drawn (once per post), the parts before it say how it is inflected. `k` is the key fact, `o` and `q` are other
things.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.grammar.words import Noun

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([^{}]+)\}")
_ALWAYS_KNOWN = frozenset({"k"})


@dataclass(frozen=True)
class Place:
    """A place: its bare name and the phrase that says "there"."""

    name: str
    there: str


@dataclass(frozen=True)
class Kind:
    """How one kind of post is written; every entry is a template."""

    name: str
    key: str
    """Which pool the key fact comes from."""
    share: float
    """How often this kind comes up, relative to the others."""
    background: tuple[str, ...]
    """Sentences that may stand before the key fact is named; they mention other things."""
    main: tuple[str, ...]
    """Sentences that name the key fact; each post has one."""
    details: tuple[str, ...]
    """Sentences that only make sense after it."""
    subjects: tuple[tuple[float, str], ...]
    """Subject lines with their weights; one is used only if the post mentions all it needs."""


@cache
def slots_of(template: str) -> frozenset[str]:
    """The base names of the slots that `template` needs, apart from the key fact itself."""
    bases = {key.rsplit(".", 1)[-1] for key in _SLOT.findall(template)}
    return (
        frozenset(bases | {"adj" for key in _SLOT.findall(template) if ".adj" in key or key.startswith("adj")})
        - _ALWAYS_KNOWN
    )


class Slots(ABC):
    """Draws each slot's value once and renders templates with it; languages add the inflection.

    An `alive` key fact is described by its colour, anything else by its make and condition too.
    """

    def __init__(self, draw: Draw, key: Noun, *, alive: bool = False) -> None:
        self.draw = draw
        self.colour_share = 1.0 if alive else 0.6
        self.nouns: dict[str, Noun] = {"k": key}
        self.values: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self.mentioned: set[str] = set()
        self.shown: dict[str, str] = {}
        """What was shown for each slot, in the order of first use; the longest form where there are several."""

    def render(self, template: str) -> str:
        """Choose the alternatives of `template`, fill its slots, and start with a capital letter.

        Other things than the key fact are new ones in every sentence.
        """
        for other in ("o", "q"):
            self.nouns.pop(other, None)
        text = template
        while "[" in text:
            text = _ALTERNATIVES.sub(lambda match: self.draw.pick(match[1].split("|")), text)
        self.mentioned |= slots_of(text)
        filled = _SLOT.sub(lambda match: self.fill(match[1]), text).strip()
        return filled[:1].upper() + filled[1:]

    def fill(self, slot: str) -> str:
        """The text for one slot; what it shows is noted."""
        *how, base = slot.split(".")
        text = self._text(how, base)
        # Nouns and adjectives are noted as in a dictionary: the text inflects them.
        if base in ("o", "q"):
            self._note_other(self.nouns[base].word)
        elif base == "k":
            self._note(base, self.nouns[base].word)
        elif base != "adj":
            self._note(base, text)
        if base == "adj" or "adj" in how:
            self._note("adj", self.value("stem"))
        return text

    def _note(self, base: str, shown: str) -> None:
        if len(shown) > len(self.shown.get(base, "")):
            self.shown[base] = shown

    def _note_other(self, word: str) -> None:
        others = [shown for base, shown in self.shown.items() if base.startswith("o")]
        if word not in others:
            self.shown[f"o{len(others) + 1}"] = word

    def _text(self, how: list[str], base: str) -> str:
        if base in ("k", "o", "q"):
            return self.inflect(how, base)
        if base in ("loc", "loc2"):
            place = self.place(base)
            return place.name if how else place.there
        if base == "adj":
            return self.adjective(how)
        return self.since(self.value(base)) if how else self.value(base)

    def since(self, moment: str) -> str:
        """`moment` as it reads after "since"."""
        return moment.removeprefix("am ").removeprefix("on ").removeprefix("at ").replace("letzten ", "letztem ")

    def value(self, base: str) -> str:
        """A plain slot, drawn on first use."""
        if base not in self.values:
            self.values[base] = self.makers()[base.rstrip("2")]()
        return self.values[base]

    def noun(self, base: str) -> Noun:
        """The noun of a slot; anything but the key fact is drawn on first use and differs from the others."""
        while base not in self.nouns:
            other = self.other_noun()
            if not any(_overlap(other.word, noun.word) for noun in self.nouns.values()):
                self.nouns[base] = other
        return self.nouns[base]

    def place(self, base: str) -> Place:
        """The place of a slot, drawn on first use."""
        if base not in self.places:
            self.places[base] = self.draw_place()
        return self.places[base]

    def brand(self) -> str:
        """An invented maker's name."""
        return self.draw.made("name", lambda: self.draw.syllables(2, 3).capitalize())

    @abstractmethod
    def makers(self) -> dict[str, Callable[[], str]]:
        """How each plain slot is drawn."""

    @abstractmethod
    def inflect(self, how: list[str], base: str) -> str:
        """A noun with its article and adjective."""

    @abstractmethod
    def adjective(self, how: list[str]) -> str:
        """The key fact's adjective on its own."""

    @abstractmethod
    def other_noun(self) -> Noun:
        """A noun that is not the key fact."""

    @abstractmethod
    def draw_place(self) -> Place:
        """A street or a landmark."""


def _overlap(one: str, other: str) -> bool:
    return one.casefold() in other.casefold() or other.casefold() in one.casefold()
