"""Whether an answer is in the wanted language."""

from __future__ import annotations

import functools
import re
from typing import Any

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import PairScorer, unscored
from feinschliff.text.normal import nfc

_CODES = """
    ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv
    mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi zh
"""
LANGUAGES = tuple(_CODES.split())
"""Codes (ISO 639-1) that are told apart. The detector knows twice as many; with the small ones among them, many a short
German line is taken for Luxembourgish."""

_CLEAR = 5.0
"""Least odds of one language against another before a text is held to be in the one and not in the other."""
_MOST_POSSIBLE = 3
"""A target that can be in more languages than this says nothing about the answer's."""
_LETTER = re.compile(r"[^\W\d_]")


class Language(PairScorer):
    """1 where the answer is in the wanted language, 0 where it is clearly in another, None where it cannot be told.

    The wanted language is named (`language:de`: no target needed), or it is the target's. Told by `py3langid` (naive
    Bayes over byte n-grams, Lui and Baldwin 2012; offline, 0.1 milliseconds), among `LANGUAGES`. An answer scores 1
    where the wanted language is the likeliest; 0 where another one is 5 times as likely; in between, and where it has
    no letters (a number, say), None: short texts of names and borrowed words are of no language. A target is taken to
    be in any language that is not 5 times less likely than its likeliest, and says nothing where these are more than
    three. An empty answer scores 0.

    On 3,000 German and English subject lines of four words: with the language named 98 % right, 0.2 % wrong, the rest
    None; with a line as the target 94 % right and 0.5 % wrong. On whole posts all are right.
    """

    def __init__(self, wanted: str | None = None) -> None:
        """`wanted`: a code of `LANGUAGES`; None: the target's. Raises: ScorerError for another."""
        if wanted is not None and wanted not in LANGUAGES:
            raise ScorerError(
                tr("'{code}' is no language that can be told", code=wanted),
                asked=f"language:{wanted}",
                found=" ".join(LANGUAGES),
                mend=tr("name one of these codes, or leave it out to compare with the target"),
            )
        self._wanted = wanted
        self.needs_target = wanted is None  # type: ignore[misc]

    @property
    def name(self) -> str:
        """`language`, with its code where one was named."""
        return "language" if self._wanted is None else f"language:{self._wanted}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """1, 0 or None."""
        text = nfc(answer.text)
        if not text.strip():
            return Score(value=0.0)
        wanted = {self._wanted} if self._wanted else _languages_of(nfc(example.target or ""))
        if not wanted:
            return unscored("the target's language cannot be told")
        if _LETTER.search(text) is None:
            return unscored("the answer has no letters")
        odds = _odds(text)
        best = max(odds, key=lambda code: odds[code])
        if best in wanted:
            return Score(value=1.0)
        if odds[best] >= _CLEAR * max(odds[code] for code in wanted):
            return Score(value=0.0)
        return unscored(f"too short to tell whether it is {' or '.join(sorted(wanted))} or {best}")


@functools.lru_cache(maxsize=10_000)
def _languages_of(text: str) -> frozenset[str]:
    """The languages that a text can be in: the likeliest, and what it is not clearly likelier than; none if many."""
    if _LETTER.search(text) is None:
        return frozenset()
    odds = _odds(text)
    best = max(odds.values())
    possible = frozenset(code for code, value in odds.items() if value * _CLEAR > best)
    return possible if len(possible) <= _MOST_POSSIBLE else frozenset()


def _odds(text: str) -> dict[str, float]:
    """Probability by language, as the detector has it."""
    return dict(_detector().rank(text))


@functools.cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages(list(LANGUAGES))
    return detector
