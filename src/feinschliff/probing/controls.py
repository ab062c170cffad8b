"""The controls: what the server says at temperature 0 and at a high one, with the same and with other seeds.

Everything else is judged against them: a knob acts where the same request without it says something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.probing.finding import Heard, Wish, likeness
from feinschliff.probing.lab import LENGTH, Lab
from feinschliff.probing.refusals import is_named

HOT = (2.0, 1.0, 0.3)
"""Temperatures that are tried for the hot control; servers refuse what is above their range."""

COOL = 0.001
"""At 0 many servers take the likeliest token without a look at other knobs."""

_LIMITS = ("max_tokens", "max_completion_tokens")
_TRIES = 5

STILLING: tuple[Mapping[str, JsonValue], ...] = ({"top_k": 1}, {"top_p": 0.0001}, {"min_p": 1.0})
"""Far ends that leave one token, the likeliest."""
_SPARE = 6
"""Requests that are left to the knobs themselves."""

_SEEDS = (1, 2)
_CONTROLS = 4

_REPEATS = 100
"""More than any request is repeated."""

_ALIKE = 0.3
_UNLIKE = 0.15
"""Likeness of texts that begin alike, and of those that have nothing in common."""


@dataclass(frozen=True)
class Controls:
    """What the controls have shown."""

    limit: Mapping[str, JsonValue]
    """The field that keeps answers short, as far as one is taken."""
    seed_refused: str | None
    """The server's words; None where it takes a seed."""
    hot_temperature: float | None
    """None: no temperature is taken."""
    temperature_refused: str | None
    hot: tuple[Heard, ...]
    """Seed 1, seed 2, and both once more."""
    greedy: tuple[Heard, ...]
    """Temperature 0 (or what comes nearest), seeds 1 and 2."""
    cold_temperature: float | None = 0.0
    still: Heard | None = None
    """An answer that is the same for every seed: of temperature 0, else of a knob that leaves one token."""
    still_values: Mapping[str, JsonValue] = field(default_factory=dict)
    """What makes it so."""

    @property
    def repeats(self) -> bool:
        """A seed gave the same text twice, and there is one."""
        return any(self._same(seed) for seed in _SEEDS)

    @property
    def seed(self) -> int:
        """A seed that has repeated its text, where one has: 2, else 1."""
        return 1 if self._same(1) and not self._same(2) else 2

    @property
    def plain(self) -> Heard:
        """The hot control of that seed: what a knob is compared with."""
        return self.hot[self.seed - 1]

    def texts(self, seed: int) -> set[str | None]:
        """What the hot control said with this seed."""
        return {self.hot[seed - 1].text, self.hot[seed + 1].text}

    def _same(self, seed: int) -> bool:
        return len(self.hot) == _CONTROLS and bool(self.hot[seed - 1].text) and len(self.texts(seed)) == 1

    @property
    def varies(self) -> bool:
        """Two seeds (or two requests, where none is taken) have no text in common."""
        return len(self.hot) == _CONTROLS and not self.texts(1) & self.texts(2)

    @property
    def chance(self) -> float:
        """How alike two hot texts get by chance, at most."""
        return max(likeness(a.words, b.words) for i, a in enumerate(self.hot) for b in self.hot[:i])

    @property
    def flat(self) -> bool:
        """The temperature acts, and the hot control has one at which unlikely words come: cutting them shows."""
        return (
            self.hot_temperature == HOT[0] and self.greedy_text is not None and [*self.still_values] == ["temperature"]
        )

    @property
    def constant(self) -> bool:
        """At temperature 0 the seed makes no difference."""
        return len(self.greedy) == 2 and bool(self.greedy[0].text) and self.greedy[0].text == self.greedy[1].text

    @property
    def wavers(self) -> bool:
        """At temperature 0 texts begin alike and then part, which hot ones do not: greedy, with noise."""
        if len(self.greedy) != 2 or len(self.hot) < 2 or self.constant:
            return False
        return (
            likeness(self.greedy[0].words, self.greedy[1].words) >= _ALIKE
            and likeness(self.hot[0].words, self.hot[1].words) <= _UNLIKE
        )

    @property
    def greedy_text(self) -> str | None:
        """The still text, where there is one and it is not the hot one as well."""
        if self.still is None or all(heard.text == self.still.text for heard in self.hot):
            return None
        return self.still.text

    @property
    def still_words(self) -> list[str]:
        """Words of the still control; none where there is none."""
        return [] if self.still is None else self.still.words

    def hot_wish(self, seed: int, values: Mapping[str, JsonValue], *, repeat: int = 0) -> Wish:
        """The hot control with a knob."""
        heat = {} if self.hot_temperature is None else {"temperature": self.hot_temperature}
        return Wish({**self._carried(seed), **heat, **values}, self._time(seed, repeat))

    def cool_wish(self, values: Mapping[str, JsonValue], *, repeat: int = 0) -> Wish:
        """The still control with a knob, so little above temperature 0 that a server draws and yet gives the same."""
        return self.still_wish({"temperature": COOL, **values}, repeat=repeat)

    @property
    def cools(self) -> bool:
        """Temperature 0 makes the still control."""
        return [*self.still_values] == ["temperature"]

    def still_wish(self, values: Mapping[str, JsonValue], *, repeat: int = 0) -> Wish:
        """The still control with a knob."""
        return Wish({**self._carried(1), **self.still_values, **values}, self._time(1, repeat))

    @property
    def steady(self) -> Heard | None:
        """An answer that the same request gives again: the still one, else the hot one of a seed that repeats."""
        return self.still if self.still is not None else self.plain if self.repeats else None

    def steady_wish(self, values: Mapping[str, JsonValue], *, repeat: int = 0) -> Wish:
        """The request of `steady` with a knob; where there is none, a hot one."""
        if self.still is not None:
            return self.still_wish(values, repeat=repeat)
        return self.hot_wish(self.seed if self.repeats else 1, values, repeat=repeat)

    def unlimited_wish(self, values: Mapping[str, JsonValue]) -> Wish:
        """The first hot control with a knob in the place of the usual limit on its length."""
        wish = self.hot_wish(1, values)
        return Wish({name: value for name, value in wish.values.items() if name not in self.limit}, wish.repeat)

    def alone_wish(self, values: Mapping[str, JsonValue]) -> Wish:
        """A request without the usual limit on its length."""
        return Wish({**({} if self.seed_refused is not None else {"seed": 1}), **values})

    def _time(self, seed: int, repeat: int) -> int:
        """For the how manieth time: where no seed is sent, requests of two seeds are the same request twice."""
        return repeat if self.seed_refused is None else repeat + _REPEATS * seed

    def _carried(self, seed: int) -> dict[str, JsonValue]:
        return {**self.limit, **({} if self.seed_refused is not None else {"seed": seed})}


