"""Addresses of annotations: where the lines lie that were logged of a trace later. Reads the lines at some of them.

A sample's row keeps the addresses of the annotations that are in it, as one text: `file:offset:length`, one behind the
other in the order in which they count. So whoever opens the sample reads the very lines that the index has read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import md5

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.rows.sample_reader import parse_line
from tensorboard_plugin_rlboard.formats.rows.trace_annotations import is_annotation
from tensorboard_plugin_rlboard.sources.reader import open_file


def trace_key(trace_id: str) -> int:
    """The key of a trace: 64 bits of a digest of its id, as `column_names.TRACE_KEY` has it."""
    digest = md5(f"trace:{trace_id}".encode("utf-8", "replace"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


def read_annotations(paths: Mapping[int, str], addresses: Iterable[str]) -> dict[str, list[Row]]:
    """Reads the lines at some addresses.

    Args:
        paths: number of a file -> its path.
        addresses: texts as rows have them.

    Returns:
        Id of a trace -> its annotations, in the order in which they count. A line that is no annotation any more is
        left out: its file was rewritten, and the next scan says so.

    Raises:
        OSError: a file cannot be read.
    """
    wanted = [tuple(map(int, one.split(":"))) for listed in addresses for one in listed.split()]
    lines: dict[tuple[int, ...], Row] = {}
    for number in sorted({one[0] for one in wanted}):
        if number not in paths:
            continue
        with open_file(paths[number]) as file:
            for address in sorted({one for one in wanted if one[0] == number}):
                file.seek(address[1])
                row = parse_line(file.read(address[2]))
                if row is not None and is_annotation(row):
                    lines[address] = row
    found: dict[str, list[Row]] = {}
    for address in wanted:
        if address in lines:
            found.setdefault(str(lines[address]["trace_id"]), []).append(lines[address])
    return found
