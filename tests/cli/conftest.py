"""Running the command line in this process, against a store of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from feinschliff.cli.main import run


@dataclass(frozen=True)
class Done:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Fein = Callable[..., Done]


@pytest.fixture
def fein(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fein:
    """`fein("tune", "--json")`: runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEIN_STORE", str(tmp_path / "store.db"))

    def call(*arguments: object) -> Done:
        capfd.readouterr()
        code = run([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return call
