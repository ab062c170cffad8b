"""Neighbourhood posts with a reference subject line and the key fact that a good line must carry."""

from __future__ import annotations

from dataclasses import dataclass, field

from feinschliff.datasets.grammar import german, lexicon_de, lexicon_en, templates_de, templates_en
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.grammar.english import EnglishSlots
from feinschliff.datasets.grammar.english import draw_thing as english_thing
from feinschliff.datasets.grammar.facts import named_facts
from feinschliff.datasets.grammar.german import GermanSlots
from feinschliff.datasets.grammar.phrases import holds_phrase
from feinschliff.datasets.grammar.slots import Kind, Slots, slots_of
from feinschliff.datasets.grammar.styles import follows_style, style_templates
from feinschliff.datasets.grammar.words import Noun

LANGUAGES = ("de", "en")
SPLITS = ("train", "test")


@dataclass(frozen=True)
class Post:
    """One neighbourhood post."""

    id: str
    language: str
    """"de" or "en"."""
    kind: str
    """Lost, found, sale, gift, wanted, borrow, event, warning, service, recommendation or offer."""
    text: str
    subject: str
    """The reference subject line."""
    key_fact: str
    """What the post is about; a part of the text and of the subject."""


@dataclass(frozen=True)
class Draft:
    """A post, and what the grammar knows about it."""

    post: Post
    words: dict[str, list[str]]
    """Lexicon words in it, by class ("noun", "name", "place")."""
    styles: dict[str, str] = field(default_factory=dict)
    """Other subject lines by style, those that need no more than the post says ("place" only if it names one)."""
    facts: dict[str, str] = field(default_factory=dict)
    """What it says, by name, in its own order: each value stands in the text, a look perhaps inflected."""


def make_posts(count: int, *, language: str | None = None, seed: int = 0, split: str = "test") -> list[Post]:
    """Write `count` different posts; the same arguments give the same posts on every machine.

    Args:
        language: "de", "en", or None for both in turn.
        seed: another seed gives other posts.
        split: "train", or "test", where many nouns, names and places are ones that no "train" post holds.

    Raises:
        ValueError: an unknown language or split, or a negative count.
    """
    return [draft.post for draft in make_drafts(count, language=language, seed=seed, split=split)]


def make_drafts(
    count: int, *, language: str | None = None, seed: int = 0, split: str = "test", long: bool = False
) -> list[Draft]:
    """As `make_posts`, with what the grammar knows about each; `long` posts have about four to nine sentences."""
    if language not in (None, *LANGUAGES) or split not in SPLITS or count < 0:
        raise ValueError(
            f"no posts for count={count}, language={language!r}, split={split!r}; use de, en or None, and train or test"
        )
    drafts: list[Draft] = []
    seen: set[str] = set()
    for index in range(count):
        code, number = (language, index) if language else (LANGUAGES[index % 2], index // 2)
        draft = _draft(code, number, seed=seed, split=split, attempt=0, long=long)
        attempt = 0
        while draft.post.text in seen:
            attempt += 1
            draft = _draft(code, number, seed=seed, split=split, attempt=attempt, long=long)
        seen.add(draft.post.text)
        drafts.append(draft)
    return drafts


def carries_key_fact(line: str, post: Post) -> bool:
    """Whether `line` holds the post's key fact as whole words, whatever its case (NFC, casefold; nothing cleverer)."""
    return holds_phrase(line, post.key_fact)


def _draft(language: str, number: int, *, seed: int, split: str, attempt: int, long: bool) -> Draft:
    stream = f"{split}:{language}:{seed}:{number}:{attempt}{':long' if long else ''}"
    draw = Draw(f"feinschliff:{stream}", split=split)
    templates = templates_de if language == "de" else templates_en
    kind = draw.weighted([(kind.share, kind) for kind in templates.KINDS])
    key = _key(draw, language, kind)
    alive = kind.key == "pet"
    slots: Slots = GermanSlots(draw, key, alive=alive) if language == "de" else EnglishSlots(draw, key, alive=alive)
    order = _long_sentences if long else _sentences
    text = " ".join(order(slots, kind, templates.OPENERS, templates.FILLERS, templates.CLOSERS))
    facts = named_facts(slots.shown)
    usable = [(weight, subject) for weight, subject in kind.subjects if slots_of(subject) <= slots.mentioned]
    subject = slots.render(draw.weighted(usable))
    identity = f"{'long-' if long else ''}{split}-{language}-{seed}-{number:05d}"
    post = Post(identity, language, kind.name, text, subject, key.word)
    # Styles have chance of their own, so that posts and subjects are the same with and without them.
    slots.draw = Draw(f"feinschliff:styles:{stream}", split=split)
    return Draft(post, draw.record, _styles(slots, language, kind), facts)


def _styles(slots: Slots, language: str, kind: Kind) -> dict[str, str]:
    styles = {}
    place = slots.shown.get("loc")
    for style, templates in style_templates(language, kind.name, kind.key).items():
        usable = [template for template in templates if slots_of(template) <= slots.mentioned]
        line = slots.render(slots.draw.pick(usable)) if usable else ""
        # A key fact of many words is too long for a short line.
        if line and follows_style(line, style, language=language, place=place):
            styles[style] = line
    return styles


def _key(draw: Draw, language: str, kind: Kind) -> Noun:
    pool = (lexicon_de.POOLS if language == "de" else lexicon_en.POOLS)[kind.key]
    if kind.key in ("thing", "portable"):
        return german.draw_thing(draw, pool) if language == "de" else english_thing(draw, pool)
    return draw.noun(pool)


def _sentences(
    slots: Slots, kind: Kind, openers: tuple[str, ...], fillers: tuple[str, ...], closers: tuple[str, ...]
) -> list[str]:
    """Two to six sentences: what the post is about stands first, second, third or fourth."""
    draw = slots.draw
    before = [draw.pick(openers)] if draw.chance(0.45) else []
    if draw.chance(0.55):
        before.append(draw.pick(kind.background))
    if draw.chance(0.22):
        before.append(draw.pick(fillers))
    after = draw.shuffled(kind.details)[: draw.between(1, 3)]
    if draw.chance(0.3):
        after.insert(draw.between(0, len(after)), draw.pick([f for f in fillers if f not in before]))
    if draw.chance(0.6):
        after.append(draw.pick(closers))
    return [slots.render(template) for template in [*before, draw.pick(kind.main), *after][:6]]


def _long_sentences(
    slots: Slots, kind: Kind, openers: tuple[str, ...], fillers: tuple[str, ...], closers: tuple[str, ...]
) -> list[str]:
    """About four to nine sentences: nearly all that the kind has to tell, and a side story or two."""
    draw = slots.draw
    stories = draw.shuffled(fillers)
    before = [draw.pick(openers)] if draw.chance(0.8) else []
    if draw.chance(0.7):
        before.append(draw.pick(kind.background))
    if draw.chance(0.3):
        before.append(stories[0])
    details = draw.shuffled(kind.details)
    after = details[: draw.between(min(2, len(details)), len(details))]
    if draw.chance(0.5):
        after.insert(draw.between(0, len(after)), stories[1])
    if draw.chance(0.9):
        after.append(draw.pick(closers))
    return [slots.render(template) for template in [*before, draw.pick(kind.main), *after]]
