"""Whether an answer has the sentiment of its target, by a text-classification model."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.i18n.stored import stored
from feinschliff.records import Answer, Example, Score, digest
from feinschliff.scorers.model_folder import cannot_be_loaded, find_model
from feinschliff.scorers.polarity import macro_f1, polarity
from feinschliff.scorers.protocol import PairScorer, unscored
from feinschliff.text.normal import nfc
from feinschliff.text.stopwords import guess_language

GERMAN_MODEL = "oliverguhr/german-sentiment-bert"
"""Taken where none is named and the targets are not English."""

GOLD_COLUMN = "sentiment"
"""Where the true labels of the targets are looked for."""

_KEPT = 20_000
_MOST_CHECKED = 500
"""References that the F1 is taken over, at most: the model reads them one by one."""

Shares = Mapping[str, float]


class Sentiment(PairScorer):
    """1 where the model finds the same sentiment in answer and target, else 0; soft: 1 - d, d the total variation
    distance between the two distributions over sentiments, which is the sum over sentiments of the smaller share.

    The model is a text-classification model of the Hugging Face hub or a folder of one; without a name
    `oliverguhr/german-sentiment-bert`, for German. Its labels are read from its own config (`id2label`): positive,
    negative and neutral in several spellings, and stars (1 and 2 negative, 3 neutral, 4 and 5 positive); labels of
    other names are classes of their own. Texts longer than the model takes are cut at their end. An empty answer
    scores 0, an empty target is None.

    How good the model is on these texts is not known by itself: where the data has a column `sentiment` with the true
    labels of the targets, its macro F1 on them is reported (on 500 of them at most).
    """

    needs_target = True

    def __init__(self, model: str | None = None, *, soft: bool = False, targets: Sequence[str] = ()) -> None:
        """Raises: ScorerError where the model is not there, or is none for the targets' language."""
        self._kind = "sentiment-soft" if soft else "sentiment"
        if model is None and guess_language(targets) == "en":
            raise ScorerError(
                tr("the default sentiment model reads German, and the targets are English"),
                asked=self._kind,
                found=GERMAN_MODEL,
                mend=tr("name a text-classification model: {example}", example=f"{self._kind}:MODEL"),
            )
        spec = self._kind if model is None else f"{self._kind}:{model}"
        self._soft = soft
        self._folder = find_model(model or GERMAN_MODEL, spec=spec, needs=["transformers", "torch"], extra="sentiment")
        self._classes = _classes(self._folder.config(spec), spec)
        self._shares = functools.lru_cache(maxsize=_KEPT)(self._read)

    @property
    def name(self) -> str:
        """`sentiment:MODEL@REVISION`, or `sentiment-soft:...`."""
        return f"{self._kind}:{self._folder.label}@{self._folder.revision}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """1 or 0; in the soft form what the two distributions share."""
        given, wanted = nfc(answer.text), nfc(example.target or "")
        if not wanted.strip():
            return unscored("the target is empty")
        if not given.strip():
            return Score(value=0.0)
        a, b = self._shares(given), self._shares(wanted)
        if self._soft:
            return Score(value=min(1.0, sum(min(a[label], b[label]) for label in a)))
        return Score(value=float(_likeliest(a) == _likeliest(b)))

    def notes(self, examples: Sequence[Example]) -> list[str]:
        """How well the model reads the targets, as a sentence, by the labels in the column `sentiment`."""
        labelled = [
            (nfc(e.target), polarity(str(e.row[GOLD_COLUMN]))) for e in examples if e.target and GOLD_COLUMN in e.row
        ]
        known = [(text, label) for text, label in dict.fromkeys(labelled) if label in self._classes]
        if not known:
            return [
                stored(
                    "Sentiment model: its macro F1 on these references is unknown (no column '{column}' with labels).",
                    column=GOLD_COLUMN,
                )
            ]
        checked = sorted(known, key=digest)[:_MOST_CHECKED]
        f1 = macro_f1([label for _, label in checked], [_likeliest(self._shares(text)) for text, _ in checked])
        return [stored("Sentiment model: macro F1 {f1} on {n} references.", f1=f"{f1:.2f}", n=len(checked))]

    def _read(self, text: str) -> Shares:
        """Share of each sentiment, summing to 1; labels of the same sentiment are added up."""
        import torch

        tokenizer, model = self._loaded
        tokens = tokenizer(text, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            logits = model(**tokens).logits[0].double().numpy()
        likelihoods = np.exp(logits - logits.max())
        shares = dict.fromkeys(sorted(set(self._classes)), 0.0)
        for label, likelihood in zip(self._classes, likelihoods / likelihoods.sum(), strict=True):
            shares[label] += float(likelihood)
        return shares

    @functools.cached_property
    def _loaded(self) -> tuple[Any, Any]:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(self._folder.path, local_files_only=True)
            model = AutoModelForSequenceClassification.from_pretrained(self._folder.path, local_files_only=True)
        except Exception as error:
            raise cannot_be_loaded(self._folder.path, error) from error
        return tokenizer, model.eval()


def _classes(config: Mapping[str, Any], spec: str) -> list[str]:
    """The sentiment of each output of the model, in its own order."""
    labels = config.get("id2label")
    if not isinstance(labels, dict) or len(labels) < 2 or sorted(map(int, labels)) != list(range(len(labels))):
        raise ScorerError(
            tr("the model names no labels"),
            asked=spec,
            found=f"id2label: {labels}"[:200],
            mend=tr("name a text-classification model whose config.json has id2label"),
        )
    return [polarity(str(labels[str(i)])) for i in range(len(labels))]


def _likeliest(shares: Shares) -> str:
    """The sentiment with the largest share; of equal ones the first by name."""
    return max(sorted(shares), key=lambda label: shares[label])
