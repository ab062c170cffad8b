"""Results as JSON lines: what is there is not made again, and a run that was killed loses one line at most."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
"""What is kept for good."""
STATE = FOLDER / ".state"
"""What only saves time; not in the repository."""


class Lines:
    """A file of rows, each with its `key`; the last row of a key counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, dict[str, Any]] = {}
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:  # the line that was being written when the process ended
                continue
            self._rows[row["key"]] = row
        self._torn = bool(text) and not text.endswith("\n")

    def get(self, key: str) -> dict[str, Any] | None:
        """The row of a key."""
        return self._rows.get(key)

    def rows(self) -> list[dict[str, Any]]:
        """All of them."""
        return list(self._rows.values())

    def add(self, row: dict[str, Any]) -> None:
        """Write a row at once."""
        self._rows[row["key"]] = row
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.parent == STATE:
            (STATE / ".gitignore").write_text("*\n", encoding="utf-8")
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" * self._torn + json.dumps(row, ensure_ascii=False) + "\n")
        self._torn = False
