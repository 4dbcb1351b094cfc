"""Tells the offline archive of a Comet experiment: a zip archive of what was logged, under names that say nothing.

Written by `OfflineExperiment.end` (comet_ml 3.58.8): `experiment.json`, `messages.json` and one file `tmp…` for each table
and other asset, in any order.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.kinds.head import Head

_UNPACK = (
    "import json,sys,zipfile; from pathlib import Path; z=zipfile.ZipFile(sys.argv[1]); "
    '[(d.mkdir(parents=True,exist_ok=True), (d/(Path(f).name+"_"+Path(a["fileName"]).name)).write_bytes(z.read(f))) '
    'for m in map(json.loads,z.open("messages.json")) if m["type"]=="file_upload" '
    'for f,a in [(m["payload"]["file_path"],m["payload"]["additional_params"])] '
    'for d in [Path(sys.argv[2],Path("step_%s"%a.get("step")).name)]]'
)
"""Writes each file that was logged under its own name into a folder of its step. (What is unpacked as it is has most files
twice, under names that say nothing, and no steps.)"""
COMET_ARCHIVE = (
    "It is the offline archive of a Comet experiment; the tables in it are read once they are written into a folder, with "
    f"python -c '{_UNPACK}' FILE FOLDER."
)
_FIRST_MEMBER = re.compile(rb"PK\x03\x04.{26}(?:tmp|experiment\.json|messages\.json)", re.DOTALL)
_DIRECTORY_BYTES = 64 * 1024
"""Bytes before the end that are looked at where the archive is longer than its head: its directory, or the end of that."""


def is_comet_archive(head: Head) -> bool:
    """Whether a file is such an archive; only of a zip archive that may be one more than its head is read."""
    if _FIRST_MEMBER.match(head.data) is None:
        return False
    directory = head.data
    if not head.is_whole:
        if head.rest is None or not head.rest.seekable():
            return False
        end = head.rest.seek(0, os.SEEK_END)
        head.rest.seek(max(0, end - _DIRECTORY_BYTES))
        directory = head.rest.read(_DIRECTORY_BYTES)
    return b"experiment.json" in directory and b"messages.json" in directory
