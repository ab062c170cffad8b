"""Serves a model until it is told to stop, in a process that has loaded nothing else.

    python -m feinschliff.models.serving FD      (a pipe that holds one JSON object: file, options, ready, json)

The command line turns into this process once all is checked: what it had loaded to read its arguments would take a
third of a small model's memory.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.errors import ModelError
from feinschliff.i18n import tr

_MOST = 1 << 16
_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Service:
    """What is served, and what is said when it is ready."""

    file: str
    options: EngineOptions
    ready: str
    """Printed on stdout once requests are answered; `{url}` in it is filled in."""
    as_json: bool = False
    """Whether an error is told as one JSON document."""


def become(service: Service) -> int:
    """Turn this process into the server, or, where processes cannot do that, run it in this one.

    Returns the exit code.
    """
    if os.name == "posix":
        reader, writer = os.pipe()
        os.set_inheritable(reader, True)
        # The key goes through a pipe: arguments of a process are shown to everybody on the machine.
        os.write(writer, json.dumps(asdict(service)).encode())
        os.close(writer)
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # one that comes meanwhile waits for `run`
        os.execv(sys.executable, [sys.executable, "-m", "feinschliff.models.serving", str(reader)])  # noqa: S606
    return run(service)


def run(service: Service) -> int:
    """Serve until SIGINT or SIGTERM. Returns the exit code: 0, or 2 where the model cannot be loaded."""
    stop = threading.Event()
    for number in _ENDING:
        signal.signal(number, lambda *_: stop.set())
    if os.name == "posix":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    try:
        engine = Engine(Path(service.file), service.options)
    except ModelError as error:
        return _fail(error, as_json=service.as_json)
    print(service.ready.replace("{url}", f"{engine.address}/v1"), flush=True)  # noqa: T201 - what the command is for
    while not stop.wait(1.0):  # a wait without an end lets no signal through on Windows
        pass
    engine.close()
    if not service.as_json:
        print(tr("Stopped."), file=sys.stderr)  # noqa: T201
    return 0


def _fail(error: ModelError, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": error.to_dict(), "run": None}, indent=2))  # noqa: T201
        return error.exit_code
    lines = [f"{error.kind}: {error.message}"]
    for label, text in ((tr("asked"), error.asked), (tr("found"), error.found), (tr("mend"), error.mend)):
        lines += [f"  {label} {text}"] if text else []
    print("\n".join(lines), file=sys.stderr)  # noqa: T201
    return error.exit_code


def _read(descriptor: int) -> Service:
    with os.fdopen(descriptor, "rb") as pipe:
        fields: dict[str, Any] = json.loads(pipe.read(_MOST))
    return Service(**{**fields, "options": EngineOptions(**fields["options"])})


if __name__ == "__main__":
    sys.exit(run(_read(int(sys.argv[1]))))
