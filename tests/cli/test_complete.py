"""What the shell offers after a TAB: through typer's protocol, and in a real bash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from feinschliff.cli.main import run
from feinschliff.store import open_store, start_run
from tests.cli.test_startup import HEAVY

FEIN = [sys.executable, "-m", "feinschliff"]


Offered = Callable[[str], list[tuple[str, str]]]


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Offered:
    """(words, what is said of them) after a TAB at the end of a line, as fish would get them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEIN_STORE", str(tmp_path / "s.db"))
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("_FEIN_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")

    def tab(line: str) -> list[tuple[str, str]]:
        capfd.readouterr()
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        with pytest.raises(SystemExit):
            run([])
        out, err = capfd.readouterr()
        assert err == ""
        return [(row.partition("\t")[0], row.partition("\t")[2]) for row in out.splitlines() if row]

    return tab


def words(found: list[tuple[str, str]]) -> list[str]:
    return [word for word, _ in found]


def test_words_that_are_known(offered: Offered) -> None:
    assert words(offered("fein tu")) == ["tune"]
    assert words(offered("fein data posts --language ")) == ["de", "en"]
    assert "chrf" in words(offered("fein tune --score c"))
    assert words(offered("fein tune --score similarity=0.7,chr")) == ["similarity=0.7,chrf"]
    assert words(offered("fein tune -p temp")) == ["temperature=0:1.5"]
    assert "seed=" not in words(offered("fein tune -p s"))
    assert "house-1" in words(offered("fein tune --model "))
    assert "posts" in words(offered("fein tune "))
    assert "FEIN_STORE" in words(offered("fein tune --api-key-env FEIN"))
    assert words(offered("fein tune --endp")) == ["--endpoint"]


def test_runs_by_name_and_id(offered: Offered, tmp_path: Path) -> None:
    assert offered("fein report ") == []
    assert not (tmp_path / "s.db").exists()
    for path in ("s.db", "other.db"):
        with open_store(str(tmp_path / path)) as db:
            named = start_run(db, {"a": path}, kind="tune", name=f"mine-{path[0]}")
            plain = start_run(db, {"b": path}, kind="tune")
    assert words(offered("fein report --store other.db ")) == [plain.id, "mine-o"]
    assert words(offered("fein runs rm mi")) == ["mine-s"]
    assert words(offered(f"fein report --store other.db {named.id[:5]}")) == [named.id]
    assert "tune, 2" in offered("fein report ")[0][1]


def test_a_broken_store_is_silence(offered: Offered, tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"this is no database" * 100)
    assert offered("fein report ") == []


def test_every_word_is_one_line_whatever_is_said_of_it(tmp_path: Path) -> None:
    asked = {"_FEIN_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    environment = {**os.environ, **asked, "_TYPER_COMPLETE_ARGS": "fein tune -p "}
    done = subprocess.run(FEIN, capture_output=True, text=True, env=environment, check=True)
    assert all("=" in row.partition("\t")[0] for row in done.stdout.splitlines())


def test_listing_verbs_loads_none(tmp_path: Path) -> None:
    code = """
import os, sys
from feinschliff.cli.main import run
try:
    run([])
except SystemExit:
    print(*sys.modules)
"""
    environment = {**os.environ, "_FEIN_COMPLETE": "complete_bash", "COMP_WORDS": "fein tu", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split()[0] == "tune"
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_shown(shell: str) -> None:
    environment = {**os.environ, "_FEIN_COMPLETE": f"source_{shell}"}
    done = subprocess.run(FEIN, capture_output=True, text=True, env=environment, check=True)
    assert f"complete_{shell}" in done.stdout


def test_in_a_real_bash(tmp_path: Path) -> None:
    (tmp_path / "fein").write_text(f'#!/bin/sh\nexec {sys.executable} -m feinschliff "$@"\n')
    (tmp_path / "fein").chmod(0o755)
    script = """
fein --show-completion > script.sh; . ./script.sh
tab() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fein_completion fein; echo "${COMPREPLY[@]}"; }
complete -p fein
tab fein gen
tab fein tune --sampler r
tab fein tune -p min
"""
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    command = ["bash", "--norc", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
    assert done.stdout.splitlines() == [
        "complete -o default -F _fein_completion fein",
        "generate",
        "random",
        "min_p=0:0.5",
    ], done.stderr


def test_installing_adds_to_the_shells_own_file(tmp_path: Path) -> None:
    script = f"{sys.executable} -m feinschliff --install-completion; true"
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert "installed" in done.stdout
    assert ".bash_completions/fein.sh" in (tmp_path / ".bashrc").read_text(encoding="utf-8")
    assert "_fein_completion" in (tmp_path / ".bash_completions" / "fein.sh").read_text(encoding="utf-8")
