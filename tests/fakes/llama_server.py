"""llama.cpp's server with a house model as a process of its own, as a user would start it.

python -m tests.fakes.llama_server MODEL KEY      (its URL is the first line)
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xllamacpp

from feinschliff.models.house import house_path

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def llama_server(model: str = "house-1", *, key: str = "geheim") -> Iterator[str]:
    """The base URL of a running server that wants this key; its model is called `house`."""
    command = [sys.executable, "-m", "tests.fakes.llama_server", model, key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def main() -> None:
    """Serve until killed, with metrics, and so that answers do not depend on the load (design/embedded.md)."""
    params = xllamacpp.CommonParams()
    params.model.path = str(house_path(sys.argv[1]))
    params.model_alias = {"house"}
    params.port = 0
    params.n_parallel = 4
    params.n_ctx = 4 * 1024
    params.api_keys = [sys.argv[2]]
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.kv_unified = False
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cache_prompt = False
    params.endpoint_metrics = True
    params.warmup = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
