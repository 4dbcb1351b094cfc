"""The rows of a part as a Parquet file, and what the part says of its columns without a look into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from repository import FIXTURES
from rollout_log import lines, row

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.parts.part import Part
from tensorboard_plugin_rlboard.index.parts.range_builder import build_part
from tensorboard_plugin_rlboard.index.tables.part_queries import PartSource, columns_of

NUMBERS = st.sampled_from([None, 0.0, 1.5, float("nan"), float("inf"), "no number"])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "reward": NUMBERS,
        "ref_reward": NUMBERS,
        "advantage": NUMBERS,
        "loss": NUMBERS,
        "split": st.sampled_from(["train", "eval"]),
        "ref_response": st.sampled_from([None, "", "r"]),
        "note": st.sampled_from([None, "n", 1, True]),
        "response": st.sampled_from(["", "r", None]),
    },
)


def built(content: bytes, parquet: Path) -> Part:
    parquet.unlink(missing_ok=True)
    return build_part(content.splitlines(keepends=True), 0, NATIVE, parquet)


def sources(*parts: tuple[Part, Path], known: bool) -> list[PartSource]:
    """The parts as a table is told of them: as they were built, or as kept ones, of which only the files know."""
    return [PartSource(0, 0, {}, parquet, part.columns if known else None) for part, parquet in parts]


@settings(max_examples=examples(15))
@given(st.lists(st.lists(FIELDS, min_size=1, max_size=4), min_size=1, max_size=3))
def test_columns_are_known_as_the_files_know_them(
    tmp_path_factory: pytest.TempPathFactory, logs: list[list[dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    parts = []
    for number, fields in enumerate(logs):
        parquet = folder / f"known.{number}.parquet"
        part = built(lines(*(row(1, tokens=i % 2, **given) for i, given in enumerate(fields))), parquet)
        assert parquet.exists() == bool(part.samples) == bool(part.columns)
        parts += [(part, parquet)] if part.samples else []
    with duckdb.connect() as cursor:
        kept = columns_of(cursor, sources(*parts, known=False)) if parts else {}
        assert columns_of(cursor, sources(*parts, known=True)) == kept
        one = parts[:1]  # of one part the order is that of its file
        assert not one or list(columns_of(cursor, sources(*one, known=True)).items()) == list(
            columns_of(cursor, sources(*one, known=False)).items()
        )
        # One of which nothing is known, and the files are asked for all.
        mixed = [*sources(*parts[:1], known=False), *sources(*parts[1:], known=True)]
        assert not parts or columns_of(cursor, mixed) == kept


def test_real_rows_have_the_columns_that_are_said(tmp_path: Path) -> None:
    parquet = tmp_path / "rows.parquet"
    content = (FIXTURES / "contract" / "ppo" / "rollouts.rank_0.jsonl").read_bytes()
    part = built(content, parquet)
    assert part.columns is not None
    with duckdb.connect() as cursor:
        rows = cursor.execute(f"SELECT * FROM '{parquet}'")
        names = [str(column[0]) for column in rows.description]
        values = dict(zip(names, zip(*rows.fetchall(), strict=True), strict=True))
    assert list(part.columns) == names
    assert {name: any(value is not None for value in found) for name, found in values.items()} == part.columns
    assert 20 < sum(part.columns.values()) < len(part.columns)


@pytest.mark.parametrize(
    ("samples", "characters", "compression"),
    [(32, 400, "UNCOMPRESSED"), (33, 10, "ZSTD"), (4, 4_000, "UNCOMPRESSED"), (4, 4_200, "ZSTD")],
)
def test_few_short_samples_are_not_compressed(
    tmp_path: Path, samples: int, characters: int, compression: str
) -> None:
    parquet = tmp_path / "rows.parquet"
    part = built(lines(*(row(1, "r" * characters, prompt="p" * 50) for _ in range(samples))), parquet)
    with duckdb.connect() as cursor:
        found = cursor.execute(f"SELECT DISTINCT compression FROM parquet_metadata('{parquet}')").fetchall()
        texts = cursor.execute(f"SELECT length(\"t:response\") FROM '{parquet}'").fetchall()
    assert (part.samples, found) == (samples, [(compression,)])
    assert texts == [(characters,)] * samples
