"""Fetches a file so that a cut connection, `kill -9` or a full disk costs nothing that is there already."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from feinschliff.errors import EndpointError, InputError, OutputError, RunError
from feinschliff.i18n import tr
from feinschliff.models.hub.variants import RemoteFile
from feinschliff.models.hub.web import CutOff, Web, checksum_failed

_TRIES = 6
"""Attempts in a row that bring nothing."""
_LONGEST_WAIT_S = 20.0
_SOON_S = 0.1
"""Before the next attempt where the last one brought something."""

Told = Callable[[int, int], None]
"""Bytes that are here, of how many."""


def fetch(hub: Web, file: RemoteFile, target: Path, *, told: Told | None = None, wait_s: float = 0.5) -> bool:
    """Fetch a file to `target`; it appears there whole, with the right checksum, or not at all.

    What has come stays in `NAME.CHECKSUM.part`, and the next call goes on from there.

    Args:
        hub: who is asked.
        file: what is wanted.
        target: where it goes.
        told: hears of progress.
        wait_s: before the second attempt; twice as long before each further one.

    Returns: False where it was there already.

    Raises: OutputError where something else is there; RunError for a wrong checksum; EndpointError where the hub cannot
        be reached any more; RunError for a full disk; ModelError where it refuses; InputError where another process
        fetches it.
    """
    if target.exists():
        if target.is_file() and (not file.bytes or target.stat().st_size == file.bytes) and not _wrong(target, file):
            return False
        raise OutputError(
            tr("{out} exists, and is not what the hub has", out=target),
            asked=str(target),
            mend=tr("move it away, or remove it"),
        )
    part = part_of(file, target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(part):
            _complete(hub, file, part, told, wait_s)
            if wrong := _wrong(part, file):
                part.unlink()
                raise checksum_failed(file.path, found=wrong, wanted=file.sha256 or file.git_sha1 or "")
            part.replace(target)
            _sync_folder(target.parent)
    except OSError as error:
        raise RunError(
            tr("{path} cannot be written ({strerror})", path=part, strerror=error.strerror or str(error)),
            asked=str(target),
            mend=tr("the same command goes on from there"),
        ) from None
    return True


def part_of(file: RemoteFile, target: Path) -> Path:
    """Where its beginning is kept: another content has another place."""
    mark = (file.sha256 or file.git_sha1 or str(file.bytes))[:12]
    return target.with_name(f"{target.name}.{mark}.part")


def _complete(hub: Web, file: RemoteFile, part: Path, told: Told | None, wait_s: float) -> None:
    """Bring the part to its full length. Raises: EndpointError, ModelError."""
    tries, wait = 0, wait_s
    while True:
        before = part.stat().st_size
        if file.bytes and before > file.bytes:
            before = 0
            _cut(part)
        if file.bytes and before == file.bytes:
            return
        reason = ""
        try:
            _some(hub, file, part, told)
        except CutOff as error:
            reason = str(error)
        here = part.stat().st_size
        if not reason and (not file.bytes or here >= file.bytes):
            return
        tries, wait = (0, wait_s) if here > before else (tries + 1, wait * 2)
        if tries >= _TRIES:
            raise EndpointError(
                tr("{hub} does not send the rest of {name}", hub=hub.shown, name=file.path),
                asked=file.path,
                found=tr("{here} of {n} bytes; {reason}", here=here, n=file.bytes, reason=reason or tr("cut off")),
                mend=tr("the same command goes on from there"),
            )
        time.sleep(min(wait, _LONGEST_WAIT_S) if tries else min(wait_s, _SOON_S))


def _some(hub: Web, file: RemoteFile, part: Path, told: Told | None) -> None:
    """One attempt. Raises: CutOff, EndpointError, ModelError."""
    have = part.stat().st_size
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with hub.get(file.url, headers, what=file.path) as response, part.open("r+b") as out:
        status = response.status_code
        if status == 416:
            out.truncate(0)  # it has less than we do: another file
            raise CutOff("HTTP 416")
        if have and (status != 206 or not response.headers.get("content-range", "").startswith(f"bytes {have}-")):
            have = 0  # it does not go on, it begins anew
            out.truncate(0)
        out.seek(have)
        try:
            for piece in response.iter_raw():
                have += len(piece)
                if file.bytes and have > file.bytes:
                    out.truncate(0)
                    raise CutOff(tr("more bytes than the hub has told"))
                out.write(piece)
                if told is not None:
                    told(have, file.bytes or have)
        finally:
            out.flush()
            os.fsync(out.fileno())


def _wrong(path: Path, file: RemoteFile) -> str | None:
    """The checksum that a file has instead of the promised one; None where they are equal, or none is promised."""
    if file.sha256 is not None:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        return None if found == file.sha256 else found
    if file.git_sha1 is not None:
        content = path.read_bytes()
        found = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        return None if found == file.git_sha1 else found
    return None


def _cut(part: Path) -> None:
    with part.open("r+b") as out:
        out.truncate(0)


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """One process for each file; the lock ends with the process, however that ends."""
    part.touch()
    try:
        import fcntl
    except ImportError:
        yield  # Windows itself does not let a file go that another process has open
        return
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                tr("{path} is being fetched by another process", path=part),
                asked=str(part),
                mend=tr("wait until it has ended, then run the same again"),
            ) from None
        yield


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
