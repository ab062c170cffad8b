"""The command line: thin verbs that parse, build, call and print."""

from feinschliff.cli.main import main

__all__ = ["main"]
