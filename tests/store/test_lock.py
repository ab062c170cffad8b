"""The lock on a run where the system has no `fcntl`: Windows has another call for it."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import pytest

from feinschliff.errors import InputError
from feinschliff.store import open_store, run_lock


def windows(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """A system with `msvcrt.locking` only, which locks bytes from where the file stands; gives the locked files."""
    locked: set[int] = set()

    def locking(file: int, mode: int, count: int) -> None:
        assert (os.lseek(file, 0, os.SEEK_CUR), count) == (0, 1)
        inode = os.fstat(file).st_ino
        if mode == 0:
            locked.remove(inode)
        elif inode in locked:
            raise PermissionError(13, "Permission denied")
        else:
            locked.add(inode)

    module = types.SimpleNamespace(locking=locking, LK_NBLCK=2, LK_UNLCK=0)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", module)  # type: ignore[arg-type]
    return locked


def test_one_process_at_a_time_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = windows(monkeypatch)
    with open_store(str(tmp_path / "s.db")) as one, open_store(str(tmp_path / "s.db")) as two:
        with run_lock(one, "abc"):
            assert len(locked) == 1
            with pytest.raises(InputError, match="another process"), run_lock(two, "abc"):
                pass
            with run_lock(two, "def"):
                assert len(locked) == 2
        with run_lock(two, "abc"):
            pass
        with pytest.raises(ZeroDivisionError), run_lock(two, "abc"):
            raise ZeroDivisionError
    assert not locked
