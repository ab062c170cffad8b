"""The documentation site builds without a warning, and its generated pages say what the program knows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from recipes.docs_pages import pages

from feinschliff.parameters.catalogue import CATALOGUE
from feinschliff.scorers import SCORER_NAMES

ROOT = Path(__file__).parents[2]


def test_generated_pages_hold_every_verb_parameter_and_scorer() -> None:
    made = pages()
    verbs = set(re.findall(r"^## (fein .+)$", made["reference/cli.md"], re.MULTILINE))
    assert {"fein tune", "fein compare", "fein data posts", "fein runs"} <= verbs
    assert "`--requests`" in made["reference/cli.md"]
    assert "| `--requests` | int |" in made["reference/cli.md"]
    assert "object at 0x" not in made["reference/cli.md"]
    for row in CATALOGUE.values():
        assert f"\n## {row.name}\n" in made["reference/parameters.md"]
        assert f"[`{row.name}`](#{row.name})" in made["reference/parameters.md"]
    for name in SCORER_NAMES:
        assert f"## {name}\n" in made["reference/scorers.md"]


@pytest.mark.second
def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, timeout=110,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    htmls = list((tmp_path / "site").rglob("*.html"))
    assert len(htmls) >= 10
    for html in htmls:
        text = html.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]*\ssrc="(https?://[^"]+)"', text)
        styles = re.findall(r'<link[^>]*rel="(?:stylesheet|preload)"[^>]*href="(https?://[^"]+)"', text)
        assert not loaded + styles, html
