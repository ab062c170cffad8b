"""Can the report be read? Real runs, their pages in two languages, looked at in chromium.

    python -m benchmarks.report.run --out benchmarks/report/results.json --screenshots docs

Each page at 320, 390 and 1440 pixels, light and dark: does anything stick out, does the console complain, and the least
contrast of any text, computed from the colours that the browser rendered. The pictures in docs/ are made of the first
run. Needs /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.browser import Browser
from tests.report.audit import LEAST_CONTRAST, LEAST_CONTRAST_LARGE, audited

from benchmarks.report.worlds import WORLDS, World
from feinschliff.models.house import HOUSE_NAME, house_card

WIDTHS = (320, 390, 1440)
LANGUAGES = ("en", "de")


def made(world: World, folder: Path) -> tuple[str, dict[str, Path]]:
    """Carry out the run of a world with `fein`, and write its page in each language: (run, pages)."""
    store = folder / "store.db"
    with world.command(folder) as arguments:
        document = fein([*arguments, "--store", str(store), "--json"], folder)
    run = document["run"]
    pages = {code: folder / f"{world.name}.{code}.html" for code in LANGUAGES}
    for code, page in pages.items():
        fein(["report", run, "--language", code, "--out", str(page), "--store", str(store), "--json"], folder)
    return run, pages


def fein(arguments: list[str], folder: Path) -> dict[str, Any]:
    """The JSON that the command printed, an error's included."""
    command = [sys.executable, "-m", "feinschliff", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if not done.stdout:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def measured(browser: Browser, page: Path) -> dict[str, Any]:
    """The worst of all widths and schemes."""
    looks = [audited(browser, page, width=width, dark=dark) for width in WIDTHS for dark in (False, True)]
    return {
        "kilobytes": round(page.stat().st_size / 1000),
        "texts": max(look["texts"] for look in looks),
        "contrast": round(min(look["contrast"] for look in looks), 2),
        "contrast_large": round(min(look["contrastLarge"] for look in looks), 2),
        "below_aa": sum(len(look["weak"]) for look in looks),
        "wider_than_window": sum(look["scrollWidth"] > look["clientWidth"] for look in looks),
        "console": sum(len(look["complaints"]) for look in looks),
        "requests": sum(len(look["outside"]) for look in looks),
        "drawings_without_words": sum(look["unnamed"] for look in looks),
    }


def pictures(browser: Browser, page: Path, folder: Path) -> None:
    """The pictures of the documentation."""
    for name, width, height, dark in (
        ("report.png", 1100, 1180, False),
        ("report-dark.png", 1100, 1180, True),
        ("report-phone.png", 390, 1180, False),
    ):
        browser.show(page, width=width, dark=dark)
        browser.screenshot(folder / name, height=height)


def summary(pages: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All pages together."""
    bad = ("below_aa", "wider_than_window", "console", "requests", "drawings_without_words")
    return {
        "pages": len(pages),
        "least_contrast": min(p["contrast"] for p in pages.values()),
        "least_contrast_large": min(p["contrast_large"] for p in pages.values()),
        "wanted": {"contrast": LEAST_CONTRAST, "contrast_large": LEAST_CONTRAST_LARGE},
        **{name: sum(p[name] for p in pages.values()) for name in bad},
    }


def main() -> None:
    """Run all worlds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, help="JSON file of the results")
    parser.add_argument("--screenshots", type=Path, help="folder of the pictures")
    parser.add_argument("--only", nargs="*", help="names of worlds")
    given = parser.parse_args()
    pages: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name, Browser() as browser:
        for world in [w for w in WORLDS if not given.only or w.name in given.only]:
            run, written = made(world, Path(name))
            for code, page in written.items():
                pages[f"{world.name}.{code}"] = {"run": run, **measured(browser, page)}
                print(f"{world.name}.{code}", json.dumps(pages[f"{world.name}.{code}"]))
            if given.screenshots and world is WORLDS[0]:
                pictures(browser, written["en"], given.screenshots)
    model = {"name": HOUSE_NAME, "sha256": house_card(HOUSE_NAME).get("sha256")}
    result = {"summary": summary(pages), "widths": WIDTHS, "schemes": ["light", "dark"], "model": model, "pages": pages}
    print(json.dumps(result["summary"], indent=2))
    if given.out:
        given.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
