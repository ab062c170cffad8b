"""`fein parameters`: the catalogue of request parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.parameters.dialects import Dialect

ParameterName = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help=tr("One parameter, with everything known of it."), autocompletion=complete.known
    ),
]
BackendName = Annotated[
    str | None,
    typer.Option(
        "--backend",
        metavar="B",
        help=tr("As this server takes them: field, range, default."),
        autocompletion=complete.dialects,
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="en|de|ko",
        help=tr("Language of the texts; the user's if not given."),
        autocompletion=complete.words("en", "de", "ko"),
    ),
]


def command(
    name: ParameterName = None, backend: BackendName = None, language: Language = None, as_json: o.AsJson = False
) -> None:
    """Show the request parameters: what they do, which values mean what, and what each server makes of them.

    A server is openai, openai-reasoning, ollama, ollama-native, lmstudio, llama.cpp, vllm, transformers, openrouter
    or anthropic. FEIN_PARAMETERS names a TOML file with rows of your own.

    Example: [bold]fein parameters top_p[/]
    Example: [bold]fein parameters --backend ollama[/]
    """
    from feinschliff.parameters.catalogue import CATALOGUE, any_row
    from feinschliff.parameters.dialects import checked_dialect
    from feinschliff.parameters.document import backend_document, row_document
    from feinschliff.parameters.texts import text_language

    code = text_language(language)
    dialect = None if backend is None else checked_dialect(backend)
    rows = list(CATALOGUE.values()) if name is None else [any_row(name)]
    if as_json:
        made: Mapping[str, Any] = {
            row.name: row_document(row, code) if dialect is None else backend_document(row, dialect, code)
            for row in rows
        }
        print_json(({} if dialect is None else {"backend": dialect}) | {"parameters": made})
        return
    _print(rows, dialect, code, whole=name is not None)


def _print(rows: list[Any], dialect: Dialect | None, language: str, *, whole: bool) -> None:
    from feinschliff.cli import parameter_page as page

    if dialect is not None:
        page.show_backend(rows, dialect, language)
    elif whole:
        page.show_row(rows[0], language)
    else:
        page.show_table(rows, language)
