"""Prints a command of the README by the name of its block: `python3 tests/readme.py run|tests`.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def command(name: str) -> str:
    """The single line in the fenced block that follows the comment `<!-- command: name -->`."""
    block = rf"<!-- command: {re.escape(name)} -->\s*```(?:bash|sh)\n([^\n]+)\n```"
    found = re.search(block, README.read_text("utf-8"))
    if found is None:
        raise SystemExit(f"README.md has no single-line block for the command '{name}'")
    return found.group(1)


if __name__ == "__main__":
    print(command(sys.argv[1]))
