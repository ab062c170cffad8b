"""The page in a real browser: what is on it, how it looks in both schemes and two widths, keyboard, paper."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from feinschliff.report import write_page
from feinschliff.store import Run
from tests.browser import Browser

from . import samples
from .audit import LEAST_CONTRAST, LEAST_CONTRAST_LARGE, audited

pytestmark = pytest.mark.second

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4
KOREAN = {"system": "간결하게 🎉 " * 80, "prompt": LONG, "temperature": 0.2}

RUNS = {
    "better": samples.run(samples.result(), samples.details()),
    "no gain": samples.run(samples.result("no measurable gain"), samples.details(), name="a" * 80),
    "worse": samples.run(samples.result("worse", settings=KOREAN), samples.details(), name="한글 🎉"),
    "compare": samples.run(samples.result("worse"), samples.comparison_details(), kind="compare"),
    "nothing measured": samples.run(samples.nothing_measured(), samples.details()),
    "unfinished": samples.run(None, None, name=None),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as one:
        yield one


def written(folder: Path, run: Run, language: str = "en") -> Path:
    return write_page(run, folder / "report.html", language=language)


def first_pixel(png: Path) -> tuple[int, ...]:
    """Red, green and blue of the upper left corner, where every PNG filter leaves the value as it is."""
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG")
    chunks, at = b"", 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        chunks += data[at + 8 : at + 8 + size] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += size + 12
    return tuple(zlib.decompress(chunks)[1:4])


def test_the_audit_sees_what_is_wrong(browser: Browser, tmp_path: Path):
    page = tmp_path / "bad.html"
    page.write_text(
        """<!DOCTYPE html><title>bad</title><meta name="viewport" content="width=device-width">
        <body style="background:#fff;margin:0"><h1>fine</h1><h3>skips</h3>
        <p style="color:#888">grey</p><p style="color:#000;opacity:.4">faded</p><p style="color:#767676">just enough</p>
        <p style="color:#888;font-size:24px">large</p><div style="width:700px">wide</div>
        <svg width="200" height="40"><rect width="200" height="40" fill="#a00"/>
        <text x="5" y="20" fill="#c33">on a bar</text></svg><img src="http://127.0.0.1:9/none.png">
        <script>console.error("trouble")</script>""",
        encoding="utf-8",
    )
    found = audited(browser, page, width=390, dark=False)
    assert [weak["text"] for weak in found["weak"]] == ["grey", "faded", "on a bar"]
    assert found["contrast"] < 2 < found["contrastLarge"]
    assert found["scrollWidth"] > found["clientWidth"]
    assert found["wide"] == ["DIV."]
    assert found["unnamed"] == 2
    assert found["headings"] == [1, 3]
    assert any("trouble" in complaint for complaint in found["complaints"])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
@pytest.mark.parametrize("name", RUNS)
def test_it_can_be_read(browser: Browser, tmp_path: Path, name: str, width: int, dark: bool):
    for language in ("en", "de"):
        found = audited(browser, written(tmp_path, RUNS[name], language), width=width, dark=dark)
        assert found["scrollWidth"] <= found["clientWidth"] == width
        assert found["wide"] == []
        assert found["weak"] == []
        assert found["contrast"] >= LEAST_CONTRAST
        assert found["contrastLarge"] >= LEAST_CONTRAST_LARGE
        assert found["texts"] > 20
        assert found["outside"] == []
        assert found["complaints"] == []


@pytest.mark.parametrize("name", RUNS)
def test_it_can_be_heard(browser: Browser, tmp_path: Path, name: str):
    found = audited(browser, written(tmp_path, RUNS[name], "de"), width=1440, dark=False)
    assert found["lang"] == "de"
    assert found["title"]
    assert found["unnamed"] == 0
    levels = found["headings"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_keyboard_reaches_every_part_and_shows_where_it_is(browser: Browser, tmp_path: Path):
    browser.show(written(tmp_path, RUNS["better"]), width=1440)
    wanted = browser.run(
        "[...document.querySelectorAll('summary, [tabindex]')].filter(e => e.checkVisibility()).length"
    )
    seen = []
    for _ in range(wanted + 1):
        browser.press("Tab")
        seen.append(
            browser.run(
                "(() => { const e = document.activeElement, s = getComputedStyle(e);"
                " return [e.tagName, e.matches(':focus-visible'), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
            )
        )
    reached = [one for one in seen if one[0] != "BODY"]
    assert len(reached) >= wanted > 20
    assert all(visible and style == "solid" and width >= 2 for _, visible, style, width in reached)


def test_a_folded_part_opens_with_the_keyboard(browser: Browser, tmp_path: Path):
    browser.show(written(tmp_path, RUNS["better"]), width=1440)
    browser.run("document.querySelector('#trials summary').focus()")
    assert not browser.run("document.querySelector('#trials details').open")
    browser.press("Enter")
    assert browser.run("document.querySelector('#trials details').open")


def test_one_click_selects_a_whole_block(browser: Browser, tmp_path: Path):
    browser.show(written(tmp_path, RUNS["better"]), width=1440, height=2000)
    box = browser.run(
        "(() => { const r = document.querySelector('pre.copy').getBoundingClientRect(); return [r.x, r.y]; })()"
    )
    browser.click(box[0] + 40, box[1] + 30)
    selected = browser.run("getSelection().toString()")
    assert selected == browser.run("document.querySelector('pre.copy').textContent")


def test_what_models_wrote_is_text(browser: Browser, tmp_path: Path):
    browser.show(written(tmp_path, RUNS["better"]), width=1440)
    assert browser.run("document.querySelectorAll('script, img, link, iframe, form').length") == 0
    assert samples.NASTY.replace("\x07", "") in browser.run("document.body.textContent").replace("\x07", "")


def test_light_and_dark(browser: Browser, tmp_path: Path):
    page = written(tmp_path, RUNS["better"])
    for dark in (False, True):
        browser.show(page, width=1100, dark=dark)
        browser.screenshot(tmp_path / f"{dark}.png")
    assert min(first_pixel(tmp_path / "False.png")) > 230
    assert max(first_pixel(tmp_path / "True.png")) < 40


def test_it_prints_dark_on_white_with_everything_one_needs(browser: Browser, tmp_path: Path):
    browser.show(written(tmp_path, RUNS["better"]), width=1100, dark=True)
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 14
    browser.show(written(tmp_path, RUNS["better"]), width=794, dark=True, media="print")
    assert (
        max(browser.run("getComputedStyle(document.querySelector('.headline')).color.match(/\\d+/g).map(Number)")) < 90
    )
    wide = (
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.ariaLabel)"
    )
    assert browser.run(wide) == []
