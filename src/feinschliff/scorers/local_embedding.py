"""Embeddings by a sentence-transformers model in this process."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from feinschliff.scorers.model_folder import ModelFolder, cannot_be_loaded, find_model
from feinschliff.text.vectors import NoVector, Vector

_KEPT = 20_000
"""Texts whose vectors are kept in memory: targets come again and again."""


class LocalEmbedder:
    """Texts to vectors; the model is loaded at the first text.

    Each text is run by itself: in a batch, padding and the number of texts change the last bits of a vector, and then
    a score would depend on what else is scored.
    """

    def __init__(self, model: str) -> None:
        """`model`: a folder, or a name on the Hugging Face hub. Raises: ScorerError."""
        self._folder: ModelFolder = find_model(
            model, spec=f"embedding:{model}", needs=["sentence_transformers"], extra="embedding"
        )
        self._vector = functools.lru_cache(maxsize=_KEPT)(self._encode)

    @property
    def name(self) -> str:
        """`MODEL@REVISION`."""
        return f"{self._folder.label}@{self._folder.revision}"

    def embed(self, texts: Sequence[str]) -> list[Vector | NoVector]:
        """A vector per text, in order. Raises: RunError where the model cannot be loaded."""
        return [self._vector(text) for text in texts]

    def _encode(self, text: str) -> Vector:
        vector = self._model.encode([text], convert_to_numpy=True, show_progress_bar=False)[0]
        return np.asarray(vector, dtype=np.float32)

    @functools.cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(str(self._folder.path), local_files_only=True)
        except Exception as error:
            raise cannot_be_loaded(self._folder.path, error) from error
