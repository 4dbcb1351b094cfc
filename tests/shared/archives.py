"""Archives of logs, and what the index reads of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from tensorboard_plugin_rlboard.board.board import Board
try:
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    zstd = pytest.importorskip("backports.zstd", reason="backports.zstd comes with the extra zstd")
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstd.compress}


both = pytest.mark.parametrize("suffix", [".gz", ".zst"])


def line(step: int, **more: Any) -> bytes:
    row = {"step": step, "prompt": "p", "response": f"answer {step}", "reward": step / 2, **more}
    return json.dumps(row).encode() + b"\n"


def lines(*steps: int) -> bytes:
    return b"".join(map(line, steps))


def steps(board: Board, run: str = ".") -> list[Any]:
    return list(board.samples(Selection(run), TextRules(), columns=["step"], limit=500).columns["step"])


def problems(board: Board) -> list[tuple[str, str]]:
    found = board.problems(".", 0, 100).columns
    return list(zip(found.kind, found.reason, strict=True))


def spooled(spool: UnpackCache) -> list[Path]:
    return [] if spool._home is None else sorted(Path(spool._home.name).iterdir())
