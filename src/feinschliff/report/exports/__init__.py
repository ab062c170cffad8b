"""The settings of a run in the form of the places where they are used."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from feinschliff.i18n import tr
from feinschliff.report.exports.calls import base_url, to_litellm, to_openai
from feinschliff.report.exports.llama_cpp import to_llama_cpp, write_into_gguf
from feinschliff.report.exports.lmstudio import to_lmstudio
from feinschliff.report.exports.ollama import to_ollama
from feinschliff.report.exports.promptfoo import to_promptfoo
from feinschliff.report.exports.recipe import WHICH, Export, Recipe, make_recipe
from feinschliff.report.exports.vllm import to_vllm

_WRITERS: Mapping[str, Callable[[Recipe], Export]] = MappingProxyType(
    {
        "ollama": to_ollama,
        "vllm": to_vllm,
        "llama.cpp": to_llama_cpp,
        "lmstudio": to_lmstudio,
        "openai": to_openai,
        "litellm": to_litellm,
        "promptfoo": to_promptfoo,
    }
)


def _telling_several(write: Callable[[Recipe], Export]) -> Callable[[Recipe], Export]:
    """The writer, whose export says that the choice among several answers is left to whoever asks."""

    def written(recipe: Recipe) -> Export:
        made = write(recipe)
        if recipe.several > 1:
            made.warnings.append(
                tr(
                    "the run asked {n} times for each answer and chose one, or scored all: that is left out, and one "
                    "answer alone may score lower",
                    n=recipe.several,
                )
            )
        return made

    return written


TARGETS: Mapping[str, Callable[[Recipe], Export]] = MappingProxyType(
    {name: _telling_several(write) for name, write in _WRITERS.items()}
)
"""What each target is written by, by the names of `--to`."""

CALLS = frozenset({"openai", "litellm", "promptfoo"})
"""Targets that call the server of the run again."""

__all__ = ["CALLS", "TARGETS", "WHICH", "Export", "Recipe", "base_url", "make_recipe", "write_into_gguf"]
