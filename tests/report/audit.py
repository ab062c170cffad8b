"""What a page looks like to its readers, measured in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser import Browser

LEAST_CONTRAST, LEAST_CONTRAST_LARGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3, level AA; the second for text from 24 px, or from 18.66 px in bold."""

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_UNFOLDED = "for (const d of document.querySelectorAll('details')) d.open = true; document.body.scrollHeight"


def audited(browser: Browser, page: Path, *, width: int, dark: bool) -> dict[str, Any]:
    """What `audit.js` measures with everything unfolded, in a window as tall as the page."""
    browser.show(page, width=width, dark=dark)
    browser.resize(width, browser.run(_UNFOLDED) + 200)
    found: dict[str, Any] = browser.run(_SCRIPT)
    return {**found, "complaints": browser.complaints()}
