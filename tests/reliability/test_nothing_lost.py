"""The short form of `make reliability`: a few thousand damaged lines, and that its audit notices a loss."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from damage.accounts import Account
from damage.audit import Tally, audit
from damage.damaged_files import DamagedFile, damaged_file
from damage.extremes import try_extremes
from damage.mutations import MUTATIONS
from damage.packings import LINES, ROWS, Packing, as_row
from damage.rounds import audit_rounds
from damage.row_mutations import change_cells
from damage.seed_logs import SeedLog, seed_logs

from tensorboard_plugin_rlboard.sources.compressed.container_rows import container_lines
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind
from tensorboard_plugin_rlboard.sources.local_files import open_regular

LINE = b'{"step": 1, "prompt": "p", "response": "r", "reward": 0.5}'
SEED = SeedLog("formats/native", "a.jsonl", (LINE,))
WRITTEN = DamagedFile("0/a.jsonl", SEED, LINES[0], (LINE, LINE), {0: 0}, {1: "a line cut"})
SAMPLE = (0, "r", 0.5)


def losses(account: Account, written: DamagedFile = WRITTEN) -> list[str]:
    tally = Tally()
    audit(written, account, [[SAMPLE]], tally)
    return tally.losses


def test_every_damaged_line_is_accounted_for() -> None:
    tally = audit_rounds(1_400, seed=1, first_is_whole=True)
    assert tally.losses == []
    assert tally.counts["lines with samples"] > 500
    assert tally.counts["lines named as a problem"] > 100
    assert set(tally.mutations) >= set(MUTATIONS)


def test_a_lost_line_is_noticed() -> None:
    assert losses(Account(format="native", samples={1: [SAMPLE], 2: [SAMPLE]})) == []
    lost = losses(Account(format="native", samples={1: [SAMPLE]}, is_read=True))
    assert ["line 2 (a line cut) has neither sample nor problem" in loss for loss in lost] == [True]


def test_a_line_that_is_indexed_twice_is_noticed() -> None:
    twice = losses(Account(format="native", samples={1: [SAMPLE], 2: [SAMPLE, SAMPLE]}))
    assert ["indexed twice" in loss for loss in twice] == [True]


def test_an_undamaged_line_that_reads_otherwise_is_noticed() -> None:
    other = losses(Account(format="native", samples={1: [(0, "r", 0.25)], 2: [SAMPLE]}))
    assert ["reads otherwise than alone" in loss for loss in other] == [True]


def test_rows_that_a_broken_archive_lacks_are_noticed() -> None:
    broken = DamagedFile("0/a.jsonl.gz", SEED, LINES[1], (LINE, LINE), {0: 0, 1: 0}, broken="cut")
    lost = Account(format="native", samples={1: [SAMPLE]}, is_read=True)
    assert losses(lost, broken) == ["0/a.jsonl.gz (gzip, cut): 1 lines are gone without a word"]
    said = Account(
        format="native", samples={1: [SAMPLE]}, problems={0: Counter(damaged_archive=1)}, is_read=True
    )
    assert losses(said, broken) == []
    other = Account(format="native", samples={1: [SAMPLE], 2: [(0, "s", 0.5)]}, is_read=True)
    assert losses(other, broken) == ["0/a.jsonl.gz (gzip, cut): line 2 reads otherwise, without a word"]


def test_a_file_that_nobody_speaks_of_is_noticed() -> None:
    assert losses(Account()) == ["0/a.jsonl (lines): neither read nor named"]
    assert losses(Account(reason="It is empty.")) == []


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    seed = seed_logs()[0]
    temporary = [
        damaged_file(random.Random(7), seed, number, tmp_path, first_is_whole=True).lines for number in (1, 2)
    ]
    assert temporary[0] == temporary[1]


@pytest.mark.parametrize("name", MUTATIONS)
def test_damage_stays_within_its_line(name: str) -> None:
    assert isinstance(json.loads(LINE), dict)
    assert all(b"\n" not in MUTATIONS[name](random.Random(seed), LINE) for seed in range(50))


@pytest.mark.parametrize("packing", ROWS, ids=lambda packing: packing.name)
def test_a_container_holds_every_row(packing: Packing, tmp_path: Path) -> None:
    seed = next(seed for seed in seed_logs() if packing in seed.packings)
    (tmp_path / f"a{packing.suffix}").write_bytes(packing.pack(seed.lines))
    kind = file_kind(str(tmp_path / f"a{packing.suffix}"))
    rows = list(container_lines(str(tmp_path / f"a{packing.suffix}"), kind, open_regular))
    assert b"".join(rows).count(b"\n") == len(seed.lines)


def test_other_values_in_a_table_are_of_their_types() -> None:
    kinds = {"step": int, "prompt": str, "response": str, "reward": float}
    for seed in range(100):
        row = as_row(change_cells(random.Random(seed), LINE))
        assert row is not None
        assert all(value is None or isinstance(value, kinds[name]) for name, value in row.items())


def test_lines_at_the_ends_of_what_there_is_are_accounted_for() -> None:
    told, failures = try_extremes(1)
    assert failures == []
    became = dict(told)
    assert became["3,000 tokens"] == became["CRLF"] == became["a step that is -1"] == "a sample"
    assert became["objects 10,000 deep"] == "`bad_json`"
    assert became["a lone surrogate"] == "a sample with `lone_surrogate`"
    assert became["a step that is NaN"] == "a sample with `no_step`"
