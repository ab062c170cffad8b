from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

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
