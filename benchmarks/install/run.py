"""What an install takes: its size on disk, and a wheel for everything on every platform and Python that we name.

python -m benchmarks.install.run --out benchmarks/install/results.json      (needs uv: pip install uv)
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BAR_MB = 500
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux Arm": "aarch64-manylinux_2_28",
    "macOS Arm": "aarch64-apple-darwin",
    "macOS Intel": "x86_64-apple-darwin",
    "Windows": "x86_64-pc-windows-msvc",
}
TOOLS = ("docs", "lint", "test")
"""Extras for those who work on Feinschliff itself: not checked."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", choices=("size", "wheels"))
    options = parser.parse_args()
    result: dict[str, Any] = {"bar_mb": BAR_MB}
    if options.only != "wheels":
        result["size"] = size()
    if options.only != "size":
        result["wheels"] = wheels()
    print(json.dumps(result, indent=2))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def size() -> dict[str, Any]:
    """Megabytes (10^6 bytes) that a base install takes in a new environment, as blocks on disk."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python"
        run = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        site = Path(subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip())
        before = on_disk(site.rglob("*"))
        subprocess.run([str(python), "-m", "pip", "install", "-q", str(ROOT)], check=True)
        subprocess.run([str(python), "-m", "feinschliff", "--version"], check=True, stdout=subprocess.DEVNULL)
        packages = {
            dist.name: on_disk(Path(str(dist.locate_file(file))) for file in dist.files or [])
            for dist in importlib.metadata.distributions(path=[str(site)])
        }
        total = on_disk(site.rglob("*")) - before
    largest = sorted(packages.items(), key=lambda pair: -pair[1])
    return {
        "python": ".".join(map(str, sys.version_info[:2])),
        "total_mb": total / 1e6,
        "held": total <= BAR_MB * 1e6,
        "packages": len(packages),
        "largest_mb": {name: round(taken / 1e6, 1) for name, taken in largest[:12]},
    }


def on_disk(paths: Iterable[Path]) -> int:
    """Bytes of the blocks that these files take (compiled files are listed by pip as well)."""
    return sum(
        getattr(path.stat(), "st_blocks", -(-path.stat().st_size // 512)) * 512 for path in paths if path.is_file()
    )


def wheels() -> list[dict[str, Any]]:
    """For each platform and Python: what is missing from the base, and from each extra (empty: a wheel for all)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name: wants for name, wants in project["optional-dependencies"].items() if name not in TOOLS}
    rows = []
    for name, platform in PLATFORMS.items():
        for python in PYTHONS:
            row = {"platform": name, "python": python, "base": missing(project["dependencies"], platform, python)}
            row["extras"] = {extra: missing(wants, platform, python) for extra, wants in extras.items()}
            rows.append(row)
            print(json.dumps(row), file=sys.stderr)
    return rows


def missing(wants: list[str], platform: str, python: str) -> list[str]:
    """The requirements that cannot be installed from wheels alone."""
    if resolves(wants, platform, python):
        return []
    alone = [want for want in wants if not resolves([want], platform, python)]
    return alone or ["no versions that fit together"]


def resolves(wants: list[str], platform: str, python: str) -> bool:
    """Whether wheels exist for these requirements and all that they need, for the platform and not for this one."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.in"
        file.write_text("\n".join(wants), encoding="utf-8")
        command = [uv, "pip", "compile", "--quiet", str(file), "--only-binary", ":all:"]
        command += ["--python-platform", platform, "--python-version", python]
        environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode and not re.search(r"no (usable )?wheels|No solution", done.stderr):
        raise RuntimeError(done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    main()
