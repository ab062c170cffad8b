"""What goes where: data to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

from feinschliff.errors import FeinschliffError


def stderr() -> Console:
    """Messages and progress."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def stdout() -> Console:
    """Results for people."""
    return Console(highlight=False)


def print_json(document: Any) -> None:
    """One JSON document, and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """One line on stderr."""
    stderr().print(escape(text))


def print_error(error: FeinschliffError, *, as_json: bool) -> int:
    """Show an error and return its exit code."""
    if as_json:
        print_json({"error": error.to_dict(), "run": error.run})
        return error.exit_code
    console = stderr()
    console.print(f"[bold red]{error.kind}[/]: {escape(error.message)}")
    for label, text in (("asked", error.asked), ("found", error.found), ("mend", error.mend)):
        if text:
            console.print(f"  [dim]{label}[/] {escape(text)}")
    if error.run is not None:
        console.print(f"  [dim]run[/] {error.run}: what was paid for is kept")
        console.print("  the same command, without --fresh, goes on from there")
    return error.exit_code
