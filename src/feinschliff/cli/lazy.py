"""A group of verbs whose modules are imported when they are called: help must not wait for what it does not use."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from feinschliff.i18n import language, tr, translated

QUIET: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": "rich"}
"""What all our groups have in common."""

_EXAMPLE = "Example:"


@dataclass(frozen=True)
class Verb:
    """One line of the table of verbs."""

    name: str
    home: str
    """`module:attribute` below `feinschliff.cli`: the verb's function, or a `typer.Typer` with verbs of its own."""
    summary: str
    """First line of the verb's help, as the list of verbs shows it."""

    def load(self) -> Any:
        """The verb as typer runs it; imports its module."""
        module, _, attribute = self.home.partition(":")
        made = getattr(importlib.import_module(f"feinschliff.cli.{module}"), attribute)
        if isinstance(made, typer.Typer):
            if not (isinstance(made.info.cls, type) and issubclass(made.info.cls, Group)):
                made.info.cls = Group
            command: Any = typer.main.get_group(made)
        else:
            single = typer.Typer(**QUIET)
            single.command(self.name)(made)
            command = typer.main.get_command(single)
        command.name = self.name
        _translate(command)
        return command

    def line(self) -> TyperCommand:
        """The verb as it stands in a list, without importing its module."""
        return TyperCommand(self.name, help=translated_help(self.summary))


def help_paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each in one line."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def translated_help(text: str) -> str:
    """A help text in the user's language, paragraph by paragraph; as it is in English."""
    if language() == "en":
        return text
    return "\n\n".join(_translated(part) for part in help_paragraphs(text))


def _translated(part: str) -> str:
    """Of an example only the word before it: what it shows is typed as it stands."""
    if part.startswith(_EXAMPLE):
        return tr("Example:") + part.removeprefix(_EXAMPLE)
    return translated(part)


def _translate(command: Any) -> None:
    if command.help:
        command.help = translated_help(command.help)
    for child in getattr(command, "commands", {}).values():
        _translate(child)


class Group(TyperGroup):
    """A group whose flags, where they are not given, are False instead of None: typer loads pydantic to tell."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All options, `--help` among them."""
        params: list[Any] = list(super().get_params(ctx))
        for param in params:
            if getattr(param, "is_flag", False) and param.default is None:
                param.default = False
                param.show_default = False
        return params


class LazyGroup(Group):
    """Knows its verbs by name and summary, and loads the one that is called."""

    verbs: ClassVar[tuple[Verb, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.help = translated_help(self.help or "")
        self.commands = {verb.name: verb.line() for verb in self.verbs}
        self._listing = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb itself; while help and completion list all of them, its line."""
        if self._listing:
            return self.commands.get(cmd_name)
        return next((verb.load() for verb in self.verbs if verb.name == cmd_name), None)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The list of verbs."""
        with self._listed():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Verbs that begin so."""
        with self._listed():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _listed(self) -> Iterator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False
