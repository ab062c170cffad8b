"""What a model really takes: loaded by the embedded engine in a process of its own, and looked at from inside.

    python -m feinschliff.models.measuring MODEL.gguf '{"slots": 1, "context_tokens": 4096, "kv": "f16"}'

prints one JSON object per step (`loaded`, `answered`, `full`); what llama.cpp says that it allocates goes to stderr.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feinschliff.endpoints.engine import Engine, EngineOptions
from feinschliff.endpoints.gguf import read_header
from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.sizes import MIB

_FIRST_TOKENS = 16
_SPARED = 8
"""Tokens of a slot's context that are left for what the server adds."""
_PATIENCE_S = 900.0
_BUFFERS = {
    "kv": r"llama_kv_cache: +\S+ +KV buffer size = +([\d.]+) MiB",
    "state": r"llama_memory_recurrent: +\S+ +RS buffer size = +([\d.]+) MiB",
    "compute": r"sched_reserve: +\S+ +compute buffer size = +([\d.]+) MiB",
    "weights": r"load_tensors: +\S+ +model buffer size = +([\d.]+) MiB",
}


@dataclass(frozen=True)
class Measured:
    """Bytes that a process with the model held."""

    loaded: int
    """Before the first question; a mapped file's weights may not have been read yet."""
    answered: int
    """After a short answer, for which all weights were read."""
    full: int | None
    """Most, with every slot's context full; None where that would have taken too long."""
    told: dict[str, int]
    """What llama.cpp says that it allocates: `kv`, `state`, `compute`, `weights`, as exact as it prints them."""


def measure(file: Path, *, slots: int, context_tokens: int, kv: str, fill_s: float = 60.0) -> Measured:
    """Load a model in a process of its own, ask it, and fill its context if that takes at most about `fill_s` seconds.

    Raises: ModelError where llama.cpp cannot load it, or this system does not tell a process's memory.
    """
    options = json.dumps({"slots": slots, "context_tokens": context_tokens, "kv": kv, "fill_s": fill_s})
    done, steps = _run(file, options)
    if not {"error", "answered"} & steps.keys():
        # On a machine with much other work two of some 500 such processes ended without a word; nobody knows why yet.
        done, steps = _run(file, options)
    if "error" in steps:
        raise _failed(file, _reason(done.stderr) or str(steps["error"]))
    if "answered" not in steps:
        last = (done.stderr.strip().splitlines() or [""])[-1][-300:]
        raise _failed(file, tr("it ended with code {code} {words}", code=done.returncode, words=last).strip())
    return Measured(int(steps["loaded"]), int(steps["answered"]), steps.get("full"), allocations(done.stderr))


def _run(file: Path, options: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """The process, ended, and what it told. Raises: ModelError where it does not end."""
    command = [sys.executable, "-m", "feinschliff.models.measuring", str(file), options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a path
            command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise _failed(file, tr("no answer in {START_S:.0f} s", START_S=_PATIENCE_S)) from None
    steps: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            steps |= json.loads(line)
    return done, steps


def allocations(log: str) -> dict[str, int]:
    """Bytes that llama.cpp's log tells of, by what they are for; it prints MiB with two decimals."""
    found = {name: re.findall(pattern, log) for name, pattern in _BUFFERS.items()}
    return {name: round(sum(map(float, sizes)) * MIB) for name, sizes in found.items() if sizes}


def resident_bytes() -> int | None:
    """Main memory that this process holds; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
    except (OSError, StopIteration):
        pass
    try:
        command = ["/bin/ps", "-o", "rss=", "-p", str(os.getpid())]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10.0)  # noqa: S603
        return int(done.stdout) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _reason(log: str) -> str:
    """The first thing that llama.cpp's log calls an error."""
    errors = [line.split(" E ", 1)[1].strip() for line in log.splitlines() if " E " in line]
    return errors[0][:300] if errors else ""


def _failed(file: Path, found: str) -> ModelError:
    return ModelError(
        tr("{file} could not be loaded and measured", file=file),
        asked="--measure",
        found=found,
        mend=tr("look whether there is enough memory; without --measure nothing is loaded"),
    )


def main(file: Path, options: dict[str, Any]) -> None:
    """Load, ask, fill; a line of JSON after each step."""
    if resident_bytes() is None:
        _tell(error="this system does not tell how much memory a process holds")
        return
    fill_s = options.pop("fill_s")
    settings = EngineOptions("model", None, verbosity=4, **options)
    try:
        engine = Engine(file, settings, read_header(file))
    except ModelError as error:
        _tell(error=error.found or error.message)
        return
    _tell(loaded=resident_bytes())
    first_s = _ask(engine.address, _FIRST_TOKENS)
    _tell(answered=resident_bytes())
    length = options["context_tokens"] - _SPARED
    if first_s / _FIRST_TOKENS * length * settings.slots <= fill_s:
        _tell(full=_fill(engine.address, settings.slots, length))


def _fill(address: str, slots: int, length: int) -> int:
    """Most that the process holds while every slot works on a prompt as long as its context."""
    threads = [threading.Thread(target=_ask, args=(address, length), daemon=True) for _ in range(slots)]
    for thread in threads:
        thread.start()
    most = 0
    while any(thread.is_alive() for thread in threads):
        most = max(most, resident_bytes() or 0)
        time.sleep(0.02)
    return max(most, resident_bytes() or 0)


def _ask(address: str, tokens: int) -> float:
    """Seconds for a prompt of so many tokens and an answer of one."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=_PATIENCE_S)
    started = time.perf_counter()
    try:
        prompt = [7 + n % 89 for n in range(max(1, tokens))]
        connection.request("POST", "/completion", json.dumps({"prompt": prompt, "n_predict": 1, "cache_prompt": False}))
        connection.getresponse().read()
    finally:
        connection.close()
    return time.perf_counter() - started


def _tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201 - read by the process that started this one


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
    os._exit(0)
