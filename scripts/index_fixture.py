"""Writes tests/fixtures/index_version_N anew: the index of its logs as the present version of parts and manifests has it.

    python scripts/index_fixture.py

To be run where `index.cache.manifest.VERSION` changes (after `git mv` of the logs into the folder of the new number), or
what the parts of these logs hold. Ranges, times and places of the logs stay those of the index of version 3, which was
written by `rlboard index --beside` and by TensorBoard and stays as it is, to be an index that is too old.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from pathlib import Path

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION, part_facts
from tensorboard_plugin_rlboard.index.cache.part_store import digest_of, facts_file, rows_file
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder, build_range

FIXTURES = Path(__file__).resolve().parent.parent / "tests" / "fixtures"
OLD = FIXTURES / "index_version_3" / "index"
NEW = FIXTURES / f"index_version_{VERSION}"
NAMES = ("a.jsonl", "b.jsonl.gz")


def main() -> None:
    """Builds every range of the old manifests again and writes parts, manifests and heads."""
    index = NEW / "index"
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir(parents=True)
    shutil.copy(OLD / "place", index / "place")
    written: dict[tuple[str, int, int], str] = {}
    for path in sorted((OLD / "files-3").glob("*/*.json")):
        facts = json.loads(path.read_bytes())
        name = NAMES[facts["state"]["packed"] >= 0]
        for cached in facts["ranges"]:
            at = (name, cached[0], cached[1])
            cached[2] = written[at] = written.get(at) or _write_part(index, *at)
        target = index / f"files-{VERSION}" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(json.dumps(facts | {"version": VERSION}).encode())
    shutil.copytree(OLD / "heads-3", index / f"heads-{VERSION}")


def _write_part(index: Path, name: str, offset: int, length: int) -> str:
    """Builds one range of a log, writes its part and returns its name."""
    log = NEW / "logs" / "run" / name
    content = gzip.decompress(log.read_bytes()) if log.suffix == ".gz" else log.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.parquet"
        order = RangeOrder(str(log), offset, length, NATIVE)
        facts = part_facts(NATIVE, build_range(order, rows, content[offset : offset + length]))
        part = digest_of(facts, rows.read_bytes())
        (index / facts_file(part)).parent.mkdir(parents=True, exist_ok=True)
        (index / facts_file(part)).write_bytes(facts)
        shutil.copy(rows, index / rows_file(part))
    return part


if __name__ == "__main__":
    main()
