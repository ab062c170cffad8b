"""`fein parameters`: the table, one row, one backend, JSON, languages."""

from __future__ import annotations

import pytest

from feinschliff.parameters.catalogue import CATALOGUE
from feinschliff.parameters.dialects import DIALECTS
from feinschliff.parameters.markdown import page
from tests.cli.conftest import Fein


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which no line is broken."""
    monkeypatch.setenv("COLUMNS", "400")


def test_the_table_names_all(fein: Fein) -> None:
    done = fein("parameters")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["parameter", "type", "range", "neutral", "what", "it", "does"]
    assert [line.split()[0] for line in lines[1 : 1 + len(CATALOGUE)]] == list(CATALOGUE)
    row = next(line for line in lines if line.startswith("min_p"))
    assert "float" in row
    assert "0 to 1" in row
    assert "Drops tokens less likely than min_p times the likeliest one." in row


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["Nucleus sampling", "low: To 0.5", "often wrong", "top_p 0.6", "66.7 %", "options.top_p", "1904.09751"],
        ),
        ("de", ["Nucleus-Sampling", "niedrig: Bis 0,5", "oft falsch", "top_p 0.6", "66.7 %", "Zusammenspiel"]),
        ("ko", ["뉴클리어스 샘플링", "낮을 때: 0.5 이하", "자주 하는 실수", "top_p 0.6", "66.7 %"]),
    ],
)
def test_one_row_shows_everything(fein: Fein, monkeypatch: pytest.MonkeyPatch, language: str, words: list[str]) -> None:
    asked = fein("parameters", "top_p", "--language", language)
    monkeypatch.setenv("FEIN_LANG", language)
    assert fein("parameters", "top_p").out == asked.out
    for word in words:
        assert word in asked.out


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_row_can_be_shown_in_every_language(fein: Fein, name: str) -> None:
    for language in ("en", "de", "ko"):
        done = fein("parameters", name, "--language", language)
        assert done.code == 0
        assert done.out.startswith(name)


def test_json_of_one_row(fein: Fein) -> None:
    document = fein("parameters", "repetition_penalty", "--json").json
    assert list(document) == ["parameters"]
    row = document["parameters"]["repeat_penalty"]
    assert row["type"] == "float"
    assert row["aliases"] == ["repetition_penalty"]
    assert row["neutral"] == 1.0
    assert set(row["levels"]) == {"low", "middle", "high"}
    assert row["backends"]["vllm"]["wire"] == "repetition_penalty"
    assert row["backends"]["llama.cpp"]["status"] == "honoured"
    assert row["example"]["given"][0] == 0.4
    assert row["checked"]


def test_json_of_all(fein: Fein) -> None:
    rows = fein("parameters", "--json").json["parameters"]
    assert list(rows) == list(CATALOGUE)
    korean = fein("parameters", "--json", "--language", "ko").json["parameters"]
    assert all(korean[name]["does"] != rows[name]["does"] for name in rows)


@pytest.mark.parametrize("dialect", [d for d in DIALECTS if d != "unknown"])
def test_a_backend(fein: Fein, dialect: str) -> None:
    document = fein("parameters", "--backend", dialect, "--json").json
    assert document["backend"] == dialect
    assert set(document["parameters"]) == set(CATALOGUE)
    for row in document["parameters"].values():
        assert {"wire", "status", "low", "high", "outside", "default", "varies", "note", "source", "checked"} <= set(
            row
        )
        assert (row["status"] == "unknown") <= (dialect in {"lmstudio", "openrouter"})
    shown = fein("parameters", "--backend", dialect).out
    assert document["parameters"]["top_k"]["wire"] in shown


def test_one_parameter_at_one_backend(fein: Fein) -> None:
    document = fein("parameters", "top_k", "--backend", "ollama", "--json").json
    assert list(document["parameters"]) == ["top_k"]
    assert document["parameters"]["top_k"]["status"] == "inert"
    assert "Ollama's own address" in fein("parameters", "top_k", "--backend", "ollama").out


@pytest.mark.parametrize(("name", "wire"), [("model", "model"), ("system", "messages"), ("prompt", "messages")])
def test_what_chooses_the_model_or_makes_the_messages_is_honoured_everywhere(fein: Fein, name: str, wire: str) -> None:
    backends = fein("parameters", name, "--json").json["parameters"][name]["backends"]
    assert set(backends) == set(DIALECTS)
    assert {(support["status"], support["wire"]) for support in backends.values()} == {("honoured", wire)}
    assert all("model" in support["note"] or "message" in support["note"] for support in backends.values())
    shown = fein("parameters", name).out + fein("parameters", name, "--backend", "openai").out
    assert "honoured" in shown
    assert "rejected" not in shown
    assert "inert" not in shown
    section = page([CATALOGUE[name]], language="en")
    assert "| honoured |" in section
    assert "| rejected |" not in section


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("topp",), "did you mean 'top_p'?"),
        (("--backend", "olama"), "did you mean 'ollama'?"),
        (("--language", "fr"), "use one of these"),
    ],
)
def test_mistakes_are_named(fein: Fein, arguments: tuple[str, ...], words: str) -> None:
    done = fein("parameters", *arguments, "--json")
    assert done.code == 2
    assert words in done.json["error"]["mend"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("beam search", "num_beams"),
        ("beam_search", "num_beams"),
        ("context length", "num_ctx"),
        ("repetition", "repeat_penalty"),
        ("dynamic temperature", "dynatemp_range"),
        ("Beam-Suche", "num_beams"),
        ("Länge des Kontexts", "num_ctx"),
        ("문맥 길이", "num_ctx"),
        ("빔 서치", "num_beams"),
        ("Top P", "top_p"),
        ("fingerprint", "system_fingerprint"),
        ("log-probability", "logprobs"),
    ],
)
def test_what_a_parameter_is_called_in_words_leads_to_it(fein: Fein, words: str, name: str) -> None:
    error = fein("parameters", words, "--json").json["error"]
    assert f"did you mean '{name}'?" in error["mend"]


def test_an_unknown_name_meets_all_that_are_known(fein: Fein) -> None:
    error = fein("parameters", "foo", "--json").json["error"]
    assert error["found"].removeprefix("known are ").split(", ") == list(CATALOGUE)
    assert "did you mean" not in error["mend"]
    empty = fein("parameters", "", "--json").json["error"]
    assert empty["asked"] == "an empty name"
    assert empty["mend"] == "fein parameters shows all"
