"""Ways for a subject line to be worse than a right one; each is named, and certain by the grammar's knowledge.

A flaw takes a right line and gives (worse line, what is wrong in it), or None where this post does not allow it. Where
something is missing rather than wrong, what is wrong is "".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from feinschliff.datasets.grammar import Draft, Post, carries_key_fact, holds_phrase
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.pairs.edits import drop_letters, keep_start, loop_words, put, swaps
from feinschliff.datasets.pairs.right import opened, right_lines
from feinschliff.datasets.pairs.wordings import CONTRARY, PLAIN, VAGUE
from feinschliff.datasets.rules import subject_line

Flawed = tuple[str, str] | None


@dataclass(frozen=True)
class Scene:
    """What a flaw may draw on."""

    draft: Draft
    others: Sequence[Draft]
    """Other posts in the same language."""
    draw: Draw

    @property
    def post(self) -> Post:
        """The post itself."""
        return self.draft.post


def other_post(line: str, scene: Scene) -> Flawed:
    """A right line of a post of another kind."""
    return _foreign(scene, [other for other in scene.others if other.post.kind != scene.post.kind])


def same_kind(line: str, scene: Scene) -> Flawed:
    """A right line of another post of the same kind."""
    return _foreign(scene, [other for other in scene.others if other.post.kind == scene.post.kind])


def other_thing(line: str, scene: Scene) -> Flawed:
    """The line with the key fact replaced by another thing that the post mentions in passing."""
    facts = scene.draft.facts
    return _renamed(line, scene, [facts[name] for name in sorted(facts) if name.startswith("also")])


def new_thing(line: str, scene: Scene) -> Flawed:
    """The line with the key fact replaced by the key fact of another post of the same kind."""
    return _renamed(line, scene, [o.post.key_fact for o in scene.others if o.post.kind == scene.post.kind])


def wrong_detail(line: str, scene: Scene) -> Flawed:
    """The line with its place, look, price, time or name replaced, sometimes by one from elsewhere in the post."""
    made = swaps(line, scene.draft, [other.facts for other in scene.others])
    if not made:
        return None
    name = scene.draw.pick(sorted(made))
    return scene.draw.pick(made[name])


def wrong_kind(line: str, scene: Scene) -> Flawed:
    """The key fact, but as if something else were the matter: found instead of lost, sought instead of offered."""
    kind = scene.draw.pick(CONTRARY[scene.post.kind])
    template = scene.draw.pick(PLAIN[scene.post.language][kind])
    worse = opened(template.format(k=scene.post.key_fact))
    said = max((part.strip(" :,") for part in template.split("{k}")), key=len)
    return worse, said


def vague(line: str, scene: Scene) -> Flawed:
    """A line that tells nothing, sometimes with the post's place."""
    table = VAGUE[scene.post.language]
    worse = scene.draw.pick(table["any"] if scene.draw.chance(0.4) else table[scene.post.kind])
    place = scene.draft.facts.get("place", "")
    return (f"{worse} {place}" if place and worse[-1] != "?" and scene.draw.chance(0.3) else worse), ""


def rule_miss(line: str, scene: Scene) -> Flawed:
    """The rule-based line, where it misses the key fact."""
    return subject_line(scene.post.text), ""


def cut(line: str, scene: Scene) -> Flawed:
    """The line, broken off before the key fact is complete."""
    worse = keep_start(line, scene.post.key_fact, scene.draw)
    return (worse, "") if worse else None


def repeated(line: str, scene: Scene) -> Flawed:
    """The line, caught in a loop: a word or two again and again."""
    return loop_words(line, scene.draw)


def misspelt(line: str, scene: Scene) -> Flawed:
    """The line with letters of the key fact lost, doubled or in the wrong order."""
    broken = drop_letters(scene.post.key_fact, scene.draw)
    return put(line, scene.post.key_fact, broken), broken


FLAWS: Mapping[str, Callable[[str, Scene], Flawed]] = MappingProxyType(
    {
        flaw.__name__: flaw
        for flaw in (
            other_post,
            same_kind,
            other_thing,
            new_thing,
            wrong_detail,
            wrong_kind,
            vague,
            rule_miss,
            cut,
            repeated,
            misspelt,
        )
    }
)
"""The flaws by name, which is the pair's kind."""

KEEP_KEY = frozenset({"wrong_detail", "wrong_kind", "repeated"})
"""Flaws that leave the key fact in the line; all others take it away."""


def certain(flaw: str, worse: str, better: str, post: Post) -> bool:
    """Whether `worse` is another line, and without the key fact where the flaw takes it away."""
    return bool(worse) and worse != better and (flaw in KEEP_KEY or not carries_key_fact(worse, post))


def _foreign(scene: Scene, others: Sequence[Draft]) -> Flawed:
    fitting = [other for other in others if _apart(other.post.key_fact, scene.post)]
    if not fitting:
        return None
    chosen = scene.draw.pick(fitting)
    right = right_lines(chosen)
    return scene.draw.pick(right[scene.draw.pick(sorted(right))]), chosen.post.key_fact


def _renamed(line: str, scene: Scene, things: Sequence[str]) -> Flawed:
    fitting = [thing for thing in things if _apart(thing, scene.post)]
    if not fitting or not holds_phrase(line, scene.post.key_fact):
        return None
    thing = scene.draw.pick(fitting)
    return put(line, scene.post.key_fact, thing), thing


def _apart(thing: str, post: Post) -> bool:
    """Whether two names cannot mean the same: neither is a part of the other."""
    one, other = thing.casefold(), post.key_fact.casefold()
    return one not in other and other not in one
