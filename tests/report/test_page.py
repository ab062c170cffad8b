from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from feinschliff.errors import InputError, OutputError
from feinschliff.report import render_page, write_page

from . import samples

PAGES = {
    "better": samples.run(samples.result(), samples.details()),
    "no gain": samples.run(samples.result("no measurable gain"), samples.details()),
    "worse": samples.run(samples.result("worse"), samples.details()),
    "nothing measured": samples.run(samples.nothing_measured(), samples.details()),
    "compare": samples.run(samples.result(), samples.comparison_details(), kind="compare"),
    "unfinished": samples.run(None, None),
    "failed, nameless": samples.run(None, None, status="failed", name=None, spec={}, budget=None),
    "without details": samples.run(samples.result(), None),
    "generate": samples.run(None, {"out": "answers.csv", "sha256": "0"}, kind="generate", status="done"),
}


class Tags(HTMLParser):
    """Collects tags with their attributes, and the visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_run_has_a_self_contained_page(name: str):
    page = render_page(PAGES[name])
    found = Tags(page)
    assert not {t for t, _ in found.tags} & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
    loading = {"src", "href", "srcset", "action", "background", "poster", "data", "style"}
    assert not [a for _, attributes in found.tags for a in attributes if a in loading or a.startswith("on")]
    assert "@import" not in page
    assert "url(" not in page
    for svg in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ET.fromstring(svg)


@pytest.mark.parametrize(
    ("name", "words"),
    [("better", "Better"), ("no gain", "No measurable gain"), ("worse", "Worse"), ("unfinished", "Not finished")],
)
def test_the_verdict_is_said_in_words(name: str, words: str):
    assert words in " ".join(Tags(render_page(PAGES[name])).words)


def test_what_models_wrote_is_text():
    page = render_page(PAGES["better"])
    assert "<script" not in page
    assert "&lt;script&gt;alert(" in page
    assert samples.NASTY in " ".join(Tags(page).words)


def test_charts_and_sections_are_there():
    page = render_page(PAGES["better"])
    assert page.count("<svg") == 2 + 2 + 1 + 3 + 2  # difference, examples, means, parameters, search
    for part in (
        "verdict",
        "next",
        "warnings",
        "settings",
        "confirmation",
        "effects",
        "history",
        "answers",
        "trials",
        "costs",
        "method",
    ):
        assert f'id="{part}"' in page
    assert "not sent (unknown)" in page
    assert 'title="0.2099731"' in page
    assert page.index("+0.400") < page.index("+0.300")


def test_a_comparison_has_no_search():
    page = render_page(PAGES["compare"])
    assert 'id="trials"' not in page
    assert 'id="effects"' not in page
    assert ">A</th>" in page


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_there_in_german(name: str):
    page = render_page(PAGES[name], language="de")
    assert '<html lang="de">' in page
    left = set(re.findall(r"(?<![\w{])[Tt]he \w+|\bwith its\b|\bfor the\b", " ".join(Tags(page).words)))
    assert left <= {"The first"}  # a warning of the samples that no message knows


def test_a_german_page_has_german_numbers_and_settings_to_copy():
    page = render_page(PAGES["better"], language="de")
    words = " ".join(" ".join(Tags(page).words).split())
    assert "Besser" in words
    assert "Similarity steigt um 0,056: von 0,612 auf 0,668" in words
    assert "an 60 zurückgehaltenen Beispielen" in words
    assert '"temperature": 0.2099731' in words
    assert "70.123" in words
    assert "+0,400" in words


def test_the_language_is_the_users_unless_one_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FEIN_LANG", "de")
    assert '<html lang="de">' in render_page(PAGES["better"])
    assert '<html lang="en">' in render_page(PAGES["better"], language="en")


def test_stored_warnings_are_told_in_the_language_of_the_page():
    told = samples.result(warnings=["3 of 60 answers were empty."])
    page = render_page(samples.run(told, samples.details()), language="de")
    assert "3 von 60 Antworten waren leer." in page


def test_an_unfinished_run_tells_what_it_has_cost_so_far():
    spent = {"requests": 71, "prompt_tokens": 900, "completion_tokens": 80, "seconds": 28.0, "usd": None}
    page = render_page(samples.run({"verdict": None, "spent": spent}, None, status="failed"))
    assert "Not finished" in page
    assert "Nothing is decided yet" in page
    assert ">71<" in page
    assert "What to do next" not in page


def test_odd_answers_have_a_column_only_where_there_are_any():
    page = render_page(PAGES["better"])
    assert "Truncated</th>" in page
    assert "Refused</th>" not in page
    details = samples.details() | {
        f"{part}_flags": {"answers": 60, "failed": 0} for part in ("search", "best", "baseline")
    }
    assert "no answer was cut" in render_page(samples.run(samples.result(), details))


def test_other_languages_are_refused():
    with pytest.raises(InputError, match="not written in"):
        render_page(PAGES["better"], language="xx")


def test_write_page_makes_folders_and_leaves_one_file(tmp_path: Path):
    path = write_page(PAGES["better"], tmp_path / "deep" / "report.html")
    write_page(PAGES["worse"], path)
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    assert "Worse" in path.read_text(encoding="utf-8")


def test_write_page_says_what_is_in_the_way(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    for wrong in (tmp_path / "file" / "report.html", tmp_path):
        with pytest.raises(OutputError, match="cannot be written"):
            write_page(PAGES["better"], wrong)


def test_one_point_flat_and_empty_details_still_draw():
    details: dict[str, Any] = samples.details()
    details["effects"]["temperature"].update(mean=[0.5] * 41, low=[0.5] * 41, high=[0.5] * 41)
    details["history"] = details["history"][:1]
    details["trials"], details["samples"] = [], []
    held_out = {**samples.result()["held_out"], "difference": {"mean": 0.0, "low": 0.0, "high": 0.0}}
    assert "<svg" in render_page(samples.run(samples.result("no measurable gain", held_out=held_out), details))
