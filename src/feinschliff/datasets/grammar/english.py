"""English slots: the indefinite article, places, dates and names."""

from __future__ import annotations

from collections.abc import Callable

from feinschliff.datasets.grammar import lexicon_en as lexicon
from feinschliff.datasets.grammar.draw import INVENTED_SHARE, Draw
from feinschliff.datasets.grammar.slots import Place, Slots
from feinschliff.datasets.grammar.words import Noun, Pool

_LANDMARK_NOUN_FROM = 2
"""Landmarks read "at the library": the name starts at the third word."""


class EnglishSlots(Slots):
    """Fills English templates; `{a.adj.k}` is "an old umbrella"."""

    def inflect(self, how: list[str], base: str) -> str:
        words = self.noun(base).word
        if "adj" in how:
            words = f"{self.adjective([])} {words}"
        if "a" in how:
            return f"{'an' if words[0] in 'aeioAEIO' or words.startswith(('un', 'up', 'um')) else 'a'} {words}"
        return words

    def adjective(self, how: list[str]) -> str:
        return self.value("stem")

    def other_noun(self) -> Noun:
        return draw_thing(self.draw)

    def draw_place(self) -> Place:
        if self.draw.chance(0.22):
            there = self.draw.word("place", lexicon.LANDMARKS.split(", "))
            return Place(" ".join(there.split()[_LANDMARK_NOUN_FROM:]), there)
        head, preposition = self.draw.pick(lexicon.STREET_HEADS)
        name = f"{self.draw.made('place', self._street_stem)} {head}"
        return Place(name, f"{preposition} {name}")

    def _street_stem(self) -> str:
        if self.draw.chance(0.4):
            return self._surname()
        return self.draw.pick(lexicon.STREET_STEMS) + self.draw.pick(lexicon.STREET_MIDDLES)

    def _surname(self) -> str:
        return self.draw.pick(lexicon.SURNAME_STARTS) + self.draw.pick(lexicon.SURNAME_ENDS)

    def makers(self) -> dict[str, Callable[[], str]]:
        draw = self.draw
        return {
            "stem": lambda: draw.pick(lexicon.COLOURS if draw.chance(self.colour_share) else lexicon.QUALITIES),
            "name": lambda: draw.word("name", lexicon.FIRST_NAMES),
            "fam": lambda: f"{draw.pick(['Mrs', 'Mr', 'Ms', 'Dr'])} {draw.made('name', self._surname)}",
            "pet": lambda: draw.made("name", lambda: draw.syllables(2, 2).capitalize()),
            "brand": self.brand,
            "price": lambda: _price(draw),
            "rate": lambda: f"£{draw.between(6, 60)}",
            "day": lambda: f"on {draw.pick(lexicon.WEEKDAYS)}",
            "date": lambda: f"on {draw.between(1, 30)} {draw.pick(lexicon.MONTHS)}",
            "time": self._time,
            "past": self._past,
            "phone": lambda: f"0{draw.between(7100, 7999)} {draw.between(100000, 999999)}",
            "house": lambda: str(draw.between(1, 148)),
            "num": lambda: str(draw.between(2, 60)),
        }

    def _time(self) -> str:
        minutes = self.draw.pick(["", "", ":30", ":15", ":45"])
        if self.draw.chance(0.3):
            return f"at {self.draw.between(7, 11)}{minutes} am"
        return f"at {self.draw.between(1, 9)}{minutes} pm"

    def _past(self) -> str:
        day = self.draw.pick(lexicon.WEEKDAYS)
        return self.draw.pick(
            ["yesterday", "last night", "this morning", f"on {day}", f"on {day} evening", f"last {day}", "at lunchtime"]
        )


def draw_thing(draw: Draw, pool: Pool = lexicon.THINGS) -> Noun:
    """A thing; in training, sometimes one that does not exist."""
    noun = draw.noun(pool)
    if draw.split == "train" and draw.chance(INVENTED_SHARE):
        start = draw.syllables(2, 3)
        head = draw.pick(lexicon.thing_heads()).word
        return Noun(draw.pick([start, f"{start} {head}", f"{head} {start}", f"{draw.syllables(1, 2)} {start}"]))
    if draw.chance(0.06):
        brand = draw.made("name", lambda: draw.syllables(2, 3).capitalize())
        return Noun(f"{brand} {noun.word}")
    return noun


def _price(draw: Draw) -> str:
    amount = draw.between(2, 49) if draw.chance(0.4) else 5 * draw.between(2, 90)
    return f"£{amount}" if draw.chance(0.6) else f"{amount} pounds"
