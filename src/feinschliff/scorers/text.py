"""Scorers that compare an answer with its target, character by character."""

from __future__ import annotations

import functools
from typing import Any

from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import PairScorer, finite_score
from feinschliff.text.normal import nfc


class Similarity(PairScorer):
    """`difflib.SequenceMatcher(None, answer, target, autojunk=False).ratio()`: 2 M / T, 0 to 1.

    M is the number of characters in the matching blocks (Ratcliff and Metzener 1988), T the sum of both lengths. The
    order of the arguments matters, and the junk heuristic (which ignores frequent characters of targets from 200
    characters on) is off. Text is compared in NFC, and whitespace at the ends counts. Both texts empty: 1.

    Computed by `cydifflib`, which gives the same number 13 times as fast; the tests hold it to difflib's, which stands
    in where there is no build of it (Python 3.14). Time grows with the product of the lengths and worse where both
    texts repeat themselves: 8,000 characters of one phrase take seconds.
    """

    name = "similarity"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The ratio."""
        matcher = _sequence_matcher()
        return finite_score(matcher(None, nfc(answer.text), nfc(example.target or ""), autojunk=False).ratio())


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


@functools.cache
def _sequence_matcher() -> Any:
    try:
        from cydifflib import SequenceMatcher
    except ImportError:
        from difflib import SequenceMatcher
    return SequenceMatcher
