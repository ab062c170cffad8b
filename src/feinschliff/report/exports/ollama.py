"""An Ollama Modelfile: `ollama create NAME -f Modelfile`.

A value in quotation marks ends where a line ends with them (ollama/parser/parser.go); there is no other way to write
them inside.
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import row_of
from feinschliff.report.exports.recipe import Export, Recipe, file_unknown, left_out

_OPTIONS = "options."
_INNER_END = re.compile(r'"""(?=[^\S\r\n]*([\r\n]|$))')


def to_ollama(recipe: Recipe) -> Export:
    """The Modelfile; its `FROM` is the run's model, or its file."""
    warnings: list[str] = []
    title = tr("settings of run {run}", run=recipe.run)
    lines = [f"# {title}", f"FROM {_from(recipe, warnings)}"]
    taken = []
    for name, value in recipe.settings.items():
        option = _option(name)
        if option is not None:
            taken.append(name)
            lines += [f"PARAMETER {option} {_written(one, warnings)}" for one in _each(value)]
    if recipe.system is not None:
        lines.append(f"SYSTEM {_quoted(recipe.system, warnings)}")
    warnings += left_out(recipe, taken, tr("an Ollama Modelfile"), texts=("system",))
    return Export("\n".join(lines) + "\n", warnings)


def _from(recipe: Recipe, warnings: list[str]) -> str:
    if recipe.gguf is not None:
        return str(recipe.gguf.resolve())
    if recipe.address is None:
        why = file_unknown(recipe)
        warnings.append(tr("{why}: correct the line FROM, or give --model FILE.gguf", why=why))
        return f"./{recipe.model}.gguf"
    if not recipe.dialect.startswith("ollama"):
        warnings.append(
            tr("'{model}' is the name of another server's model: write Ollama's into the line FROM", model=recipe.model)
        )
    return recipe.model


def _option(name: str) -> str | None:
    """The name in a Modelfile; None for what Ollama does not have there."""
    row = row_of(name)
    if row is None:
        return None
    support = row.at("ollama-native")
    usable = support.wire.startswith(_OPTIONS) and support.status in {"honoured", "clamped", "load time"}
    return support.wire.removeprefix(_OPTIONS) if usable else None


def _each(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _written(value: JsonValue, warnings: list[str]) -> str:
    return _quoted(value, warnings) if isinstance(value, str) else str(value)


def _quoted(text: str, warnings: list[str]) -> str:
    if _INNER_END.search(text):
        warnings.append(
            tr("three quotation marks at the end of a line end a Modelfile's text: they are written as ''' instead")
        )
        text = _INNER_END.sub("'''", text)
    if any(not (c.isprintable() or c in "\n\t") for c in text):
        warnings.append(tr("Ollama leaves out characters that cannot be printed, and this text has some"))
    return f'"""{text}"""' if "\n" in text or '"' in text or len(text) > 60 else f'"{text}"'
