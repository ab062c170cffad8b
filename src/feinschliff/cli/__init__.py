"""The command line: thin verbs that parse, build, call and print."""

from feinschliff.cli import clock as _clock  # noqa: F401 - first of all: `--seconds` counts from its import
from feinschliff.cli.main import main

__all__ = ["main"]
