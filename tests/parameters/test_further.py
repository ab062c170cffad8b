"""A row of the user's: one table in a file, and the command line, the wire, the space and the documentation have it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from recipes.docs_pages import parameters_page

from feinschliff.errors import ParameterError
from feinschliff.parameters.catalogue import CATALOGUE, parameter
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.space import Range, make_space
from feinschliff.parameters.wire import wire_fields
from feinschliff.records import Settings
from tests.cli.conftest import Fein, fein  # noqa: F401 - a fixture

ROW = """
    [smoothing]
    kind = "float"
    help = "Bends the distribution."
    low = 0.0
    high = 4.0
    span = [0.0, 2.0]
    neutral = 0.0
    aliases = ["smoothing_factor"]
    [smoothing.backends]
    "llama.cpp" = { status = "honoured", wire = "sampling.smooth", low = 0, high = 3, outside = "reject" }
    [smoothing.de]
    does = "Biegt die Verteilung."
"""


@pytest.fixture
def further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of further rows with one row."""
    path = tmp_path / "mine.toml"
    path.write_text(textwrap.dedent(ROW), encoding="utf-8")
    monkeypatch.setenv("FEIN_PARAMETERS", str(path))
    return path


@pytest.mark.usefixtures("further")
def test_it_appears_everywhere(fein: Fein) -> None:  # noqa: F811 - the fixture
    assert "smoothing" in fein("parameters").out
    assert "Biegt die Verteilung." in fein("parameters", "smoothing", "--language", "de").out
    shown = fein("parameters", "--backend", "llama.cpp", "--json").json["parameters"]["smoothing"]
    assert (shown["wire"], shown["high"], shown["outside"]) == ("sampling.smooth", 3, "reject")
    assert "smoothing" in fein("parameters", "smoothing_factor").out

    settings = Settings(values={"smoothing": 0.5})
    assert wire_fields(settings, "llama.cpp") == {"sampling": {"smooth": 0.5}}
    assert wire_fields(settings, "vllm") == {"smoothing": 0.5}
    assert CATALOGUE["smoothing"].at("vllm").status == "unknown"

    space = make_space(parse_assignments(["smoothing_factor=0:2"]))
    assert space.knobs == {"smoothing": Range(0.0, 2.0)}
    with pytest.raises(ParameterError, match="from 0 to 4"):
        parse_assignments(["smoothing=5"])

    page = parameters_page()
    assert "## smoothing\n\nBends the distribution." in page
    assert "| llama.cpp | `sampling.smooth` | honoured | 0 to 3 (an error beyond) |" in page


def test_without_the_file_it_is_gone() -> None:
    assert "smoothing" not in CATALOGUE
    with pytest.raises(ParameterError, match="unknown parameter 'smoothing'"):
        parameter("smoothing")


def test_a_packaged_row_is_changed_in_what_the_file_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[top_k]\nspan = [5, 50]\n[top_k.backends]\nollama = { status = "honoured" }\n', encoding="utf-8")
    monkeypatch.setenv("FEIN_PARAMETERS", str(path))
    row = parameter("top_k")
    assert row.span == (5, 50)
    assert row.kind == "int"
    assert row.at("ollama").status == "honoured"
    assert row.at("openai").status == "rejected"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x", "no TOML"),
        ("x = 1", "a row is a table"),
        ("[x]\nlow = 1", "a new row needs a kind"),
        ('[x]\nkind = "number"', "kind is one of float, int"),
        ('[x]\nkind = "float"\nlow = "a"', "low is a number"),
        ('[x]\nkind = "float"\nspan = [1]', "span is two numbers"),
        ('[x]\nkind = "float"\nlogg = true', "there is no field 'logg'"),
        ('[x]\nkind = "float"\nlog = 1', "log is true or false"),
        ('[x]\nkind = "float"\naliases = "y"', "aliases is a list of texts"),
        ('[x]\nkind = "float"\naliases = [1]', "aliases is a list of texts"),
        ('[x]\nkind = "float"\nhelp = 1', "help is a text"),
        ('[x]\nkind = "float"\nlow = 2\nhigh = 1', "from the smaller to the larger"),
        ('[x]\nkind = "float"\nspan = [2, 1]', "from the smaller to the larger"),
        ('[x]\nkind = "float"\nhigh = 1\nspan = [0, 2]', "within low and high"),
        ("[top_p]\nhigh = 0.5", "within low and high"),
        ('[x]\nkind = "float"\n[x.backends]\nolama = { status = "inert" }', "no backend is called 'olama'"),
        ('[x]\nkind = "float"\n[x.backends]\nollama = { status = "fine" }', "a backend needs a status"),
        ('[x]\nkind = "float"\n[x.backends]\nollama = { status = "inert", hi = 1 }', "there is no field 'hi'"),
        ('[x]\nkind = "float"\n[x.backends]\nollama = { status = "inert", outside = "no" }', "outside is one of"),
        ('[x]\nkind = "float"\n[x.backends]\nollama = { status = "inert", low = "a" }', "low is a number"),
        ('[x]\nkind = "float"\n[x.backends]\nollama = { status = "inert", wire = "" }', "wire is a text"),
        ('[x]\nkind = "float"\n[x.en]\ndoes = 1', "texts are a table of texts"),
        ('[x]\nkind = "float"\n[x.example]\ngiven = [1]', "an example is"),
    ],
)
def test_mistakes_in_the_file_are_named(
    fein: Fein,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    words: str,
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("FEIN_PARAMETERS", str(path))
    done = fein("parameters", "--json")
    assert done.code == 2
    assert words in done.json["error"]["message"]
    assert str(path) in done.json["error"]["asked"]


def test_a_file_that_is_not_there_is_named(fein: Fein, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("FEIN_PARAMETERS", "/nowhere/mine.toml")
    done = fein("parameters", "--json")
    assert done.code == 2
    assert "/nowhere/mine.toml" in done.json["error"]["message"]
