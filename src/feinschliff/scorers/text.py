"""Scorers that compare an answer with its target, character by character."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher

from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import PairScorer, SharedScores, TextScorer, check_lengths, finite_score
from feinschliff.text.normal import nfc

_BLOCK = 5000
"""Pairs at a time: enough to keep all cores busy, few enough to take little memory."""
_PART = 10_000
"""Pairs of a thread: while the ratios of one part are computed, Python looks at the records of the next."""


class Similarity(TextScorer):
    """`difflib.SequenceMatcher(None, answer, target, autojunk=False).ratio()`: 2 M / T, 0 to 1.

    M is the number of characters in the matching blocks (Ratcliff and Metzener 1988), T the sum of both lengths. The
    order of the arguments matters, and the junk heuristic (which ignores frequent characters of targets from 200
    characters on) is off. Text is compared in NFC, and whitespace at the ends counts. Both texts empty: 1.

    Computed by `difflib-fast` on all cores: the same number to the last bit (the tests hold it to difflib's), ten
    times as fast on short texts and thousands of times on long ones that repeat themselves. difflib stands in where
    there is no build of it, and for half emoji.
    """

    name = "similarity"

    def __init__(self) -> None:
        self._scores = SharedScores()

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        """One score per pair, in order. Raises: ValueError for lists of different length."""
        check_lengths(examples, answers)
        if len(answers) <= _PART:
            return super().score(examples, answers)
        parts = [slice(start, start + _PART) for start in range(0, len(answers), _PART)]
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(super().score, (examples[part] for part in parts), (answers[part] for part in parts))
            return list(itertools.chain.from_iterable(found))

    def score_texts(self, answers: Sequence[str], targets: Sequence[str]) -> list[Score]:
        """The ratios."""
        pairs = zip(answers, targets, strict=True)
        scores: list[Score] = []
        while block := list(itertools.islice(pairs, _BLOCK)):
            different = [pair for pair in block if pair[0] != pair[1]]
            found = map(self._scores.__getitem__, _ratios(different))
            if len(different) < len(block):
                scores += [self._scores[1.0] if answer == target else next(found) for answer, target in block]
            else:
                scores += found
        return scores


class Levenshtein(PairScorer):
    """1 - d / max(len(answer), len(target)), 0 to 1: d counts inserted, deleted and replaced characters (Levenshtein
    1966).

    Text is compared in NFC, and whitespace at the ends counts. Both texts empty: 1.
    """

    name = "levenshtein"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The normalised similarity."""
        from rapidfuzz.distance import Levenshtein as Distance

        return finite_score(Distance.normalized_similarity(nfc(answer.text), nfc(example.target or "")))


class Chrf(PairScorer):
    """Sentence chrF / 100, 0 to 1: F-score (beta 2) of character n-grams up to 6 (Popović 2015), computed by sacreBLEU.

    Effective order: n-grams longer than the texts are left out, so that a short target that is met exactly scores 1.
    White space does not count. An empty answer or target scores 0.
    """

    name = "chrf"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The F-score."""
        from sacrebleu.metrics.chrf import CHRF

        metric = CHRF(eps_smoothing=False)  # False is sacreBLEU's name for effective order
        value: float = metric.sentence_score(nfc(answer.text), [nfc(example.target or "")]).score
        return finite_score(min(1.0, max(0.0, value / 100)))  # 100.00000000000001 happens


def _ratios(pairs: list[tuple[str, str]]) -> list[float]:
    try:
        from difflib_fast import ratio

        return ratio(pairs)
    except (ImportError, UnicodeEncodeError):  # no build of it for this machine; half an emoji (a lone surrogate)
        return [SequenceMatcher(None, answer, target, autojunk=False).ratio() for answer, target in pairs]
