"""The German messages: collected from the source, checked, compiled.

    python recipes/messages.py            collect into the .po file, check it, compile the .mo file
    python recipes/messages.py --check    change nothing; exit 1 where a file is stale or a message incomplete

New messages arrive in the .po file without a translation; write it there and run this again. A message whose English
changed is a new message. Needs babel (`pip install -e '.[lint]'`).
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import sys
from collections.abc import Iterable, Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import typer
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "feinschliff"
LANGUAGE = "de"
PO = SOURCE / "i18n" / "locale" / LANGUAGE / "LC_MESSAGES" / "feinschliff.po"
MO = PO.with_suffix(".mo")

KEYWORDS = {"tr": None, "trn": (1, 2), "stored": None}
_METHODS = [("i18n/**.py", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
_HEADER = "# German messages of Feinschliff. Written by hand; collected and sorted by recipes/messages.py."
_DROPPED = (
    *("POT-Creation-Date", "PO-Revision-Date", "Generated-By"),  # would change from day to day, or with babel
    *("Project-Id-Version", "Report-Msgid-Bugs-To", "Last-Translator", "Language-Team"),  # nothing to say
)


def collected(source: Path = SOURCE) -> tuple[Catalog, list[str]]:
    """All messages of the source by their English text, and what is wrong with them."""
    catalog = Catalog(locale=LANGUAGE)
    kinds: dict[str, bool] = {}
    problems = []
    found = extract_from_dir(source, _METHODS, keywords=KEYWORDS, directory_filter=_is_source)
    for file, _, text, _, _ in found:
        first = text if isinstance(text, str) else text[0]
        if kinds.setdefault(first, isinstance(text, str)) != isinstance(text, str):
            problems.append(f"{file}: used both with and without a count: {first!r}")
        catalog.add(text, locations=[(f"src/feinschliff/{Path(file).as_posix()}", None)])
    for text in _help_texts():
        catalog.add(text, locations=[("src/feinschliff/cli", None)])
    return catalog, problems + list(_missed(source, set(kinds)))


def _help_texts() -> Iterator[str]:
    """Paragraphs of the verbs' help, which stands in their docstrings; examples stay as they are."""
    from feinschliff.cli.app import app
    from feinschliff.cli.lazy import help_paragraphs

    commands = [typer.main.get_command(app)]
    while commands:
        command = commands.pop()
        for part in help_paragraphs(command.help or ""):
            if not part.startswith("Example:"):
                yield part
        if hasattr(command, "list_commands"):
            context = typer.Context(command)
            commands += [command.get_command(context, name) for name in command.list_commands(context)]


def _is_source(folder: str | os.PathLike[str]) -> bool:
    """Every folder; babel by itself leaves out those that begin with an underscore."""
    return Path(folder).name != "__pycache__"


def brought_up_to_date(po: str, template: Catalog) -> Catalog:
    """The translations of `po` for the messages of `template`; what is no longer used is dropped."""
    catalog = read_po(io.StringIO(po), locale=LANGUAGE) if po else Catalog(locale=LANGUAGE)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = _HEADER
    catalog.fuzzy = False
    for message in catalog:
        # babel takes the "% i" of "95 % interval" for a format of its own
        message.flags.discard("python-format")
        message.flags.discard("python-brace-format")
    return catalog


def po_text(catalog: Catalog) -> str:
    """The catalogue as text, the same for the same messages."""
    file = io.BytesIO()
    write_po(file, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = file.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in _DROPPED)))


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def meaning(mo: bytes) -> dict[object, str]:
    """The messages in a compiled catalogue, without its header."""
    found: dict[object, str] = GNUTranslations(io.BytesIO(mo))._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key != ""}


def problems_of(messages: Iterable[Message]) -> Iterator[str]:
    """What is missing or wrong in translations."""
    for message in messages:
        if not message.id:
            continue
        asked = [message.id] if isinstance(message.id, str) else list(message.id)
        given = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if message.fuzzy:
            yield f"not confirmed (fuzzy): {asked[0]!r}"
        if not all(given) or len(given) != len(asked):
            yield f"no translation: {asked[0]!r}"
            continue
        for english, german in zip(asked, given, strict=True):
            yield from _different_fields(english, german, counted=len(asked) > 1)


def _different_fields(english: str, german: str, *, counted: bool) -> Iterator[str]:
    try:
        wanted, found = _fields(english), _fields(german)
    except ValueError as error:
        yield f"broken braces ({error}): {german!r}"
        return
    free = {"n"} if counted else set()  # "one row" may do without its number
    if wanted - free != found - free:
        yield f"other fields: {sorted(wanted)} in {english!r}, {sorted(found)} in {german!r}"
    if english[:1].isspace() != german[:1].isspace() or english[-1:].isspace() != german[-1:].isspace():
        yield f"other spaces at the ends: {english!r}, {german!r}"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _missed(source: Path, known: set[str]) -> Iterator[str]:
    """Calls that the collecting does not see: their text is computed, or they stand inside an f-string."""
    for file in sorted(source.rglob("*.py")):
        if file.is_relative_to(source / "i18n"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS):
                continue
            where = f"{file.relative_to(source).as_posix()}:{node.lineno}: {node.func.id}()"
            texts = node.args[: 2 if node.func.id == "trn" else 1]
            if not texts or not all(isinstance(t, ast.Constant) and isinstance(t.value, str) for t in texts):
                yield f"{where} needs a literal text"
            elif isinstance(texts[0], ast.Constant) and texts[0].value not in known:
                yield f"{where} stands inside an f-string, where no tool finds it"


def main() -> int:
    """Run the whole; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing, only complain")
    check = parser.parse_args().check
    template, problems = collected()
    before = PO.read_text(encoding="utf-8") if PO.exists() else ""
    catalog = brought_up_to_date(before, template)
    text, compiled = po_text(catalog), mo_bytes(catalog)
    stale_mo = not MO.exists() or meaning(MO.read_bytes()) != meaning(compiled)
    if check:
        stale = {PO: text != before, MO: stale_mo}
        problems += [f"stale: {path.relative_to(ROOT)}" for path, is_stale in stale.items() if is_stale]
    else:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_text(text, encoding="utf-8")
        if stale_mo:
            MO.write_bytes(compiled)
    problems += problems_of(catalog)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(catalog)} messages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