def find_controls(lab: Lab) -> Controls | None:
    """Ask for the controls; about six requests, a few more where the server refuses what they are made of.

    None where the budget does not reach for them.
    """
    made = find_taken(lab)
    if made is None:
        return None
    wishes = [made.hot_wish(seed, {}, repeat=repeat) for repeat in (0, 1) for seed in _SEEDS]
    cold = [] if made.hot_temperature is None else [_cold(made, 1, 0.0), _cold(made, 2, 0.0)]
    heard = lab.ask([*wishes, *cold])
    if heard is None:
        return None
    hot, greedy, coldest = heard[:_CONTROLS], heard[_CONTROLS:], 0.0
    if greedy and all(h.refused for h in greedy):
        # Hugging Face wants a temperature above 0.
        coldest = 0.01
        again = lab.ask([_cold(made, 1, coldest), _cold(made, 2, coldest)])
        greedy = [] if again is None or any(h.refused for h in again) else again
    if any(h.refused for h in hot):
        return None
    found = replace(made, hot=tuple(hot), greedy=tuple(greedy), cold_temperature=coldest if greedy else None)
    if found.constant:
        return replace(found, still=greedy[0], still_values={"temperature": coldest})
    return _stilled(lab, found)


def _stilled(lab: Lab, found: Controls) -> Controls:
    """The controls with another knob's far end in the place of temperature 0, where one makes texts the same."""
    heat: dict[str, JsonValue] = {} if found.hot_temperature is None else {"temperature": found.hot_temperature}
    for knob in STILLING if found.varies else ():
        if lab.left < _SPARE:
            break
        heard = lab.ask([found.hot_wish(2, knob), found.hot_wish(1, knob)])
        if heard is None:
            break
        # With a seed that acts, equal texts of two seeds are no chance.
        if heard[0].text and heard[0].text == heard[1].text and heard[0].text not in found.texts(2):
            return replace(found, still=heard[1], still_values={**heat, **knob})
    return found


def _cold(made: Controls, seed: int, temperature: float) -> Wish:
    return made.hot_wish(seed, {"temperature": temperature})


def find_taken(lab: Lab) -> Controls | None:
    """What of limit, seed and temperature the server takes; None where it refuses everything."""
    omitted = lab.payer.omit
    limits = [name for name in _LIMITS if name not in omitted]
    temperatures = list(HOT)
    seed_refused = tr("It is left out, as was asked for.") if "seed" in omitted else None
    for _ in range(_TRIES):
        limit: dict[str, JsonValue] = {limits[0]: LENGTH} if limits else {}
        seed: dict[str, JsonValue] = {} if seed_refused is not None else {"seed": 1}
        heard = lab.ask([Wish({**limit, **seed, "temperature": temperatures[0]})])
        if heard is None:
            return None
        if not heard[0].refused:
            return Controls(limit, seed_refused, temperatures[0], None, (), ())
        # Most servers name what they refuse.
        why = heard[0].answer.failure or ""
        if limits and is_named(limits[0], why):
            limits.pop(0)
        elif seed_refused is None and is_named("seed", why):
            seed_refused = heard[0].why
        elif len(temperatures) > 1 and is_named("temperature", why):
            temperatures.pop(0)
        else:
            break
    return _one_by_one(lab, limits, seed_refused)


def _one_by_one(lab: Lab, limits: list[str], seed_refused: str | None) -> Controls | None:
    """The same where a refusal does not tell what it is about."""
    limit: dict[str, JsonValue] = {}
    for name in (*limits, None):
        limit = {} if name is None else {name: LENGTH}
        heard = lab.ask([Wish(limit)])
        if heard is None:
            return None
        if not heard[0].refused:
            break
    else:
        return None
    if seed_refused is None:
        seeded = lab.ask([Wish({**limit, "seed": 1})])
        if seeded is None:
            return None
        seed_refused = seeded[0].why if seeded[0].refused else None
    carried: dict[str, JsonValue] = {**limit, **({} if seed_refused is not None else {"seed": 1})}
    refused = None
    for temperature in HOT:
        heard = lab.ask([Wish({**carried, "temperature": temperature})])
        if heard is None:
            return None
        if not heard[0].refused:
            return Controls(limit, seed_refused, temperature, None, (), ())
        refused = heard[0].why
    return Controls(limit, seed_refused, None, refused, (), ())
