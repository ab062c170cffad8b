"""The tasks' examples, made by the grammar: the first 150 are for the search, the 400 after them for TRUE."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feinschliff.datasets.bundled import POST_CHARACTERS, post_notes
from feinschliff.datasets.grammar import Draft, make_drafts
from feinschliff.records import Example

POOL = 150
UNSEEN = 400

OPENING_CHARACTERS = 100
"""How much of a post its opening is, up to the end of the word."""


def lines(seed: int) -> list[Example]:
    """A post, and its plain subject line."""
    return _chosen(make_drafts(POOL + UNSEEN, seed=seed, split="test"), lambda draft: draft.post.subject)


def styled_lines(seed: int, style: str) -> list[Example]:
    """A post, and its subject line in a style; posts without a line in it are left out."""
    return _chosen(make_drafts(2 * (POOL + UNSEEN), seed=seed, split="test"), lambda draft: draft.styles.get(style))


def posts(seed: int) -> list[Example]:
    """Facts, and the whole long post."""
    return _chosen(_long(seed), lambda draft: draft.post.text)


def openings(seed: int) -> list[Example]:
    """Facts of a long post, and how it begins."""
    return _chosen(_long(seed), lambda draft: _opening(draft.post.text))


def _long(seed: int) -> Iterator[Draft]:
    for draft in make_drafts(3 * (POOL + UNSEEN), seed=seed, split="test", long=True):
        if POST_CHARACTERS[0] <= len(draft.post.text) <= POST_CHARACTERS[1]:
            yield draft


def _opening(text: str) -> str:
    end = text.find(" ", OPENING_CHARACTERS)
    return text if end < 0 else text[:end]


def _chosen(drafts: list[Draft] | Iterator[Draft], target: Callable[[Draft], str | None]) -> list[Example]:
    """The first ones that have a target. Raises: ValueError where there are too few."""
    examples = [_example(draft, wanted) for draft in drafts if (wanted := target(draft)) is not None]
    if len(examples) < POOL + UNSEEN:
        raise ValueError(f"{len(examples)} examples, {POOL + UNSEEN} are needed")
    return examples[: POOL + UNSEEN]


def _example(draft: Draft, target: str) -> Example:
    post = draft.post
    row = {
        "id": post.id,
        "language": post.language,
        "post": post.text,
        "notes": post_notes(draft),
        "key_fact": post.key_fact,
        "target": target,
    }
    return Example(id=post.id, row=row, target=target)
