"""In which order several models are asked: a local server loads a model at every change."""

from __future__ import annotations

from collections.abc import Collection

from feinschliff.endpoints.protocol import Backend

_HOSTED: frozenset[Backend] = frozenset({"openai", "openrouter", "anthropic"})
"""Where all models are ready at any time."""


class ModelOrder:
    """Each model in one piece, and the one that was asked last comes first."""

    def __init__(self) -> None:
        self._last: str | None = None

    def rounds(self, models: Collection[str], backend: Backend) -> list[list[str]]:
        """The models in groups to be asked one after the other; hosted ones need not wait for each other.

        Otherwise no request to one model is sent while an answer of another is under way: a server that holds a single
        model would load each again for every request that overtakes.
        """
        order = sorted(models, key=lambda model: (model != self._last, model))
        if order:
            self._last = order[-1]
        return [order] if backend in _HOSTED else [[model] for model in order]
