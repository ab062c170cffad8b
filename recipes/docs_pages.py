"""A MkDocs hook: makes the reference pages from the program itself, so that they cannot fall behind it.

Command line: from the options as they are declared. Parameters: from the catalogue. Scorers: from the registry.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from feinschliff.cli.app import app
from feinschliff.parameters import markdown
from feinschliff.parameters.catalogue import CATALOGUE
from feinschliff.scorers import registry

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_MARKUP = re.compile(r"\[/?(?:bold|dim|italic|cyan|green|yellow|red)?\]")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages (MkDocs calls this once per build)."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Path in the site to Markdown text."""
    return {
        "reference/cli.md": cli_page(),
        "reference/parameters.md": parameters_page(),
        "reference/scorers.md": scorers_page(),
    }


def cli_page() -> str:
    """Every verb with its help, usage and options."""
    import typer

    lines = ["# Command line", "", "Made from `fein` itself. `fein VERB --help` shows the same.", ""]
    for path, command in _verbs(typer.main.get_command(app), ["fein"]):
        lines += [f"## {' '.join(path)}", ""]
        lines += [_plain(inspect.cleandoc(command.help or "")), ""]
        lines += ["```text", _usage(path, command), "```", ""]
        rows = [row for param in command.params if (row := _option_row(param, command))]
        if rows:
            lines += ["| option | value | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def parameters_page() -> str:
    """The catalogue of request parameters."""
    lines = [
        "# Parameters",
        "",
        "Made from the catalogue; `fein parameters` shows the same, in English, German and Korean.",
        "`-p NAME=LOW:HIGH` searches a range, `-p NAME=A,B,C` choices, `-p NAME=VALUE` fixes.",
        "A field that only your server knows is written `extra.NAME`. Rows of your own are a TOML file of this form,",
        "named by the environment variable `FEIN_PARAMETERS`.",
        "",
        markdown.page(list(CATALOGUE.values())),
    ]
    reserved = ", ".join(f"`{row.name}`" for row in CATALOGUE.values() if row.role == "reserved")
    lines += [f"Set by Feinschliff itself and refused as `-p`: {reserved}.", ""]
    return "\n".join(lines)


def scorers_page() -> str:
    """Every scorer by name, with the first paragraph of its documentation."""
    lines = ["# Scorers", "", "Made from the registry. Every score lies from 0 to 1, higher is better.", ""]
    for name in registry.SCORER_NAMES:
        lines += [f"## {name}", "", registry.describe(name), ""]
    return "\n".join(lines)


def _verbs(command: Any, path: list[str]) -> Iterator[tuple[list[str], Any]]:
    """Leaf commands, depth first, in the order of the help."""
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    import typer

    context = typer.Context(command, info_name=path[-1])
    if command.invoke_without_command:
        yield path, command
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        if child is not None and not child.hidden:
            yield from _verbs(child, [*path, name])


def _usage(path: list[str], command: Any) -> str:
    import typer

    pieces = command.collect_usage_pieces(typer.Context(command))
    return " ".join([*path, *pieces])


def _option_row(param: Any, command: Any) -> str | None:
    import typer

    if param.param_type_name != "option" or param.hidden or param.name == "help":
        return None
    context = typer.Context(command)
    names = ", ".join(f"`{name}`" for name in param.opts)
    value = "" if param.is_flag else str(param.metavar or param.display_type(context)).strip("<>")
    return f"| {names} | {_cell(value)} | {_cell(_plain(param.help or ''))} |"


def _plain(text: str) -> str:
    """Help without terminal markup; examples in bold become code."""
    text = re.sub(r"\[bold\](.*?)\[/(?:bold)?\]", r"`\1`", text, flags=re.DOTALL)
    return _MARKUP.sub("", text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
