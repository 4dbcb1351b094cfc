"""The short form of `make reliability`: a few thousand damaged lines, and that its audit notices a loss."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from accounts import Account
from mutations import MUTATIONS
from nothing_lost import DamagedFile, Tally, audit, damaged_file, lose_nothing
from seed_logs import SeedLog, seed_logs

LINE = b'{"step": 1, "prompt": "p", "response": "r", "reward": 0.5}'
SEED = SeedLog("formats/native", "a.jsonl", (LINE,))
WRITTEN = DamagedFile("0/a.jsonl", SEED, (LINE, LINE), {0: 0}, {1: "a line cut"}, is_torn=False)
SAMPLE = (0, "r", 0.5)


def losses(account: Account) -> list[str]:
    tally = Tally()
    audit(WRITTEN, account, [[SAMPLE]], tally)
    return tally.losses


def test_every_damaged_line_is_accounted_for() -> None:
    tally = lose_nothing(2_000, seed=1, first_is_whole=True)
    assert tally.losses == []
    assert tally.counts["lines with samples"] > 500
    assert tally.counts["lines named as a problem"] > 100
    assert set(tally.mutations) == set(MUTATIONS)


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


def test_a_file_that_nobody_speaks_of_is_noticed() -> None:
    assert losses(Account()) == ["0/a.jsonl: neither read nor named"]
    assert losses(Account(reason="It is empty.")) == []


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    seed = seed_logs()[0]
    made = [
        damaged_file(random.Random(7), seed, number, tmp_path, first_is_whole=True).lines for number in (1, 2)
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize("name", MUTATIONS)
def test_damage_stays_within_its_line(name: str) -> None:
    assert isinstance(json.loads(LINE), dict)
    assert all(b"\n" not in MUTATIONS[name](random.Random(seed), LINE) for seed in range(50))
