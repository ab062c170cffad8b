"""The contract, on every scorer of the project."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from feinschliff.scorers import FunctionScorer, Scorer, make_scorer
from tests.contracts.scorer_contract import TARGETS, ScorerContract


def share_of_umlauts(answer: str, target: str | None, row: dict[str, JsonValue]) -> float | None:
    """A user's scorer that changes its row, as users do."""
    row.clear()
    return sum(character in "äöü" for character in answer) / len(answer) if answer else 0.0


class Named(ScorerContract):
    spec: str | dict[str, float] = ""

    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        return make_scorer(self.spec, targets=targets)


class TestSimilarity(Named):
    spec = "similarity"


class TestLevenshtein(Named):
    spec = "levenshtein"


class TestChrf(Named):
    spec = "chrf"


class TestBleu(Named):
    spec = "bleu"


class TestBleuWithTokenizer(Named):
    spec = "bleu:13a"


class TestRouge(Named):
    spec = "rouge"


class TestRougeOfBigrams(Named):
    spec = "rouge:2"


class TestFormat(Named):
    spec = "format"


class TestFormatWithTags(Named):
    spec = "format:think+answer"


class TestFormatWithPattern(Named):
    spec = "format:/.*ü.*/"


class TestLanguage(Named):
    spec = "language"


class TestLanguageByName(Named):
    spec = "language:de"


class TestTfidf(Named):
    spec = "tfidf"


class TestJson(Named):
    spec = "json"


class TestLength(Named):
    spec = "length"


class TestLengthWithRange(Named):
    spec = "length:2-3"


class TestVerbatim(Named):
    spec = "verbatim"


class TestVerbatimWithColumn(Named):
    spec = "verbatim:post"


class TestSum(Named):
    spec = "similarity=2,length:2-3=1,verbatim:post=1"


class TestSumFromMapping(Named):
    spec = {"tfidf": 0.7, "chrf": 0.3}  # noqa: RUF012


class TestFunction(ScorerContract):
    def make(self, targets: Sequence[str] = TARGETS) -> Scorer:
        return FunctionScorer(share_of_umlauts)


class TestModuleCallable(Named):
    spec = f"{__name__}:share_of_umlauts"
