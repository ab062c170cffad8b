from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from feinschliff.i18n import using
from feinschliff.report import show_result, show_runs

from . import samples


def shown(show: Any, *args: Any, width: int = 80, **kwargs: Any) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    show(*args, console, **kwargs)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("verdict", ["better", "no measurable gain", "worse"])
def test_the_result_fits_80_columns_without_colour(verdict: str):
    found = samples.result(verdict, settings=samples.TODAY | {"temperature": 0.2}, warnings=["a [bold]warning[/]"])
    text = shown(show_result, found, samples.details())
    assert verdict.capitalize() in text
    assert "\x1b" not in text
    assert "a [bold]warning[/]" in text
    assert "800 requests, 70,123 + 9,876 tokens, 38 s" in text
    assert "Report: /tmp/report.html" in text
    free = [line for line in text.splitlines() if "Report:" not in line and '"temperature"' not in line]
    assert max(map(len, free)) <= 80


def test_the_settings_can_be_copied_in_one_piece():
    text = shown(show_result, samples.result(), samples.details(), width=60)
    assert '  {"temperature": 0.2099731, "top_p": 0.93, "top_k": 12, "max_tokens": 32}\n' in text
    assert "recommended system" in text


@pytest.mark.parametrize("found", [samples.nothing_measured(), {}])
def test_nothing_measured_and_missing_parts(found: dict[str, Any]):
    assert "Nothing could be measured" in shown(show_result, found, {})


def test_several_models_are_told_with_their_costs():
    models = [
        {"model": "small", "requests": 600, "prompt_tokens": 50_000, "completion_tokens": 7000, "usd": 0.01},
        {"model": "large", "requests": 200, "prompt_tokens": 20_123, "completion_tokens": 2876, "usd": None},
    ]
    text = shown(show_result, samples.result(), {**samples.details(), "models": models})
    assert "  small: 600 requests, 50,000 + 7,000 tokens, $0.0100\n" in text
    assert "  large: 200 requests, 20,123 + 2,876 tokens\n" in text
    assert "small:" not in shown(show_result, samples.result(), {**samples.details(), "models": models[:1]})


def test_runs_in_80_columns():
    runs = [
        samples.run(samples.result(), samples.details()),
        samples.run(None, None, name=None),
        samples.run(samples.nothing_measured(), None, name="[red]name[/] that goes on and on and on"),
    ]
    text = shown(show_runs, runs, now_s=1_780_000_000.0 + 7200)
    assert "3f2a9c0d1e4b" in text
    assert "+0.056" in text
    assert "2 h" in text
    assert "[red]" in text  # no markup
    assert max(map(len, text.splitlines())) <= 80


def test_an_empty_store():
    assert "No runs" in shown(show_runs, [])


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("verdict", ["better", "no measurable gain", "worse", None])
def test_nothing_sticks_out_in_any_width(language: str, width: int, verdict: str | None):
    warnings = ["3 of 60 answers were empty.", "한국어로 쓴 경고 " * 12]
    texts = {**samples.TODAY, "system": "서울에서 열린 한글 축제에 삼만 명이 모였습니다", "temperature": 0.2}
    found = samples.result(verdict, settings=texts, warnings=warnings) if verdict else samples.nothing_measured()
    with using(language):
        text = shown(show_result, found, samples.details(), width=width)
    free = [line for line in text.splitlines() if "/tmp/report.html" not in line and '"temperature"' not in line]
    assert max(map(cell_len, free)) <= width
    assert not re.search(r"^[-!] .* $", text, flags=re.MULTILINE)


def test_a_narrow_terminal_has_the_interval_in_a_line_of_its_own():
    text = shown(show_result, samples.result(), samples.details(), width=60)
    assert re.search(r"95 % interval +\+0\.031 +\+0\.081\n", text)
    assert "(+0.031 to +0.081)" not in text.split("setting")[1]


def test_german_in_the_terminal():
    with using("de"):
        text = shown(show_result, samples.result(warnings=["3 of 60 answers were empty."]), samples.details())
        listed = shown(show_runs, [samples.run(samples.result(), None), samples.run(None, None)], width=100)
    assert text.strip().startswith("Besser: Mit Temperatur 0.21, top-p 0.93")
    assert "+0,056 (+0,031 bis +0,081)" in text
    assert "! 3 von 60 Antworten waren leer." in text
    assert "800 Anfragen, 70.123 + 9.876 Token, 38 s" in text
    assert '{"temperature": 0.2099731' in text
    assert "besser" in listed
    assert "abgebrochen" in listed


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_terminal_that_shows_ascii_only_gets_ascii_only(language: str):
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=file, width=80, color_system=None, highlight=False)
    found = samples.result(name="größe", warnings=["Größe 한 €"], recommended={**samples.BEST, "stop": ["ü"]})
    with using(language):
        show_result(found, samples.details(), console)
        show_runs([samples.run(found, None, name="größe 한")], console)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    text = file.buffer.getvalue().decode("ascii")
    assert "! Groesse ? EUR" in text
    assert r'"stop": ["\u00fc"]' in text  # still the same JSON
    assert "groesse ?" in text
