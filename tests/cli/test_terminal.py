"""What a terminal gets, and what a pipe gets: a real pseudo-terminal on either stream."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|38|9[0-7])(?:;\d+)*m")
MISTAKE = ("tune", "--nope")


@dataclass(frozen=True)
class Seen:
    """What came out of both streams."""

    code: int
    out: str
    err: str


def run(
    *arguments: str, folder: Path, out_tty: bool = False, err_tty: bool = False, code: str | None = None, **env: str
) -> Seen:
    """`fein` with each stream on a pseudo-terminal or a pipe, and nothing in the environment that speaks of colours."""
    spoken = {"NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING", "GITHUB_ACTIONS", "PY_COLORS", "COLORTERM"}
    environment = {k: v for k, v in os.environ.items() if k not in spoken} | {"TERM": "xterm-256color"} | env
    ends = [_open(out_tty), _open(err_tty)]
    command = [sys.executable, *(("-c", code) if code else ("-m", "feinschliff")), *arguments]
    process = subprocess.Popen(command, stdout=ends[0][1], stderr=ends[1][1], env=environment, cwd=folder)
    for _, inner in ends:
        os.close(inner)
    texts = [_read(outer) for outer, _ in ends]
    return Seen(process.wait(30), *texts)


def _open(tty: bool) -> tuple[int, int]:
    """(the end to read, the end for the program)."""
    if not tty:
        return os.pipe()
    outer, inner = pty.openpty()
    attributes = termios.tcgetattr(inner)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(inner, termios.TCSANOW, attributes)
    return outer, inner


def _read(end: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(end, 65536)
        except OSError:  # a pseudo-terminal whose other end is closed
            part = b""
        if not part:
            os.close(end)
            return b"".join(parts).decode("utf-8")
        parts.append(part)


def test_each_stream_is_looked_at_by_itself(tmp_path: Path) -> None:
    both = run(*MISTAKE, folder=tmp_path)
    assert both.code == 2
    assert "\x1b" not in both.out + both.err
    coloured = run(*MISTAKE, folder=tmp_path, err_tty=True)
    assert COLOUR.search(coloured.err)
    assert coloured.out == ""
    assert "\x1b" not in run(*MISTAKE, folder=tmp_path, out_tty=True).err
    assert COLOUR.search(run("--help", folder=tmp_path, out_tty=True).out)
    assert "\x1b" not in run("--help", folder=tmp_path, err_tty=True).out


@pytest.mark.parametrize("arguments", [("--help",), MISTAKE], ids=["help", "error"])
def test_the_environment_is_heard(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    on_a_terminal = {"folder": tmp_path, "out_tty": True, "err_tty": True}
    plain = run(*arguments, **on_a_terminal, NO_COLOR="1")
    assert not COLOUR.search(plain.out + plain.err)
    dumb = run(*arguments, **on_a_terminal, TERM="dumb")
    assert "\x1b" not in dumb.out + dumb.err
    forced = run(*arguments, folder=tmp_path, FORCE_COLOR="1")
    assert COLOUR.search(forced.out + forced.err)


def test_progress_is_drawn_over_itself_on_a_terminal_only(tmp_path: Path) -> None:
    code = """
from feinschliff.cli.progress import ProgressDisplay
with ProgressDisplay() as display:
    display.watch.on_phase("search", 10)
"""
    drawn = run(folder=tmp_path, code=code, err_tty=True)
    assert "\x1b[?25l" in drawn.err
    for lines in (
        run(folder=tmp_path, code=code, err_tty=True, TERM="dumb"),
        run(folder=tmp_path, code=code),
        run(folder=tmp_path, code=code, FORCE_COLOR="1"),
    ):
        assert "\x1b[?25" not in lines.err
        assert "search: 0 of at most 10 answers" in lines.err
    assert drawn.out == ""


def test_a_terminal_without_utf_8_gets_ascii(tmp_path: Path) -> None:
    ascii_only = run("--help", folder=tmp_path, out_tty=True, PYTHONIOENCODING="ascii")
    assert ascii_only.out.isascii()
    assert "+-" in ascii_only.out
    assert "╭" in run("--help", folder=tmp_path, out_tty=True).out


def test_json_is_whole_in_every_encoding(tmp_path: Path) -> None:
    asked = ("tune", "--grün", "--json")
    for environment in ({}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}):
        seen = run(*asked, folder=tmp_path, **environment)
        assert "--grün" in json.loads(seen.out)["error"]["message"], environment
