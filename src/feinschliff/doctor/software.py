"""Python, the packages that Feinschliff needs, its extras, and torch."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from feinschliff import __version__
from feinschliff.doctor.checks import Check
from feinschliff.i18n import tr

_TORCH_S = 60.0
_TORCH = """
import json, torch
gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
mps = bool(getattr(torch.backends, "mps", None)) and torch.backends.mps.is_available()
print(json.dumps({"version": torch.__version__, "gpus": gpus, "apple_gpu": mps, "threads": torch.get_num_threads()}))
"""
_TOOLS = {"docs", "lint", "serving", "test"}
"""Extras for those who work on Feinschliff itself."""


def checks() -> Iterator[Check]:
    """Versions, and what is installed."""
    found = f"Feinschliff {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    facts = {"feinschliff": __version__, "python": platform.python_version(), "platform": platform.platform()}
    yield Check("python", tr("program"), "ok", found, facts={**facts, "executable": sys.executable})
    wants = _requirements()
    yield _packages([want for want in wants if want.extra is None])
    for extra in sorted({want.extra for want in wants if want.extra is not None} - _TOOLS):
        yield _extra(extra, [want for want in wants if want.extra == extra])
    yield _torch()


def purpose(extra: str) -> str:
    """What an extra is for; empty for one that is not known."""
    return {
        "embedding": tr("similarity by meaning with a model of one's own"),
        "parquet": tr("Parquet files"),
        "postgres": tr("a store on a PostgreSQL server"),
        "samplers": tr("the samplers tpe and bayes_opt"),
        "sentiment": tr("the sentiment scorer"),
        "train": tr("training, and scorers that run a model with torch"),
    }.get(extra, "")


@dataclass(frozen=True)
class _Requirement:
    """One dependency as the package's metadata names it."""

    name: str
    least: tuple[int, ...]
    """Smallest version."""
    extra: str | None
    always: bool
    """False where a marker limits it to some systems."""

    @property
    def installed(self) -> str | None:
        """The version that is there."""
        try:
            return importlib.metadata.version(self.name)
        except importlib.metadata.PackageNotFoundError:
            return None

    @property
    def is_met(self) -> bool:
        version = self.installed
        return version is not None and _numbers(version) >= self.least


def _requirements() -> list[_Requirement]:
    try:
        lines = importlib.metadata.requires("feinschliff") or []
    except importlib.metadata.PackageNotFoundError:
        return []  # started from a folder
    return [_parse(line) for line in lines]


def _parse(line: str) -> _Requirement:
    """`psycopg[binary]>=3.2; extra == "postgres"` in parts."""
    what, _, marker = line.partition(";")
    name = re.match(r"[\w.-]+", what)
    least = re.search(r">=\s*([\d.]+)", what)
    extra = re.search(r"""extra\s*==\s*['"]([\w-]+)['"]""", marker)
    return _Requirement(
        name=name[0] if name else what,
        least=_numbers(least[1]) if least else (),
        extra=extra[1] if extra else None,
        always=not re.sub(r"""\(?\s*extra\s*==\s*['"][\w-]+['"]\s*\)?""", "", marker).strip(),
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3])


def _packages(wants: list[_Requirement]) -> Check:
    title = tr("packages")
    lacking = [want.name for want in wants if not want.is_met and (want.always or want.installed)]
    facts = {want.name: want.installed for want in wants}
    if lacking:
        found = tr("missing or too old: {names}", names=", ".join(lacking))
        return Check("packages", title, "broken", found, "pip install --upgrade feinschliff", True, facts)
    return Check("packages", title, "ok", tr("{n} there, all new enough", n=len(facts)), facts=facts)


def _extra(extra: str, wants: list[_Requirement]) -> Check:
    name, title, what = f"extra.{extra}", tr("extra {extra}", extra=extra), purpose(extra)
    lacking = [want.name for want in wants if not want.is_met and (want.always or want.installed)]
    facts = {want.name: want.installed for want in wants}
    if lacking:
        return Check(
            name,
            title,
            "missing",
            tr("not installed ({names}); for {purpose}", names=", ".join(lacking), purpose=what),
            f"pip install 'feinschliff[{extra}]'",
            facts=facts,
        )
    return Check(name, title, "ok", tr("installed; for {purpose}", purpose=what), facts=facts)


def _torch() -> Check:
    """Asked in a process of its own: a torch that does not fit the machine can take the process with it."""
    title = "torch"
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return Check("torch", title, "missing", tr("not installed; only training needs it"))
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and a text of ours
            [sys.executable, "-c", _TORCH], capture_output=True, text=True, timeout=_TORCH_S, check=False
        )
        facts = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        found = tr("version {version} is installed, and cannot be imported", version=version)
        return Check("torch", title, "broken", found, tr("install it anew for this machine"))
    device = ", ".join(facts["gpus"]) or ("Apple GPU" if facts["apple_gpu"] else tr("no GPU: training runs on the CPU"))
    return Check("torch", title, "ok", f"{facts['version']}, {device}", facts=facts)
