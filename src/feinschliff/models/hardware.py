"""What this machine has: processors, memory (as far as this process may use it), graphics cards, disk."""

from __future__ import annotations

import csv
import io
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from feinschliff.models.gpus import Gpu, apple_gpu, find_gpu

_SMI_S = 10.0
_PROBE_BYTES = 1 << 26
_UNLIMITED = 1 << 60


@dataclass(frozen=True)
class Machine:
    """Where a model is to run."""

    processors: int
    """Usable by this process, whole ones."""
    processor: str
    memory_bytes: int | None
    """Main memory that this process may use: the container's limit where it is lower than what is built in."""
    memory_free_bytes: int | None
    gpus: tuple[Gpu, ...]
    disk_free_bytes: int
    """In the user's data folder, where fetched models lie."""

    @property
    def room_bytes(self) -> int | None:
        """Main memory that a model can take: what is free, or, where the system does not tell, three quarters."""
        if self.memory_free_bytes is not None:
            return self.memory_free_bytes
        return None if self.memory_bytes is None else self.memory_bytes * 3 // 4


def this_machine() -> Machine:
    """Look at everything."""
    whole, free = usable_memory()
    return Machine(processors(), processor_name(), whole, free, tuple(graphics(whole)), disk_free())


def processors() -> int:
    """Processors that this process may use: those it is bound to, and no more than its container's share."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for folder in _control_groups():
        quota, _, period = _read(folder / "cpu.max").partition(" ")
        if quota.isdigit() and period.strip().isdigit():
            count = min(count, max(1, round(int(quota) / int(period))))
    return count


def processor_name() -> str:
    """As the system writes it."""
    for line in _read(Path("/proc/cpuinfo")).splitlines():
        if line.lower().startswith("model name"):
            return line.partition(":")[2].strip()
    return _apple_name() or platform.processor() or platform.machine()


def memory() -> tuple[int | None, int | None]:
    """(all, free) bytes of memory that are built in; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
        return sizes["MemTotal"], sizes.get("MemAvailable")
    except (OSError, KeyError, ValueError, IndexError):
        pass
    if os.name == "nt":
        return _windows_memory()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), None
    except (ValueError, OSError):
        return None, None


def usable_memory(root: Path = Path("/sys/fs/cgroup"), *, own: str | None = None) -> tuple[int | None, int | None]:
    """(all, free) bytes of memory that this process may use, within the limits of its control groups.

    `root` and `own` (the text of `/proc/self/cgroup`) are there for tests.
    """
    whole, free = memory()
    for folder in _control_groups(root, own):
        for limit_name, used_name in (("memory.max", "memory.current"), _VERSION_1):
            limit, used = _number(folder / limit_name), _number(folder / used_name)
            if limit is None or limit >= _UNLIMITED:
                continue
            whole = limit if whole is None else min(whole, limit)
            # What the group holds of files can be given back at once, so it is no use of memory.
            left = max(0, limit - max(0, (used or 0) - _cached(folder)))
            free = left if free is None else min(free, left)
    return whole, free


def graphics(memory_bytes: int | None) -> Iterator[Gpu]:
    """NVIDIA cards by `nvidia-smi`, and Apple's, which shares the main memory."""
    yield from _nvidia()
    if name := _apple_name():
        yield apple_gpu(name, memory_bytes or 0)


def disk_free(folder: Path | None = None) -> int:
    """Bytes free where the user's data lie."""
    folder = Path(platformdirs.user_data_path("feinschliff")) if folder is None else folder
    return shutil.disk_usage(next(f for f in (folder, *folder.parents) if f.exists())).free


def bandwidth(threads: int) -> float:
    """Bytes per second that the processors read from main memory together, measured in some 0.2 s."""
    import numpy as np

    data = np.ones(_PROBE_BYTES // 8)
    parts = np.array_split(data, max(1, threads))
    best = 0.0
    with ThreadPoolExecutor(len(parts)) as pool:
        ends = time.perf_counter() + 0.2
        while best == 0.0 or time.perf_counter() < ends:
            started = time.perf_counter()
            list(pool.map(np.max, parts))
            best = max(best, data.nbytes / (time.perf_counter() - started))
    return best


_VERSION_1 = ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")


def _control_groups(root: Path = Path("/sys/fs/cgroup"), own: str | None = None) -> Iterator[Path]:
    """This process's control group and those above it; in a container mostly the root alone is to be seen."""
    text = _read(Path("/proc/self/cgroup")) if own is None else own
    path = next((line.split("::", 1)[1] for line in text.splitlines() if line.startswith("0::")), "/")
    folder = root / path.strip().lstrip("/")
    yield from (f for f in (folder, *folder.parents) if f == root or f.is_relative_to(root))


def _cached(folder: Path) -> int:
    for line in _read(folder / "memory.stat").splitlines():
        name, _, value = line.partition(" ")
        if name == "inactive_file" and value.strip().isdigit():
            return int(value)
    return 0


def _number(path: Path) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isdigit() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _nvidia() -> Iterator[Gpu]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return
    command = [program, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SMI_S, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return
    for row in csv.reader(io.StringIO(done.stdout), skipinitialspace=True):
        if len(row) == 3 and row[1].strip().isdigit() and row[2].strip().isdigit():
            known = find_gpu(row[0], memory_bytes=int(row[1]) << 20)
            rate = None if known is None else known.bandwidth
            yield Gpu(row[0].strip(), int(row[1]) << 20, rate, free_bytes=int(row[2]) << 20)


def _apple_name() -> str | None:
    """`Apple M2 Pro`; None on other machines."""
    if platform.system() != "Darwin" or platform.machine() != "arm64":
        return None
    try:
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SMI_S, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _windows_memory() -> tuple[int | None, int | None]:
    import ctypes

    class Status(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("all", "free", "page", "page_free", "own", "own_free", "more")),
        )

    status = Status(length=ctypes.sizeof(Status))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - only Windows has it
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None, None
    return status.all, status.free
