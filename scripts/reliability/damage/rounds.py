"""Nothing lost: damaged lines through every reader, each accounted for as samples, as a problem, or by name."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from damage.accounts import Account, Sample, accounts, open_index
from damage.audit import Tally, audit
from damage.damaged_files import LINES_PER_FILE, damaged_file, path_of
from damage.packings import Packing
from damage.seed_logs import SeedLog, seed_logs

FILES_PER_ROUND = 150
Clean = dict[tuple[int, str], list[list[Sample]]]
"""Number of a seed and name of a packing -> the samples of each of its lines."""


def add_clean_logs(clean: Clean, seeds: Sequence[SeedLog], wanted: Iterable[tuple[int, Packing]]) -> None:
    """Finds the samples of each line of logs, undamaged, in each of these packings, where they are not known yet."""
    stored = {
        (which, packing.name): packing for which, packing in wanted if (which, packing.name) not in clean
    }
    found: dict[str, Account] = {}
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        for number, ((which, _), packing) in enumerate(stored.items()):
            path = Path(temporary) / f"{number:04}" / path_of(seeds[which], packing)
            path.parent.mkdir(parents=True)
            path.write_bytes(packing.pack(list(dict.fromkeys(seeds[which].lines))))
        if stored:
            with open_index(Path(temporary)) as indexer:
                found = accounts(indexer.registry)
    for number, ((which, name), packing) in enumerate(stored.items()):
        lines = seeds[which].lines
        place = {line: index + 1 for index, line in enumerate(dict.fromkeys(lines))}
        account = found.get(f"{number:04}/{path_of(seeds[which], packing)}", Account())
        clean[which, name] = [account.samples.get(place[line], []) for line in lines]


def audit_rounds(
    lines: int,
    seed: int,
    report_line: Callable[[str], None] = lambda _: None,
    *,
    lines_per_file: int = LINES_PER_FILE,
    first_is_whole: bool = False,
) -> Tally:
    """Damages, indexes and accounts, until so many lines are done.

    Args:
        lines: how many at least.
        seed: of all that is random: the same seed gives the same files.
        report_line: is told how far it is.
        lines_per_file: how many of them stand in each file.
        first_is_whole: see `damaged_file`.
    """
    tally = Tally()
    seeds = seed_logs()
    clean: Clean = {}
    round_number = 0
    while tally.counts["lines"] < lines:
        rng = random.Random(f"{seed}:{round_number}")
        left = -(-(lines - tally.counts["lines"]) // lines_per_file)
        with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
            chosen = [rng.randrange(len(seeds)) for _ in range(min(FILES_PER_ROUND, left))]
            files = [
                damaged_file(
                    rng,
                    seeds[which],
                    number,
                    Path(temporary),
                    lines=lines_per_file,
                    first_is_whole=first_is_whole,
                )
                for number, which in enumerate(chosen)
            ]
            add_clean_logs(clean, seeds, zip(chosen, (file.packing for file in files), strict=True))
            with open_index(Path(temporary)) as indexer:
                found = accounts(indexer.registry)
            for which, file in zip(chosen, files, strict=True):
                before = len(tally.losses)
                audit(file, found.get(file.path, Account()), clean[which, file.packing.name], tally)
                tally.losses[before:] = [f"round {round_number}: {loss}" for loss in tally.losses[before:]]
        round_number += 1
        report_line(f"{tally.counts['lines']} lines, {len(tally.losses)} losses")
    return tally
