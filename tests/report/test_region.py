from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from feinschliff.i18n import using
from feinschliff.report import render_page, show_result
from feinschliff.report.region import region_sentences

from . import samples

CHEAPEST = {
    "settings": {"temperature": 0.2, "system": samples.NASTY},
    "tokens": 31.2,
    "winner_tokens": 44.7,
    "expected_loss": 0.0021,
}


def region(**changes: Any) -> dict[str, Any]:
    knobs = {
        "temperature": {"kind": "range", "low": 0.1, "high": 0.62, "share": 0.35, "difference": "seen", "at_most": 0.2},
        "top_p": {"kind": "range", "low": 0.11, "high": 1.0, "share": 0.99, "difference": "none", "at_most": 0.031},
        "system": {
            "kind": "choices",
            "values": ["Be brief."],
            "share": 0.5,
            "difference": "seen",
            "at_most": 0.1,
        },
    }
    found = {"confidence": 0.95, "margin": 0.012, "share": 0.214, "knobs": knobs, "indifferent": ["top_p"]}
    return {**found, "cheapest": None, **changes}


def test_what_is_tied_and_what_makes_no_difference_is_said_in_two_sentences():
    tied, indifferent = region_sentences({"region": region()})
    assert "21 % of the space" in tied
    assert "temperature 0.1 to 0.62; system Be brief.; any value of top-p" in tied
    assert "worse by more than 0.012" in tied
    assert "the values of top-p; one of at most 0.031" in indifferent


def test_what_is_cheaper_is_told_as_an_estimate():
    *_, cheaper = region_sentences({"region": region(cheapest=CHEAPEST)})
    assert "temperature 0.2" in cheaper
    assert "31 instead of 45 tokens" in cheaper
    assert "0.002" in cheaper
    assert "fein compare" in cheaper


def test_a_region_of_one_setting_is_not_called_empty():
    assert "less than 1 %" in region_sentences({"region": region(share=0.0)})[0]


@pytest.mark.parametrize("details", [None, {}, {"region": None}])
def test_nothing_is_said_where_nothing_is_known(details: dict[str, Any] | None):
    assert region_sentences(details) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_page_and_terminal_tell_the_same(language: str):
    details = {**samples.details(), "region": region(cheapest=CHEAPEST)}
    page = render_page(samples.run(samples.result(), details), language=language)
    assert 'id="region"' in page
    assert "<script" not in page
    console = Console(file=io.StringIO(), width=80, color_system=None, highlight=False)
    with using(language):
        show_result(samples.result(), details, console)
        sentences = region_sentences(details)
    assert isinstance(console.file, io.StringIO)
    shown = " ".join(console.file.getvalue().split())
    assert all(" ".join(sentence.split()) in shown for sentence in sentences)
    assert 'id="region"' not in render_page(samples.run(samples.result(), samples.details()), language=language)
