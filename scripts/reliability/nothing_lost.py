"""Nothing lost: damaged lines through every reader of lines, each accounted for as samples, as a problem, or by name.

A file is made of lines of a real log, half of them damaged. Then for every line that is not blank: its samples are in
the index once, or a problem names the file and the line; and every line that was not damaged has the samples that it
has in the undamaged log, whatever stands around it.
"""

from __future__ import annotations

import gzip
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accounts import Account, Sample, accounts, indexed
from mutations import MUTATIONS
from seed_logs import SeedLog, seed_logs

LINES_PER_FILE = 48
FILES_PER_ROUND = 150
PACK: dict[str, Callable[[bytes], bytes]] = {"": lambda data: data, ".gz": gzip.compress}
"""End of a file's name -> how its lines are packed."""


@dataclass
class Tally:
    """What a run of the test has seen.

    Attributes:
        counts: what is counted -> how often.
        mutations: name of a mutation -> lines.
        formats: name of a folder of fixtures -> lines.
        losses: one sentence for each line that is unaccounted for; empty is the promise.
    """

    counts: Counter[str] = field(default_factory=Counter)
    mutations: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DamagedFile:
    """A file that was written.

    Attributes:
        path: below the log directory.
        seed: its log.
        lines: its lines without their ends.
        intact: 0-based number of a line that was not damaged -> number of the seed's line that it is.
        damage: 0-based number of a line -> the mutation.
        is_torn: whether the last line lacks its end.
    """

    path: str
    seed: SeedLog
    lines: Sequence[bytes]
    intact: dict[int, int]
    damage: dict[int, str]
    is_torn: bool


def damaged_file(
    rng: random.Random, seed: SeedLog, number: int, folder: Path, *, first_is_whole: bool
) -> DamagedFile:
    """Writes one file of intact and damaged lines of a log.

    Args:
        rng: says what is damaged and how.
        seed: the log whose lines they are.
        number: of the file; its folder is named so.
        folder: the log directory.
        first_is_whole: whether the first line is never damaged. By it is told whether a file holds lines or one document.
    """
    lines: list[bytes] = []
    intact: dict[int, int] = {}
    damage: dict[int, str] = {}
    share = rng.choice([0.1, 0.5, 0.5, 0.9])
    for index in range(LINES_PER_FILE):
        which = rng.randrange(len(seed.lines))
        if rng.random() > share or (index == 0 and (first_is_whole or rng.random() < 0.8)):
            intact[index] = which
            lines.append(seed.lines[which])
        else:
            damage[index] = rng.choice(list(MUTATIONS))
            lines.append(MUTATIONS[damage[index]](rng, seed.lines[which]))
    is_torn = rng.random() < 0.2
    suffix = rng.choice(list(PACK))
    path = f"{number:06}/{seed.path}{suffix}"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(PACK[suffix](b"\n".join(lines) + (b"" if is_torn else b"\n")))
    return DamagedFile(path, seed, lines, intact, damage, is_torn)


def of_clean_logs(seeds: Sequence[SeedLog]) -> list[list[list[Sample]]]:
    """The samples of each line of each log, undamaged."""
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as made:
        for number, seed in enumerate(seeds):
            path = Path(made) / f"{number:06}" / seed.path
            path.parent.mkdir(parents=True)
            path.write_bytes(b"\n".join(dict.fromkeys(seed.lines)) + b"\n")
        with indexed(Path(made)) as registry:
            found = accounts(registry)
    clean = []
    for number, seed in enumerate(seeds):
        account = found[f"{number:06}/{seed.path}"]
        place = {line: index + 1 for index, line in enumerate(dict.fromkeys(seed.lines))}
        clean.append([account.samples.get(place[line], []) for line in seed.lines])
    return clean


def audit(file: DamagedFile, account: Account, clean: Sequence[Sequence[Sample]], tally: Tally) -> None:
    """Compares what was written with what became of it."""
    tally.counts["files"] += 1
    tally.counts["lines"] += len(file.lines)
    tally.formats[file.seed.name] += len(file.lines)
    tally.mutations.update(file.damage.values())
    whole = {index + 1 for index, line in enumerate(file.lines) if line.strip()}
    tally.counts["blank lines"] += len(file.lines) - len(whole)
    if not account.format:
        tally.counts["lines of files that are named as no log"] += len(whole)
        if not account.reason:
            tally.losses.append(f"{file.path}: neither read nor named")
        return
    for line in sorted(whole):
        samples, problems = account.samples.get(line, []), account.problems.get(line, Counter())
        is_last = line == len(file.lines) and file.is_torn
        how = file.damage.get(line - 1, "intact")
        if len({row for row, _, _ in samples}) != len(samples):
            tally.losses.append(f"{file.path}: line {line} ({how}) is indexed twice")
        if samples:
            tally.counts["lines with samples"] += 1
            tally.counts["samples"] += len(samples)
        elif problems:
            tally.counts["lines named as a problem"] += 1
        elif is_last and not account.is_read:
            tally.counts["last lines that wait for their end"] += 1
        elif line - 1 in file.intact and not clean[file.intact[line - 1]]:
            tally.counts["lines that are no sample in the undamaged log either"] += 1
        else:
            shown = file.lines[line - 1][:200].decode("utf-8", "replace")
            tally.losses.append(f"{file.path}: line {line} ({how}) has neither sample nor problem: {shown}")
        is_repeat = "repeated_line" in problems
        is_whole = line - 1 in file.intact and not is_repeat
        if is_whole and (account.is_read or not is_last) and not same(samples, clean[file.intact[line - 1]]):
            tally.losses.append(f"{file.path}: line {line} is not damaged and reads otherwise than alone")
    for line in account.samples.keys() - whole:
        tally.losses.append(f"{file.path}: samples of line {line}, which there is not")


def same(found: Sequence[Sample], wanted: Sequence[Sample]) -> bool:
    """Whether samples are the same, NaN equal to itself."""
    return repr(found) == repr(wanted)


def lose_nothing(
    lines: int, seed: int, say: Callable[[str], None] = lambda _: None, *, first_is_whole: bool = False
) -> Tally:
    """Damages, indexes and accounts, until so many lines are done.

    Args:
        lines: how many at least.
        seed: of all that is random: the same seed gives the same files.
        say: is told how far it is.
        first_is_whole: see `damaged_file`.
    """
    tally = Tally()
    seeds = seed_logs()
    clean = of_clean_logs(seeds)
    round_number = 0
    while tally.counts["lines"] < lines:
        rng = random.Random(f"{seed}:{round_number}")
        left = -(-(lines - tally.counts["lines"]) // LINES_PER_FILE)
        with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as made:
            chosen = [rng.randrange(len(seeds)) for _ in range(min(FILES_PER_ROUND, left))]
            files = [
                damaged_file(rng, seeds[which], number, Path(made), first_is_whole=first_is_whole)
                for number, which in enumerate(chosen)
            ]
            with indexed(Path(made)) as registry:
                found = accounts(registry)
            for which, file in zip(chosen, files, strict=True):
                before = len(tally.losses)
                audit(file, found.get(file.path, Account()), clean[which], tally)
                tally.losses[before:] = [f"round {round_number}: {loss}" for loss in tally.losses[before:]]
        round_number += 1
        say(f"{tally.counts['lines']} lines, {len(tally.losses)} losses")
    return tally
