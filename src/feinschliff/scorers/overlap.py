"""Scorers that count common runs of words: BLEU and ROUGE."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import PairScorer, finite_score, unscored
from feinschliff.text.normal import is_unspaced, nfc, words

BLEU_TOKENIZERS = ("13a", "intl", "char", "zh", "none", "ko-mecab", "ja-mecab")
"""What `bleu:` takes; sacreBLEU downloads others at first use, and those are left out."""


class Bleu(PairScorer):
    """Sentence BLEU / 100, 0 to 1: n-gram precision up to 4, geometric mean, times the brevity penalty (Papineni 2002),
    computed by sacreBLEU.

    Effective order, so that n-grams longer than the answer are left out and a short target that is met scores 1;
    precisions of 0 are smoothed exponentially (sacreBLEU's default; Chen and Cherry 2014, method 3). Upper and lower
    case differ.

    Words are parted by sacreBLEU's `intl` (at punctuation and symbols of any script, so umlauts stay). A target whose
    letters are mostly Hangul, Han, Kana, Thai or the like is compared by characters (`char`), since words of these
    are not parted by spaces, or not only: Korean particles hang on their noun. sacreBLEU's own choice for Korean,
    `ko-mecab`, needs `pip install "sacrebleu[ko]"` and is taken with `bleu:ko-mecab`.
    """

    def __init__(self, tokenizer: str | None = None) -> None:
        """`tokenizer`: one for all texts, of `BLEU_TOKENIZERS`. Raises: ScorerError for one that is not there."""
        self._tokenizer = tokenizer
        if tokenizer is not None:
            _check_tokenizer(tokenizer)

    @property
    def name(self) -> str:
        """`bleu`, with its tokenizer where one was named."""
        return "bleu" if self._tokenizer is None else f"bleu:{self._tokenizer}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The BLEU score."""
        target = nfc(example.target or "")
        tokenizer = self._tokenizer or ("char" if is_unspaced(target) else "intl")
        value: float = _bleu(tokenizer).sentence_score(nfc(answer.text), [target]).score
        return finite_score(min(1.0, max(0.0, value / 100)))  # 100.00000000000004 happens


@functools.cache
def _bleu(tokenizer: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenizer, effective_order=True)


def _check_tokenizer(name: str) -> None:
    if name not in BLEU_TOKENIZERS:
        raise ScorerError(
            tr("'{name}' is no tokenizer for BLEU", name=name),
            asked=f"bleu:{name}",
            found=", ".join(BLEU_TOKENIZERS),
            mend=tr("name one of them, or leave it out"),
        )
    try:
        _bleu(name)
    except (ImportError, RuntimeError) as error:
        raise ScorerError(
            tr("the tokenizer '{name}' is not installed", name=name),
            asked=f"bleu:{name}",
            found=str(error).strip().splitlines()[0][:200],
            mend=tr("run: pip install '{package}'", package=f"sacrebleu[{name[:2]}]"),
        ) from None


class Rouge(PairScorer):
    """ROUGE F1, 0 to 1: common n-grams (ROUGE-1, ROUGE-2, ...) or the longest common subsequence of words (ROUGE-L);
    2 * common / (those of the answer + those of the target) (Lin 2004).

    Equal to the values of `rouge-score` (without its stemmer) on ASCII text. Its tokenizer drops all but a-z and 0-9,
    which tears words at umlauts and leaves nothing of Korean: here words are those of `text.normal.words`, in lower
    case, and `don't` is one of them. A target with fewer words than an n-gram has is None.
    """

    def __init__(self, kind: str = "L") -> None:
        """`kind`: "L", or "1" to "9" for n-grams of so many words. Raises: ScorerError for another."""
        if re.fullmatch("[1-9L]", kind.upper()) is None:
            raise ScorerError(
                tr("there is no ROUGE-{kind}", kind=kind),
                asked=f"rouge:{kind}",
                found=tr("rouge:1, rouge:2, rouge:L"),
                mend=tr("write {example}", example="rouge:2"),
            )
        self._size = None if kind.upper() == "L" else int(kind)

    @property
    def name(self) -> str:
        """`rouge:L`, `rouge:1`, ..."""
        return f"rouge:{self._size or 'L'}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The F1."""
        given, wanted = words(answer.text), words(example.target or "")
        if len(wanted) < (self._size or 1):
            return unscored(f"the target has {len(wanted)} words, fewer than ROUGE counts")
        if self._size is None:
            return Score(value=2 * _common_subsequence(given, wanted) / (len(given) + len(wanted)))
        a, b = _grams(given, self._size), _grams(wanted, self._size)
        return Score(value=2 * (a & b).total() / (a.total() + b.total()))


def _grams(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def _common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(a, b)
