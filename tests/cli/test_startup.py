"""Help must not wait for what it does not use: seen by which modules are loaded, since times vary."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import typer

from feinschliff.cli.app import Verbs, app

HEAVY = {
    *("feinschliff._api", "feinschliff.build", "feinschliff.records", "feinschliff.store"),
    *("httpx2", "jinja2", "numpy", "pydantic", "sacrebleu", "scipy", "sklearn", "sqlalchemy", "torch", "xllamacpp"),
}

LOOK = """
import contextlib, io, json, os, sys
from feinschliff.cli.main import run
for arguments in json.loads(sys.argv[1]):
    if os.fork():
        os.wait()
        continue
    with contextlib.redirect_stdout(io.StringIO()):
        assert run(arguments) == 0, arguments
    os.write(1, json.dumps(list(sys.modules)).encode() + b"\\n")
    os._exit(0)
"""


def loaded(*lines: list[str]) -> list[set[str]]:
    """Modules that are there after each of these command lines, each in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(lines)], capture_output=True, text=True, check=True, timeout=60
    )
    return [set(json.loads(line)) for line in done.stdout.splitlines()]


def leaves(command: Any, path: list[str]) -> list[list[str]]:
    """All command lines that lead to a verb, or to a group of them."""
    found = [path]
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            found += leaves(command.get_command(None, name), [*path, name])
    return found


def test_the_list_of_verbs_loads_none_of_them() -> None:
    for modules in loaded(["--version"], ["--help"]):
        assert not HEAVY & modules
        verbs = {f"feinschliff.cli.{verb.home.partition(':')[0]}" for verb in Verbs.verbs}
        assert not verbs & modules


def test_help_of_every_verb_loads_only_what_declares_its_options() -> None:
    paths = leaves(typer.main.get_command(app), [])
    assert len(paths) > 10
    for path, modules in zip(paths, loaded(*[[*path, "--help"] for path in paths]), strict=True):
        # `fein runs` has options of its own, and typer loads pydantic to read those before it sees `rm --help`.
        allowed = {"pydantic"} if path[:1] == ["runs"] and path[1:] else set()
        assert HEAVY & modules <= allowed, " ".join(["fein", *path, "--help"])


@pytest.mark.parametrize("verb", Verbs.verbs, ids=lambda verb: verb.name)
def test_the_line_of_a_verb_is_the_first_of_its_help(verb: Any) -> None:
    first = (verb.load().help or "").split("\n\n")[0]
    assert " ".join(first.split()) == verb.summary
