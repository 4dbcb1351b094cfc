"""Changes the formulas one small piece at a time and runs their tests: a change that no test notices is a gap in them.

    python scripts/mutation.py                        every mutant, several minutes
    python scripts/mutation.py --sample 40 --seed 7   some of them, drawn at random
    python scripts/mutation.py --only aggregates      those of one file, or by any regular expression in their names
    python scripts/mutation.py --part 3/8             the third eighth of them: a long run in pieces, each with its result

A mutant is the package with one operator, comparison, number, condition, result or statement changed, in Python or in the
SQL that Python joins. It lives in a copy of the package that stands first on the path of its own process, so the work tree
stays as it is. The tests are those of the formulas only, whose numbers are worked out by hand; contract snapshots are
not asked, because they hold whatever was computed when they were written.

A survivor is printed with its line. Those that no test can tell from the original are listed in
mutation_equivalents.toml with a reason each; any other makes the run fail.
"""

from __future__ import annotations

import argparse
import compileall
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from mutation_operators import Mutant, mutants_of
from mutation_targets import PACKAGE, ROOT, TARGETS, TESTS, WITHOUT_FIXTURES

EQUIVALENTS = Path(__file__).with_name("mutation_equivalents.toml")
_TIMED_OUT = -1
_PRELOADED_MODULES = ("numpy", "duckdb", "simdjson", "tomllib", "pytest")
"""Imported once, before the processes of the mutants are forked."""


def all_mutants(only: str) -> list[Mutant]:
    """The mutants of every target in whose names the regular expression `only` is found.

    Raises:
        SystemExit: a target has no formula any more, because it was moved.
    """
    found: list[Mutant] = []
    for target, tests in TARGETS.items():
        pattern, _, function = target.partition("::")
        paths = sorted(PACKAGE.glob(pattern))
        mutants: list[Mutant] = []
        for path in paths:
            file, source = path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")
            mutants += mutants_of(file, source, in_sql=file.startswith("board/"), tests=tests)
        mutants = [mutant for mutant in mutants if re.fullmatch(function or ".*", mutant.function)]
        if not mutants:
            sys.exit(
                f"Nothing to change in {target}: say in TARGETS of mutation_targets.py where that is now."
            )
        found += mutants
    return [mutant for mutant in found if re.search(only, mutant.key)]


