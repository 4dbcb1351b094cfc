"""The source tree that is measured, the machine, and how busy that is otherwise."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(root: Path = ROOT) -> dict[str, str]:
    """For processes that a benchmark starts: they and theirs import the package of a source tree, installed or not."""
    inherited = [path for path in (os.environ.get("PYTHONPATH"),) if path]
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *inherited])}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy_cores(seconds: float = 0.5) -> float:
    """Cores that are busy while this process sleeps; 0 where the system does not say."""

    def busy() -> float:
        numbers = [
            int(x) for x in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
        ]
        return (sum(numbers) - numbers[3] - numbers[4]) / os.sysconf("SC_CLK_TCK")

    if not Path("/proc/stat").exists():
        return 0.0
    before = busy()
    time.sleep(seconds)
    return max(0.0, busy() - before) / seconds


def description() -> dict[str, str]:
    """What the figures were measured on."""
    found = {"system": f"{platform.system()} {platform.machine()}", "cores": str(cores()), "CPU": _cpu()}
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found["memory"] = f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    found["Python"] = platform.python_version()
    for name in ("tensorboard", "duckdb", "numpy", "pysimdjson"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    if hasattr(os, "getloadavg"):
        found["load at start"] = f"{os.getloadavg()[0]:.2f}"
    return found


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or "unknown"
    names = [text.partition(":")[2].strip() for text in info.read_text().splitlines() if "model name" in text]
    return names[0] if names else platform.machine()
