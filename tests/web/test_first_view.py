"""What a browser reads before the first view is there: as little as can be, over a tunnel to a cluster."""

from __future__ import annotations

import gzip
import re

import pytest
from repository import ROOT

STATIC = ROOT / "tensorboard_plugin_rlboard" / "static"
MOST = 100_000
"""Bytes, gzipped."""
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


def read_with(name: str, found: set[str]) -> set[str]:
    """A file of `chunks/` and all that it cannot start without."""
    if name not in found:
        found.add(name)
        for other in IMPORTED.findall((STATIC / "chunks" / name).read_text(encoding="utf-8")):
            read_with(other, found)
    return found


def test_the_first_view_in_english_is_small() -> None:
    if not (STATIC / "index.js").exists():
        pytest.skip("the frontend is not built: run `npm run build` in frontend")
    found: set[str] = set()
    for start in ("start", "Overview"):
        [path] = (STATIC / "chunks").glob(f"{start}-*.js")
        read_with(path.name, found)
    assert not any(name.startswith(("zh", "Samples", "Tokens", "Dialogs")) for name in found), found
    files = [STATIC / "index.js", *(STATIC / "chunks" / name for name in found)]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in files}
    assert len(sizes) > 4, "the imports were not found"
    assert sum(sizes.values()) <= MOST, sizes