def run_tests(copy: Path, tests: Iterable[str]) -> None:
    """Runs the tests on a copy of the package and ends the process with pytest's exit code."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, 1)
    os.dup2(null_device, 2)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(copy))
    import pytest  # noqa: PLC0415 - in the process of the tests

    import tensorboard_plugin_rlboard  # noqa: PLC0415 - the copy, which is on the path from here on

    # What tests/conftest.py sets as well: a property test has no time limit, else a busy machine would kill the mutants.
    sys.path.append(str(ROOT / "tests" / "shared"))
    import example_counts  # noqa: PLC0415 - hypothesis takes long, too

    example_counts.load_profile()
    if not str(tensorboard_plugin_rlboard.__file__).startswith(str(copy)):
        os._exit(99)
    options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
    options.append("--noconftest" if set(tests) <= WITHOUT_FIXTURES else f"--basetemp={copy / 'tests'}")
    os._exit(int(pytest.main([*options, *(str(TESTS[name]) for name in tests)])))


class Runner:
    """Runs the tests on mutants, some at a time.

    Args:
        folder: for the copies of the package.
        tests: of all mutants; the original has to pass them.
        jobs: how many processes run at a time.
        seconds: after which a process is ended; its mutant counts as killed.
    """

    def __init__(self, folder: Path, tests: Iterable[str], jobs: int, seconds: float) -> None:
        self._seconds = seconds
        self._all_tests = tuple(tests)
        self._fork = multiprocessing.get_context("fork")
        self._free = [folder / str(number) for number in range(jobs)]
        for copy in self._free:
            unneeded = shutil.ignore_patterns("static", "eval_couplets", "train_couplets", "__pycache__")
            shutil.copytree(PACKAGE, copy / PACKAGE.name, ignore=unneeded)
            compileall.compile_dir(copy, quiet=2)  # what no mutant changes is compiled once
        self._running: dict[BaseProcess, tuple[Path, Mutant | None, float]] = {}

    def exit_codes(self, mutants: Sequence[Mutant | None]) -> Iterator[tuple[Mutant | None, int]]:
        """Mutants (None is the original) with the exit code of their tests, as they end."""
        waiting = list(mutants[::-1])
        while waiting or self._running:
            while waiting and self._free:
                self._start(self._free.pop(), waiting.pop())
            yield from self._ended()

    def _start(self, copy: Path, mutant: Mutant | None) -> None:
        if mutant is not None:
            (copy / PACKAGE.name / mutant.file).write_text(mutant.source, encoding="utf-8")
        tests = self._all_tests if mutant is None else mutant.tests
        process = self._fork.Process(target=run_tests, args=(copy, tests), daemon=True)
        process.start()
        self._running[process] = copy, mutant, time.monotonic() + self._seconds

    def _ended(self) -> list[tuple[Mutant | None, int]]:
        wait([process.sentinel for process in self._running], timeout=1)
        found: list[tuple[Mutant | None, int]] = []
        for process, (copy, mutant, deadline) in list(self._running.items()):
            timed_out = time.monotonic() > deadline
            if process.is_alive() and not timed_out:
                continue
            process.kill()
            process.join()
            found.append((mutant, _TIMED_OUT if timed_out or process.exitcode is None else process.exitcode))
            if mutant is not None:
                shutil.copy2(PACKAGE / mutant.file, copy / PACKAGE.name / mutant.file)
            shutil.rmtree(copy / "tests", ignore_errors=True)
            del self._running[process]
            self._free.append(copy)
        return found


def parse_part(text: str) -> tuple[int, int]:
    """Which part of how many, from `I/N`.

    Raises:
        argparse.ArgumentTypeError: There is no such part.
    """
    which, _, parts = text.partition("/")
    if not (which.isdecimal() and parts.isdecimal() and 1 <= int(which) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text} is not I/N with 1 <= I <= N")
    return int(which), int(parts)


def main() -> int:
    """Runs the mutants that are asked for; 1 where one survives that is not known to be equivalent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, help="how many mutants are drawn at random; all by default")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same ones")
    parser.add_argument(
        "--only", default="", help="a regular expression that is found in `file::function change`"
    )
    parser.add_argument(
        "--part",
        type=parse_part,
        default=(1, 1),
        help="I/N: the I-th of N equal parts, so that a run may stop and go on",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--seconds", type=float, default=120.0, help="after which tests count as failed")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    arguments = parser.parse_args()
    which, parts = arguments.part
    all_selected = all_mutants(arguments.only)
    mutants = all_selected[which - 1 :: parts]
    if arguments.sample is not None and arguments.sample < len(mutants):
        mutants = random.Random(arguments.seed).sample(mutants, arguments.sample)
    if arguments.list:
        print(*mutants, sep="\n")
        return 0
    reasons = {entry["mutant"]: entry["reason"] for entry in _equivalents()}
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPENBLAS_NUM_THREADS": "1"}
    for name in _PRELOADED_MODULES:
        __import__(name)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tests = dict.fromkeys(name for mutant in mutants for name in mutant.tests)
        runner = Runner(Path(folder).resolve(), tests, arguments.jobs, arguments.seconds)
        if next(runner.exit_codes([None]))[1] != 0:
            sys.exit("The tests fail on the package as it is: python -m pytest tests/metrics")
        killed, equivalent, gaps, timed_out = 0, set(), 0, 0
        for mutant, code in runner.exit_codes(mutants):
            if mutant is None or code != 0:
                killed += 1
                timed_out += code == _TIMED_OUT
            elif mutant.key in reasons:
                equivalent.add(mutant.key)
            else:
                gaps += 1
                print(f"survived: {mutant}", flush=True)
    for key in _stale_equivalents(reasons.keys(), mutants, all_selected, arguments.only) - equivalent:
        print(f"killed, or gone, but listed in {EQUIVALENTS.name}: {key}")
    print(
        f"{len(mutants)} mutants in {time.monotonic() - started:.0f} s: {killed} killed ({timed_out} by time), "
        f"{len(equivalent)} equivalent, {gaps} survived"
    )
    return 1 if gaps else 0


def _stale_equivalents(
    keys: Iterable[str], tried: Iterable[Mutant], all_selected: Iterable[Mutant], only: str
) -> set[str]:
    """Those of the listed keys that were run, or that no mutant has any more: none of both may have been killed."""
    elsewhere = {mutant.key for mutant in all_selected} - {mutant.key for mutant in tried}
    return {key for key in keys if re.search(only, key) and key not in elsewhere}


def _equivalents() -> list[dict[str, str]]:
    if not EQUIVALENTS.exists():
        return []
    entries: list[dict[str, str]] = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8")).get(
        "equivalent", []
    )
    return entries


if __name__ == "__main__":
    sys.exit(main())
