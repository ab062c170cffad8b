"""German slots: articles and adjectives in three cases, places, dates and names."""

from __future__ import annotations

from collections.abc import Callable

from feinschliff.datasets.grammar import lexicon_de as lexicon
from feinschliff.datasets.grammar.draw import INVENTED_SHARE, Draw
from feinschliff.datasets.grammar.slots import Place, Slots
from feinschliff.datasets.grammar.words import Noun, Pool

_CASES = {"n": 0, "a": 1, "d": 2}
_DEFINITE = {"m": ("der", "den", "dem"), "f": ("die", "die", "der"), "n": ("das", "das", "dem")}
_EIN_ENDINGS = {"m": ("", "en", "em"), "f": ("e", "e", "er"), "n": ("", "", "em")}
_DIES_ENDINGS = {"m": ("er", "en", "em"), "f": ("e", "e", "er"), "n": ("es", "es", "em")}
_PRONOUNS = {"m": ("er", "ihn", "ihm"), "f": ("sie", "sie", "ihr"), "n": ("es", "es", "ihm")}
_MIXED = {"m": ("er", "en", "en"), "f": ("e", "e", "en"), "n": ("es", "es", "en")}
_WEAK = {"m": ("e", "en", "en"), "f": ("e", "e", "en"), "n": ("e", "e", "en")}


class GermanSlots(Slots):
    """Fills German templates; `{ein.a.adj.k}` is "einen roten Schirm"."""

    def inflect(self, how: list[str], base: str) -> str:
        noun = self.noun(base)
        if not how:
            return noun.word
        if how[0] == "adj":
            return f"{self.adjective(['stem'])}{_DIES_ENDINGS[noun.gender][_CASES[how[1]]]} {noun.word}"
        article, case = how[0], _CASES[how[1]]
        if article == "pron":
            return _PRONOUNS[noun.gender][case]
        words = [_article(article, noun.gender, case)]
        if article == "rel":
            return words[0]
        if "adj" in how:
            endings = _WEAK if article in ("der", "dies") else _MIXED
            words.append(self.adjective(["stem"]) + endings[noun.gender][case])
        return " ".join([*words, noun.word])

    def adjective(self, how: list[str]) -> str:
        return self.value("stem")

    def other_noun(self) -> Noun:
        return draw_thing(self.draw)

    def draw_place(self) -> Place:
        if self.draw.chance(0.22):
            there = self.draw.word("place", lexicon.LANDMARKS.split(", "))
            return Place(there.split()[-1], there)
        if self.draw.chance(0.15):
            name = self.draw.made("place", lambda: self._surname() + "park")
            return Place(name, f"im {name}")
        ending, _, preposition = self.draw.pick(lexicon.STREET_HEADS)
        name = self.draw.made("place", lambda: self._street(ending))
        return Place(name, f"{preposition} {name}")

    def _street(self, ending: str) -> str:
        stem = self.draw.pick(lexicon.STREET_STEMS) if self.draw.chance(0.5) else self._surname()
        return self._street(ending) if stem.casefold().endswith(ending) else stem + ending

    def _surname(self) -> str:
        return self.draw.pick(lexicon.SURNAME_STARTS) + self.draw.pick(lexicon.SURNAME_ENDS)

    def makers(self) -> dict[str, Callable[[], str]]:
        draw = self.draw
        return {
            "stem": lambda: draw.pick(lexicon.COLOURS if draw.chance(self.colour_share) else lexicon.QUALITIES),
            "name": lambda: draw.word("name", lexicon.FIRST_NAMES),
            "fam": self._family,
            "pet": lambda: draw.made("name", lambda: draw.syllables(2, 2).capitalize()),
            "brand": self.brand,
            "price": lambda: f"{_price(draw)} {'Euro' if draw.chance(0.7) else '€'}",
            "rate": lambda: f"{draw.between(6, 60)} {'Euro' if draw.chance(0.7) else '€'}",
            "day": lambda: f"am {draw.pick(lexicon.WEEKDAYS)}",
            "date": lambda: f"am {draw.between(1, 30)}. {draw.pick(lexicon.MONTHS)}",
            "time": lambda: f"um {draw.between(7, 21)}{draw.pick(['', '', ':30', ':15', ':45'])} Uhr",
            "past": self._past,
            "phone": lambda: f"0{draw.between(151, 179)} {draw.between(1000000, 9999999)}",
            "house": lambda: str(draw.between(1, 148)),
            "num": lambda: str(draw.between(2, 60)),
        }

    def _family(self) -> str:
        name = self.draw.made("name", self._surname)
        return f"{self.draw.pick(['Familie', 'Frau', 'Familie', 'Frau', 'Nachbarin'])} {name}"

    def _past(self) -> str:
        day = self.draw.pick(lexicon.WEEKDAYS)
        return self.draw.pick(
            [
                "gestern",
                "gestern Abend",
                "heute früh",
                "heute Mittag",
                f"am {day}",
                f"am {day}abend",
                f"letzten {day}",
                "vorgestern",
            ]
        )


def draw_thing(draw: Draw, pool: Pool = lexicon.THINGS) -> Noun:
    """A thing; in training, sometimes one that does not exist."""
    noun = draw.noun(pool)
    if draw.split == "train" and draw.chance(INVENTED_SHARE):
        return _invented(draw)
    if draw.chance(0.06):
        brand = draw.made("name", lambda: draw.syllables(2, 3).capitalize())
        return Noun(f"{brand}-{noun.word}", noun.gender)
    return noun


def _invented(draw: Draw) -> Noun:
    heads = lexicon.thing_heads()
    head, start = draw.pick(heads), draw.syllables(1, 3).capitalize()
    if draw.chance(0.4):
        return Noun(start + head.word.lower(), head.gender)
    modifier = draw.pick(lexicon.SURNAME_STARTS) if draw.chance(0.5) else ""
    return Noun((modifier + start.lower()).capitalize() if modifier else start, draw.pick("mfn"))


def _article(article: str, gender: str, case: int) -> str:
    if article in ("der", "rel"):
        return _DEFINITE[gender][case]
    if article == "dies":
        return "dies" + _DIES_ENDINGS[gender][case]
    ending = _EIN_ENDINGS[gender][case]
    return article + ending


def _price(draw: Draw) -> int:
    return draw.between(2, 49) if draw.chance(0.4) else 5 * draw.between(2, 90)
