"""Scorers of an answer's form: JSON, length, words taken from the source."""

from __future__ import annotations

import json
from typing import NoReturn

from pydantic import JsonValue

from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import PairScorer, unscored
from feinschliff.text.normal import nfc, words


class Json(PairScorer):
    """Whether the answer is JSON, and how much of it is the target's. 0 to 1.

    No JSON: 0. JSON, and no target: 1. With a target: the share of leaves (path and value) that are equal, among
    those that either of the two has (Jaccard 1901); lists are compared place by place, 1 equals 1.0, `true` does not,
    text is compared in NFC, an empty list or object is a leaf. A target that is no JSON itself: None.

    Strict, as a program that parses the answer is: a code fence or a sentence around it, NaN and infinities are no
    JSON. White space around it is.
    """

    name = "json"
    needs_target = False

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The share of equal leaves."""
        if example.target is None:
            return Score(value=1.0 if _parse(answer.text) is not None else 0.0)
        wanted = _parse(example.target)
        if wanted is None:
            return unscored("the target is no JSON")
        given = _parse(answer.text)
        if given is None:
            return Score(value=0.0, reason="the answer is no JSON")
        return Score(value=len(given & wanted) / len(given | wanted))


_Leaf = tuple[tuple[str | int, ...], str]


def _parse(text: str) -> set[_Leaf] | None:
    """The leaves of a JSON text, or None for what is no JSON."""
    try:
        return _leaves(json.loads(nfc(text), parse_constant=_refuse), ())
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _leaves(value: JsonValue, path: tuple[str | int, ...]) -> set[_Leaf]:
    if isinstance(value, dict) and value:
        return {leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, nfc(key)))}
    if isinstance(value, list) and value:
        return {leaf for i, inner in enumerate(value) for leaf in _leaves(inner, (*path, i))}
    if isinstance(value, str):
        return {(path, f"text {nfc(value)}")}
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return {(path, json.dumps(value))}


class Length(PairScorer):
    """1 where the number of words lies in a range; below it words / low; above it falling to 0 at twice the upper end.

    Without a range it is taken from the target: its number of words, 25 % up or down, at least one word either way.
    Words are those of `text.normal.words`.
    """

    def __init__(self, low: int | None = None, high: int | None = None) -> None:
        """A range in words, ends included, or none. Raises: ValueError unless 0 <= low <= high and high > 0."""
        if (low is None) != (high is None):
            raise ValueError("a range of words has two ends")
        if low is not None and high is not None and not (0 <= low <= high and high > 0):
            raise ValueError(f"no range of words: {low} to {high}")
        self._range = None if low is None or high is None else (float(low), float(high))
        self.needs_target = self._range is None  # type: ignore[misc]

    @property
    def name(self) -> str:
        """`length`, with its range where it has one of its own."""
        return "length" if self._range is None else f"length:{self._range[0]:.0f}-{self._range[1]:.0f}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The closeness to the range."""
        if self._range is not None:
            return Score(value=_closeness(len(words(answer.text)), *self._range))
        wanted = len(words(example.target or ""))
        if wanted == 0:
            return unscored("the target has no words")
        slack = max(1.0, 0.25 * wanted)
        return Score(value=_closeness(len(words(answer.text)), wanted - slack, wanted + slack))


def _closeness(count: int, low: float, high: float) -> float:
    if count < low:
        return count / low
    return max(0.0, 1.0 - max(0.0, count - high) / high)


class Verbatim(PairScorer):
    """Share of the answer's words that stand in the source in the same order (other words may lie between), 0 to 1.

    Longest common subsequence of words / words of the answer, case and punctuation aside: 1 for an answer that is
    taken from the source word by word. The source is the named column; without a name the longest text of the row
    that is neither the target nor the id, else the user's last turn in its conversation. No source: None. An answer
    without words: 0.
    """

    needs_target = False

    def __init__(self, column: str | None = None) -> None:
        self._column = column

    @property
    def name(self) -> str:
        """`verbatim`, with its column where it has one."""
        return "verbatim" if self._column is None else f"verbatim:{self._column}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The share of words."""
        from rapidfuzz.distance import LCSseq

        source = words(self._source(example))
        if not source:
            return unscored(
                f"no text in column '{self._column}'" if self._column else "the row has no text to take words from"
            )
        given = words(answer.text)
        return Score(value=LCSseq.similarity(given, source) / len(given) if given else 0.0)

    def _source(self, example: Example) -> str:
        if self._column is not None:
            value = example.row.get(self._column)
            return value if isinstance(value, str) else ""
        texts = [
            value
            for column, value in sorted(example.row.items())
            if isinstance(value, str) and column not in {"id", "messages"} and value != example.target
        ]
        turns = [message.content for message in example.messages if message.role == "user"]
        return max(texts, key=len, default="") or (turns[-1] if turns else "")
