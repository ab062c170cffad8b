"""`transformers serve` in a process of its own, with a model's folder."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_PATIENCE_S = 120.0
_MAIN = "import sys; from transformers.cli.transformers import main; sys.exit(main())"


@contextlib.contextmanager
def transformers_server(folder: Path, logs: Path, *, cache: Path) -> Iterator[str]:
    """Its base URL, once it answers; `cache`: the Hugging Face cache whose models it lists."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", _MAIN, "serve", str(folder), "--port", str(port), "--host", "127.0.0.1"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    log = logs / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--device", "cpu"], stdout=out, stderr=out, env=environment)
        try:
            _await(process, f"http://127.0.0.1:{port}/health", log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:
            if response.status == 200:
                return
        time.sleep(0.25)
    raise AssertionError(f"no answer in {_PATIENCE_S} s: {log.read_text(errors='replace')[-3000:]}")
