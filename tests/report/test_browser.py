"""The page in a real browser: Debian's chromium, headless, without a network of its own making."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from feinschliff.report import render_page, write_page

from . import samples

pytestmark = pytest.mark.second

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
_DARK = "--blink-settings=preferredColorScheme=0"
_MEASURE = """<!DOCTYPE html><title>measuring</title>
<iframe srcdoc="{page}" style="border:0;width:360px;height:4000px" onload="
  const root = this.contentDocument.documentElement;
  const wide = [...root.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 361
    && !e.closest('.scroll, svg')).map(e => e.tagName + '.' + e.className);
  document.title = 'width=' + root.scrollWidth + ' wide=' + wide.join(' ') + ';';"></iframe>"""


def browse(tmp_path: Path, page: Path, *flags: str) -> str:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("these tests need /usr/bin/chromium: apt-get install chromium")
    command = [chromium, *_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *flags, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return write_page(samples.run(samples.result(), samples.details()), tmp_path / "report.html")


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


def test_the_verdict_is_in_the_document_and_nothing_ran(tmp_path: Path, page: Path):
    dom = browse(tmp_path, page, "--dump-dom")
    assert "Better" in dom
    assert "0.612 to 0.668" in dom
    assert "&lt;script&gt;alert(" in dom
    assert "<script" not in dom
    assert "<img" not in dom


def test_light_and_dark(tmp_path: Path, page: Path):
    light, dark = tmp_path / "light.png", tmp_path / "dark.png"
    browse(tmp_path, page, "--window-size=1100,1400", f"--screenshot={light}")
    browse(tmp_path, page, "--window-size=1100,1400", _DARK, f"--screenshot={dark}")
    assert min(first_pixel(light)) > 230
    assert max(first_pixel(dark)) < 40
    assert min(light.stat().st_size, dark.stat().st_size) > 20_000  # an empty page is a few thousand bytes


@pytest.mark.parametrize("kind", ["tune", "compare", "unfinished"])
def test_nothing_sticks_out_on_a_phone(tmp_path: Path, kind: str):
    runs = {
        "tune": samples.run(samples.result(), samples.details()),
        "compare": samples.run(samples.result("worse"), samples.comparison_details(), kind="compare"),
        "unfinished": samples.run(None, None, name="a" * 80),
    }
    frame = tmp_path / "frame.html"
    frame.write_text(_MEASURE.format(page=html.escape(render_page(runs[kind]))), encoding="utf-8")
    dom = browse(tmp_path, frame, "--dump-dom", "--virtual-time-budget=5000")
    found = re.search(r"<title>width=(\d+) wide=(.*?);</title>", dom)
    assert found is not None, dom[:300]
    assert int(found[1]) <= 360
    assert found[2] == ""


def test_it_prints(tmp_path: Path, page: Path):
    pdf = tmp_path / "report.pdf"
    browse(tmp_path, page, f"--print-to-pdf={pdf}")
    assert pdf.read_bytes().startswith(b"%PDF-")
