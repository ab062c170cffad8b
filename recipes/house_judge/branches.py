"""Training rows: one post, and several pairs that branch off from it and do not see each other.

A judgement is one letter, so a plain conversation would spend some two hundred tokens on it. Here the tokens of the
post are shared: every branch continues from the post at the same position, and attention hides the other branches.
Besides the letter, each line's tokens are marked with whether the line has gone wrong by then (see `marks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import house  # noqa: F401
from prompts import ASSISTANT, BOS, EOS, SYSTEM, USER
from tokenizers import Encoding, Tokenizer
from wordings import Wording, draw_wording

from feinschliff.datasets.pairs import Pair

LETTER_WEIGHT, END_WEIGHT, SUBJECT_WEIGHT = 1.0, 0.1, 0.05
"""Weights in the loss of the letter, of the end after it, and of a subject line's token."""

SUBJECT_SHARE = 0.3
"""So many rows also write the post's subject line: the judge has to know what a post is about."""

RIGHT, WRONG, UNMARKED = 0, 1, -1


@dataclass(frozen=True)
class Row:
    """One post's tokens; everything has one entry per token."""

    ids: list[int]
    branch: list[int]
    """0 for what all branches share."""
    places: list[int]
    """Positions as the branch alone would have them."""
    weights: list[float]
    """Weight with which the token is to be predicted."""
    marks: list[int]


def make_row(random: Random, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> Row:
    """One wording, and a branch for each of the post's pairs."""
    wording, post = draw_wording(random), pairs[0].post
    system = f"{SYSTEM}{wording.system}" if wording.system else ""
    shared = tokenizer.encode(f"{BOS}{system}{USER}{wording.shared(post.text)}")
    row = Row(list(shared.ids), [0] * len(shared), list(range(len(shared))), [0.0] * len(shared), _blank(shared))
    for number, pair in enumerate(pairs, 1):
        _add_pair(row, tokenizer, wording, pair, number)
    if not wording.lines_first and random.random() < SUBJECT_SHARE:
        asked = random.choice(("Subject line:", "Betreff:", "Subject:", "Write a subject line.", "Betreffzeile:"))
        _add(row, tokenizer.encode(f"\n\n{asked}{ASSISTANT}"), len(pairs) + 1)
        _add(row, tokenizer.encode(f"{post.subject}{EOS}"), len(pairs) + 1, weight=SUBJECT_WEIGHT)
    return row


def marks(encoding: Encoding, start: int, line: str, *, wrong: str | None) -> list[int]:
    """A mark for each token: right, wrong, or none (outside of the line, or not yet clear).

    A right line (`wrong` is None) is right from its first token to its last. In a worse one, all is right until the
    wrong phrase begins, and wrong from its end on; where something is missing, only the last token says so.
    """
    made = _blank(encoding)
    inside = [i for i, (low, high) in enumerate(encoding.offsets) if low < start + len(line) and high > start]
    if not inside:
        return made
    if wrong is None:
        for index in inside:
            made[index] = RIGHT
        return made
    at = line.casefold().find(wrong.casefold()) if wrong else -1
    for index in inside:
        high = encoding.offsets[index][1]
        if at >= 0 and high <= start + at:
            made[index] = RIGHT
        elif index == inside[-1] or (at >= 0 and high >= start + at + len(wrong)):
            made[index] = WRONG
    return made


def _add_pair(row: Row, tokenizer: Tokenizer, wording: Wording, pair: Pair, number: int) -> None:
    first, second = pair.lines
    text, *starts = wording.rest(pair.post.text, first, second)
    encoding = tokenizer.encode(f"{text}{ASSISTANT}")
    line_marks = _blank(encoding)
    if not wording.lines_first:
        for start, line in zip(starts, (first, second), strict=True):
            own = marks(encoding, start, line, wrong=None if line == pair.better else pair.wrong)
            line_marks = [new if new != UNMARKED else old for old, new in zip(line_marks, own, strict=True)]
    _add(row, encoding, number, line_marks=line_marks)
    _add(row, tokenizer.encode(pair.answer), number, weight=LETTER_WEIGHT)
    _add(row, tokenizer.encode(EOS), number, weight=END_WEIGHT)


def _add(
    row: Row, encoding: Encoding, number: int, *, weight: float = 0.0, line_marks: list[int] | None = None
) -> None:
    start = max(place for place, branch in zip(row.places, row.branch, strict=True) if branch in (0, number)) + 1
    row.ids.extend(encoding.ids)
    row.branch.extend([number] * len(encoding))
    row.places.extend(range(start, start + len(encoding)))
    row.weights.extend([weight] * len(encoding))
    row.marks.extend(_blank(encoding) if line_marks is None else line_marks)


def _blank(encoding: Encoding) -> list[int]:
    return [UNMARKED] * len(encoding)
