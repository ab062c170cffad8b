"""The embedded engine, really started, and the models that ship with the package."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from feinschliff.build import Endpoint
from feinschliff.doctor.asking import Counter, short_requests
from feinschliff.doctor.checks import Check
from feinschliff.endpoints.embedded import EmbeddedEndpoint, file_digest
from feinschliff.errors import FeinschliffError, ModelError
from feinschliff.i18n import tr
from feinschliff.models.house import HOUSE_NAME, house_card, house_models, house_path

_ANSWERS = 16
_TOKENS = 24
_MOST_S = 120.0


def checks(endpoint: Endpoint, *, needed: bool) -> Iterator[Check]:
    """The engine with the file that is meant, then every shipped model."""
    assert endpoint.file is not None
    yield check_engine(endpoint.file, needed=needed)
    for name in house_models():
        yield check_model(name, needed=needed and name == HOUSE_NAME and endpoint.model is None)


def check_engine(file: Path, *, needed: bool) -> Check:
    """Start it in a process of its own and let it write: where it does not fit the processor, it takes that with it."""
    name, title = "engine", tr("embedded engine")
    command = [sys.executable, "-m", "feinschliff.doctor.engine", str(file)]
    other = tr("use a server with --endpoint URL, or install xllamacpp anew")
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a path
            command, capture_output=True, text=True, timeout=_MOST_S, check=False
        )
        facts = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        found = tr("it did not answer within {seconds} seconds", seconds=int(_MOST_S))
        return Check(name, title, "broken", found, other, needed)
    except (ValueError, IndexError):
        last = (done.stderr.strip().splitlines() or [""])[-1][:200]
        found = tr("it ended with code {code} {words}", code=done.returncode, words=last).strip()
        return Check(name, title, "broken", found, other, needed)
    if "error" in facts:
        return Check(name, title, "broken", facts["error"], facts["mend"] or other, needed)
    found = tr(
        "llama.cpp started in {start:.2f} s and wrote {speed:.0f} tokens per second ({model})",
        start=facts["start_s"],
        speed=facts["tokens_per_s"],
        model=facts["model"],
    )
    return Check(name, title, "ok", found, None, needed, facts)


def check_model(name: str, *, needed: bool) -> Check:
    """Is the file the one that its card speaks of?"""
    title = tr("model {name}", name=name)
    reinstall = tr("install Feinschliff anew")
    try:
        card, path = house_card(name), house_path(name)
        digest = file_digest(path)
    except (OSError, ValueError, KeyError) as error:
        return Check(f"model.{name}", title, "broken", f"{type(error).__name__}: {error}", reinstall, needed)
    facts = {"sha256": digest, "bytes": path.stat().st_size, "path": str(path)}
    if digest != card.get("sha256"):
        found = tr("the file is not the one of its card (SHA-256 {found}...)", found=digest[:12])
        return Check(f"model.{name}", title, "broken", found, reinstall, needed, facts)
    found = tr("{size:.1f} MB, its hash as on its card", size=path.stat().st_size / 1e6)
    return Check(f"model.{name}", title, "ok", found, None, needed, facts)


def measure(file: Path) -> dict[str, str | float | None]:
    """Start the engine on a file and let it write some short answers."""
    started = time.perf_counter()
    try:
        with EmbeddedEndpoint(file) as engine:
            ready = time.perf_counter()
            count = Counter()
            model = engine.models()[0].name
            engine.send(short_requests(engine, model, _ANSWERS, _TOKENS), gate=count, sink=count.take)
            seconds = time.perf_counter() - ready
    except FeinschliffError as error:
        return {"error": str(error.message), "mend": error.mend}
    if not count.tokens:
        failed = ModelError(tr("it wrote nothing: {reason}", reason=count.failure))
        return {"error": failed.message, "mend": None}
    return {
        "model": model,
        "start_s": round(ready - started, 3),
        "tokens": count.tokens,
        "tokens_per_s": round(count.tokens / seconds, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))  # noqa: T201 - read by the process that started this one
