"""Every benchmark in turn, as `make bench` runs them. Leave the machine alone meanwhile: they are wall-clock times."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("index_speed.py", "first_heatmap.py")


def main() -> None:
    """Runs each benchmark with its defaults."""
    for name in BENCHMARKS:
        print(f"\n{name}\n", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).parent / name)], check=True)


if __name__ == "__main__":
    main()
