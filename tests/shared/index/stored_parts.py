"""A part and a manifest as the cache stores them."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST
from tensorboard_plugin_rlboard.index.cache.local_store import (
    CachedRange,
    Manifest,
)
from tensorboard_plugin_rlboard.sources.file_changes import FileState
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint

NAME = "0123456789abcdef" * 2


ENDS = Fingerprint(0, 9, "00ff")


STATE = FileState(9, 8, 7, 6, settled=True, read_to=9, first=ENDS, last=ENDS)


MANIFEST = Manifest("native", STATE, (CachedRange(0, 9, NAME),), "", FORMATS_DIGEST)
