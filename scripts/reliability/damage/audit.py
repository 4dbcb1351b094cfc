"""Compares what was written with what the index made of it: samples, a problem, or a word about the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from damage.accounts import Account, Sample
from damage.damaged_files import ARCHIVE, DamagedFile

from tensorboard_plugin_rlboard.sources.kinds.names import is_log_name


@dataclass
class Tally:
    """What a run of the test has seen.

    Attributes:
        counts: what is counted -> how often.
        mutations: name of a mutation -> lines.
        formats: name of a folder of fixtures -> lines.
        packings: name of a packing -> lines.
        losses: one sentence for each line that is unaccounted for; empty is the promise.
    """

    counts: Counter[str] = field(default_factory=Counter)
    mutations: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    packings: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)


def audit(file: DamagedFile, account: Account, clean: Sequence[Sequence[Sample]], tally: Tally) -> None:
    """Accounts for every line of a file.

    Args:
        file: what was written.
        account: what the index made of it.
        clean: of each line of the file's seed, stored in the same way and undamaged, its samples.
        tally: is added to.
    """
    tally.counts["files"] += 1
    tally.counts["lines"] += len(file.lines)
    tally.formats[file.seed.name] += len(file.lines)
    tally.packings[file.packing.name] += len(file.lines)
    tally.mutations.update(file.damage.values())
    nonblank = {index + 1 for index, line in enumerate(file.lines) if line.strip()}
    tally.counts["blank lines"] += len(file.lines) - len(nonblank)
    if not account.format:
        tally.counts["lines of files that are named as no log"] += len(nonblank)
        if not account.reason and any(clean) and (is_log_name(file.path) or not file.broken):
            tally.losses.append(f"{_name(file)}: neither read nor named")
    elif file.broken:
        _audit_broken(file, account, clean, tally)
    else:
        _audit_lines(file, account, clean, tally, nonblank)


def _audit_lines(
    file: DamagedFile,
    account: Account,
    clean: Sequence[Sequence[Sample]],
    tally: Tally,
    nonblank: set[int],
) -> None:
    last = max((line for line, samples in account.samples.items() if samples), default=0)
    unlisted = account.unlisted
    ends_early = file.packing.holds_rows and bool(account.problems.get(0))
    for line in sorted(nonblank):
        samples, problems = account.samples.get(line, []), account.problems.get(line, Counter())
        is_last = line == len(file.lines) and file.is_torn
        damage = file.damage.get(line - 1, "intact")
        if len({row for row, _, _ in samples}) != len(samples):
            tally.losses.append(f"{_name(file)}: line {line} ({damage}) is indexed twice")
        if samples:
            tally.counts["lines with samples"] += 1
            tally.counts["samples"] += len(samples)
        elif problems:
            tally.counts["lines named as a problem"] += 1
        elif ends_early and line > last:
            tally.counts["rows behind the place where a container cannot be read on, named with it"] += 1
            continue
        elif unlisted > 0:
            unlisted -= 1
            tally.counts["lines that are counted behind a thousand problems of their kind"] += 1
        elif is_last and not account.is_read:
            tally.counts["last lines that wait for their end"] += 1
        elif line - 1 in file.intact and not clean[file.intact[line - 1]]:
            tally.counts["lines that are no sample in the undamaged log either"] += 1
        else:
            shown = file.lines[line - 1][:200].decode("utf-8", "replace")
            tally.losses.append(
                f"{_name(file)}: line {line} ({damage}) has neither sample nor problem: {shown}"
            )
        is_repeat = "repeated_line" in problems
        is_whole = line - 1 in file.intact and not is_repeat
        if is_whole and (account.is_read or not is_last) and not same(samples, clean[file.intact[line - 1]]):
            tally.losses.append(f"{_name(file)}: line {line} is not damaged and reads otherwise than alone")
    for line in account.samples.keys() - nonblank:
        tally.losses.append(f"{_name(file)}: samples of line {line}, which there is not")


def _audit_broken(
    file: DamagedFile, account: Account, clean: Sequence[Sequence[Sample]], tally: Tally
) -> None:
    """Audits a damaged archive or container: missing rows, and with a checksum other rows, have to be named with the file."""
    tally.mutations[ARCHIVE] += len(file.lines)
    expected = {line + 1: clean[seed_line] for line, seed_line in file.intact.items() if clean[seed_line]}
    indexed = {line: samples for line, samples in account.samples.items() if samples}
    missing = expected.keys() - indexed.keys() - account.problems.keys()
    differing = [line for line in expected.keys() & indexed.keys() if not same(indexed[line], expected[line])]
    differing = [line for line in differing if "repeated_line" not in account.problems.get(line, Counter())]
    is_named = bool(account.problems.get(0)) or not account.is_read
    tally.counts["lines of broken archives and containers, with samples"] += len(indexed)
    tally.counts["lines of broken archives and containers, named with their file"] += len(missing)
    if missing and not is_named:
        tally.losses.append(f"{_name(file)}: {len(missing)} lines are gone without a word")
    if differing and not is_named and file.packing.has_checksum:
        tally.losses.append(f"{_name(file)}: line {differing[0]} reads otherwise, without a word")


def _name(file: DamagedFile) -> str:
    return f"{file.path} ({file.packing.name}{', ' if file.broken else ''}{file.broken})"


def same(indexed: Sequence[Sample], expected: Sequence[Sample]) -> bool:
    """Whether samples are the same, NaN equal to itself."""
    return repr(indexed) == repr(expected)
