from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from babel.messages.catalog import Catalog

from feinschliff.cli.app import app
from feinschliff.cli.lazy import translated_help
from feinschliff.i18n import using
from recipes import messages


@pytest.fixture(scope="module")
def current() -> Catalog:
    template, _ = messages.collected()
    return messages.brought_up_to_date(messages.PO.read_text(encoding="utf-8"), template)


def test_every_translation_has_the_fields_of_its_message(current: Catalog):
    assert [p for p in messages.problems_of(current) if not p.startswith("no translation")] == []


def test_the_report_is_translated_throughout(current: Catalog):
    ours = [m for m in current if m.id and any("/report/" in file or "/notes.py" in file for file, _ in m.locations)]
    assert len(ours) > 150
    assert list(messages.problems_of(ours)) == []


def test_the_compiled_file_holds_what_the_text_holds():
    text = messages.PO.read_text(encoding="utf-8")
    written = messages.read_po(iter(text.splitlines(keepends=True)), locale="de")
    assert messages.meaning(messages.MO.read_bytes()) == messages.meaning(messages.mo_bytes(written))


def test_writing_twice_changes_nothing():
    template, _ = messages.collected()
    once = messages.po_text(messages.brought_up_to_date(messages.PO.read_text(encoding="utf-8"), template))
    assert messages.po_text(messages.brought_up_to_date(once, template)) == once
    assert "Date" not in once.split("msgid", 2)[1]


def test_templates_and_python_are_both_read(current: Catalog):
    files = {file for m in current for file, _ in m.locations}
    assert "src/feinschliff/report/templates/page.html" in files
    assert "src/feinschliff/tuning/notes.py" in files


PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.mark.parametrize(
    ("english", "german", "problem"),
    [
        ("no column '{column}'", "keine Spalte „{column}“", None),
        ("no column '{column}'", "keine Spalte „{spalte}“", "other fields"),
        ("no column '{column}'", "keine Spalte „{column“", "broken braces"),
        ("no column '{column}'", "", "no translation"),
        (("{n} row of {file}", "{n} rows of {file}"), ("eine Zeile von {file}", "{n} Zeilen von {file}"), None),
        (("{n} row of {file}", "{n} rows of {file}"), ("eine Zeile", "{n} Zeilen von {file}"), "other fields"),
        (("{n} row", "{n} rows"), ("eine Zeile", ""), "no translation"),
        ("a ", "b", "other spaces"),
    ],
)
def test_what_is_wrong_with_a_translation(
    english: str | tuple[str, str], german: str | tuple[str, str], problem: str | None
):
    catalog = Catalog(locale="de")
    catalog.add(english, german)
    found = list(messages.problems_of(catalog))
    assert (problem is None and not found) or (problem is not None and problem in found[0])


def test_what_is_no_longer_said_is_dropped_and_what_is_new_waits():
    template = Catalog(locale="de")
    template.add("new")
    template.add("kept")
    catalog = messages.brought_up_to_date(
        PO + 'msgid "kept"\nmsgstr "bleibt"\n\nmsgid "newt"\nmsgstr "Molch"\n', template
    )
    assert {m.id: m.string for m in catalog if m.id} == {"new": None, "kept": "bleibt"}
    assert "Molch" not in messages.po_text(catalog)


def test_calls_that_nobody_could_translate_are_told(tmp_path: Path):
    (tmp_path / "a.py").write_text(
        'tr("plain")\ntr(name)\nprint(f"{tr(\'hidden\')}")\ntrn("one", "many", 3)\ntr("one")\nstored("kept {a}", a=1)\n'
    )
    catalog, problems = messages.collected(tmp_path)
    assert {m.id for m in catalog if m.id} >= {"plain", "kept {a}"}
    assert len(problems) == 3
    assert "with and without a count: 'one'" in problems[0]
    assert problems[1] == "a.py:2: tr() needs a literal text"
    assert problems[2].startswith("a.py:3: tr() stands inside an f-string")


@pytest.mark.parametrize(
    "verb", ["tune", "compare", "generate", "score", "chat", "check", "data posts", "data subjects"]
)
def test_every_help_text_is_a_message(current: Catalog, verb: str):
    command: Any = typer.main.get_command(app)
    for name in verb.split():
        command = command.get_command(typer.Context(command), name)
    texts = {param.name: getattr(param, "help", None) for param in command.params}
    assert {name: text for name, text in texts.items() if text and name != "help" and text not in current} == {}


def test_the_word_before_an_example_is_a_message(current: Catalog):
    assert "Example:" in current
    with using("de"):
        assert translated_help("Example: fein tune").endswith(" fein tune")
