"""`rlboard index` as its user meets it."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import ROOT

import tensorboard_plugin_rlboard
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import command, job, range_tasks
from tensorboard_plugin_rlboard.cluster.job import Counts
from tensorboard_plugin_rlboard.cluster.process_engine import Inline, Pool
from tensorboard_plugin_rlboard.cluster.progress import Progress, duration, size
from tensorboard_plugin_rlboard.cluster.range_tasks import Outcome, Task, attempt
from tensorboard_plugin_rlboard.index.build import range_plan
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore, Manifest
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

ROWS = 60
Run = Callable[..., int]


def line(step: int) -> str:
    return json.dumps({"step": step, "response": f"r{step} " + "x" * 300, "reward": step / 2}) + "\n"


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with one log of 20 KB, which has seven ranges."""
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    (tmp_path / "logs" / "run").mkdir(parents=True)
    (tmp_path / "logs" / "run" / "a.jsonl").write_text("".join(line(step) for step in range(ROWS)))
    return tmp_path / "logs"


@pytest.fixture
def index(logs: Path, tmp_path: Path) -> Run:
    """Indexes the logs into one cache; gives the exit code."""
    return lambda *more: main(["index", str(logs), "--cache-dir", str(tmp_path / "cache"), *more])


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int] | None]:
    """The ranges of the tasks that are done from now on, in this process."""
    done: list[tuple[int, int] | None] = []

    def noted(task: Task) -> Outcome:
        done.append(task.range)
        return attempt(task)

    monkeypatch.setattr(command, "Inline", lambda: Inline(noted))
    return done


def manifest(tmp_path: Path, logs: Path, name: str = "a.jsonl") -> Manifest:
    found = LocalStore(tmp_path / "cache").manifest(str(logs / "run" / name))
    assert found is not None
    return found


def rewards(logs: Path, cache: Path | None) -> list[float]:
    registry = Registry(parse_roots(str(logs), ""), 0, cache)
    registry.refresh()
    table = Board(registry).samples(Selection("run"), TextRules(), columns=["reward"], limit=500)
    registry.stop()
    return [float(str(reward)) for reward in table.columns["reward"]]


def test_tensorboard_reads_no_log_that_was_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = ROOT / "rollout_samples"
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    said = capsys.readouterr()
    assert "1,752 samples" in said.out
    assert f"--rlboard_cache_dir {tmp_path / 'cache'}" in said.out
    assert said.err == "", "no progress where there is no terminal"
    fresh = Registry(parse_roots(str(logs), ""), 0)
    kept = Registry(parse_roots(str(logs), ""), 0, tmp_path / "cache")
    fresh.refresh()
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.build.range_builder.build_range", None)
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.update.part_loader.build_range", None)
    kept.refresh()
    for name in fresh.runs:
        answers = [
            (board.steps(Selection(name)), board.samples(Selection(name), TextRules(), limit=500))
            for board in (Board(fresh), Board(kept))
        ]
        assert answers[0][0] == answers[1][0]
        assert answers[0][1].columns == answers[1][1].columns
    fresh.stop()
    kept.stop()


def test_second_call_does_nothing_and_says_so(
    index: Run, tmp_path: Path, tasks: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert index() == 0
    assert len(tasks) == 7

    def files() -> dict[Path, int]:
        found = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in found}

    before = files()
    capsys.readouterr()
    assert index() == 0
    assert capsys.readouterr().out.startswith("Nothing to do: 1 file of 1 run")
    assert len(tasks) == 7
    assert files() == before


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM", "kill"])
def test_job_that_was_ended_goes_on_where_it_was(
    index: Run,
    logs: Path,
    tmp_path: Path,
    tasks: list[object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    monkeypatch.setattr(job, "_SAVED_EVERY", -1)

    def ended(task: Task) -> Outcome:
        if task.range is not None and task.range[0] > 10_000:
            if how == "SIGTERM":
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
            raise KeyboardInterrupt if how == "Ctrl-C" else KilledError
        return attempt(task)

    with monkeypatch.context() as patch:
        patch.setattr(command, "Inline", lambda: Inline(ended))
        if how == "kill":
            with pytest.raises(KilledError):
                index()
        else:
            assert index() == 130
            assert "goes on from here" in capsys.readouterr().err
    done = manifest(tmp_path, logs)
    assert 0 < done.state.read_to < (logs / "run" / "a.jsonl").stat().st_size
    assert index() == 0
    assert len(tasks) == 7 - len(done.ranges)
    assert manifest(tmp_path, logs).state.read_to == (logs / "run" / "a.jsonl").stat().st_size
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_only_what_has_grown_is_read(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    assert index() == 0
    before = manifest(tmp_path, logs).ranges
    for step in range(3):
        with (logs / "run" / "a.jsonl").open("a") as file:
            file.write(line(ROWS + step))
        tasks.clear()
        assert index() == 0
        assert len(tasks) == 1
    after = manifest(tmp_path, logs).ranges
    assert after[:-1] == before[:-1], (
        "the last range is made anew: else each call would add one of a few lines"
    )
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS + 3)]


def test_rewritten_log_is_indexed_anew(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    assert index() == 0
    (logs / "run" / "a.jsonl").write_text("".join(line(step + 1) for step in range(ROWS)))
    assert index() == 0
    assert len(tasks) == 14
    assert rewards(logs, tmp_path / "cache")[0] == 0.5


def test_part_that_is_gone_is_made_again(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    assert index() == 0
    gone = manifest(tmp_path, logs).ranges[3]
    next((tmp_path / "cache").rglob(f"{gone.part}.parquet")).unlink()
    tasks.clear()
    assert index() == 0
    assert tasks == [(gone.offset, gone.length)]


def test_same_log_under_another_path_is_known(
    index: Run, logs: Path, tmp_path: Path, tasks: list[object]
) -> None:
    assert index() == 0
    tasks.clear()
    logs.rename(tmp_path / "mounted")
    assert main(["index", str(tmp_path / "mounted"), "--cache-dir", str(tmp_path / "cache")]) == 0
    assert tasks == []
    assert manifest(tmp_path, tmp_path / "mounted").ranges == manifest(tmp_path, logs).ranges


def test_archives_are_one_task_each(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    log = logs / "run" / "a.jsonl"
    (logs / "run" / "b.jsonl.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    assert index() == 0
    assert index() == 0
    assert tasks == [None]
    assert len(manifest(tmp_path, logs, "b.jsonl.gz").ranges) == 7
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


def test_plain_file_beside_its_archive_is_no_failure(index: Run, logs: Path) -> None:
    log = logs / "run" / "a.jsonl"
    (logs / "run" / "a.jsonl.gz").write_bytes(gzip.compress(log.read_bytes()))
    assert index() == 0


def test_what_cannot_be_read_is_said_and_the_rest_is_indexed(
    index: Run, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = gzip.compress((logs / "run" / "a.jsonl").read_bytes())
    (logs / "run" / "torn.jsonl.gz").write_bytes(packed[:-20])
    (logs / "run" / "other.jsonl").write_text('{"no": "rollout"}\n')
    (logs / "run" / "b.jsonl").write_text(line(0) + "{torn\n" + line(1))
    assert index() == 1
    said = capsys.readouterr()
    assert "Not indexed: run/torn.jsonl.gz: The archive ends in the middle" in said.err
    assert "No rollout log: run/other.jsonl: It has no text of a response under a name" in said.out
    assert "1 problem in lines" in said.out
    assert LocalStore(tmp_path / "cache").manifest(str(logs / "run" / "torn.jsonl.gz")) is None
    assert len(manifest(tmp_path, logs, "b.jsonl").ranges) == 1


def test_file_that_fails_while_it_is_read_keeps_what_was_done(
    index: Run,
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(task: Task) -> Outcome:
        return (
            range_tasks.attempt(task)
            if task.range and task.range[0] != 8336
            else Outcome(failure="It failed.")
        )

    monkeypatch.setattr(command, "Inline", lambda: Inline(failing))
    assert index() == 1
    assert "Not indexed: run/a.jsonl: It failed." in capsys.readouterr().err
    assert manifest(tmp_path, logs).state.read_to == 8336
    assert len(manifest(tmp_path, logs).ranges) == 6
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), EOFError(), ValueError("strange")])
def test_reason_names_what_went_wrong(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(range_tasks, "build_range", failing)
    state = None
    task = Task(str(logs / "run" / "a.jsonl"), "native", state, (0, 100), str(tmp_path), ("x", b""))  # type: ignore[arg-type]
    expected = {OSError: "Input/output error (on", EOFError: "shorter", ValueError: "ValueError: strange"}
    assert expected[type(error)] in attempt(task).failure


def test_parts_come_back_from_where_the_folder_is_not_seen(
    index: Run, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_tasks, "_sees", lambda *_: False)
    assert index() == 0
    assert len(manifest(tmp_path, logs).ranges) == 7
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


def test_folder_of_the_same_name_elsewhere_is_not_taken_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "place").write_bytes(b"0123456789abcdef")
    assert range_tasks._sees(str(tmp_path), ("place", b"0123456789abcdef"))
    assert not range_tasks._sees(str(tmp_path), ("place", b"another one 1234"))
    assert not range_tasks._sees(str(tmp_path / "none"), ("place", b"0123456789abcdef"))


def test_index_that_cannot_be_written_is_said(
    index: Run, logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tensorboard_plugin_rlboard.index.cache.part_store.PartStore.put", full)
    assert index() == 2
    assert capsys.readouterr().err == "rlboard index: The index cannot be written: No space left on device.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{}/none"], "There is no such directory: {}/none"),
        (["{}/logs/run/a.jsonl"], "is a file; give the folder"),
        (["{}/logs", "--cache-dir", "{}/logs/run/a.jsonl"], "The index cannot be kept in"),
        (["{}/logs", "--cache-dir", "s3://bucket/cache"], "For an address use --beside."),
    ],
)
def test_command_that_cannot_begin_says_why(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["index", *(argument.format(tmp_path) for argument in arguments)]) == 2
    assert said.format(tmp_path) in capsys.readouterr().err


def test_folder_without_runs_says_what_would_be_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"no rollout logs below {tmp_path}" in said
    assert "*.jsonl" in said


def test_missing_ray_is_said_with_its_remedy(
    index: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert index("--engine", "ray") == 2
    assert 'pip install "tensorboard-plugin-rlboard[ray]"' in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["index"],
        ["index", ".", "--workers", "0"],
        ["index", ".", "--beside", "--cache-dir", "x"],
        ["index", ".", "--address", "auto"],
        ["index", ".", "--engine", "spark"],
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: rlboard" in capsys.readouterr().err


def test_version_is_the_packages_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"rlboard {tensorboard_plugin_rlboard.__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from tensorboard_plugin_rlboard.cli import main\n"
        "try: main(['index', '--help'])\n"
        "finally: print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    said, _, loaded = done.stdout.partition("LOADED")
    assert "--beside" in said
    assert not set(loaded.split()) & {"numpy", "duckdb", "tensorboard", "ray", "multiprocessing"}


# In processes of a pool: these are found there by the name of this module.


def die_once(task: Task) -> Outcome:
    """The range in the middle ends its process, the first time."""
    died = Path(task.path).with_suffix(".died")
    if task.range is not None and task.range[0] == 8336 and not died.exists():
        died.touch()
        os._exit(9)
    return attempt(task)


def die_always(task: Task) -> Outcome:
    if task.range is not None and task.range[0] == 8336:
        os._exit(9)
    return attempt(task)


def test_process_that_dies_loses_nothing(
    index: Run, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "FEW", 0)
    monkeypatch.setattr(command, "Pool", lambda workers: Pool(workers, die_once))
    assert index("--workers", "2") == 0
    assert (logs / "run" / "a.died").exists()
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


def test_range_that_ends_every_process_is_said_and_the_rest_is_indexed(
    index: Run,
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "FEW", 0)
    monkeypatch.setattr(command, "Pool", lambda workers: Pool(workers, die_always))
    assert index("--workers", "2") == 1
    assert "for want of memory" in capsys.readouterr().err
    assert len(manifest(tmp_path, logs).ranges) == 6


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.0, 14.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    stream = Terminal()
    progress = Progress(4_000_000, stream)
    progress.draw(Counts(position=1_000_000))
    progress.draw(Counts(position=2_000_000, samples=1234))
    assert stream.getvalue().endswith(
        "\r[##########..........]  50%  2.0 MB of 4.0 MB  1,234 samples  500 kB/s  4 s left"
    )
    progress.draw(Counts(position=4_000_000))
    progress.clear()
    assert "\n" not in stream.getvalue()
    assert stream.getvalue().endswith(" \r")


def test_sizes_and_times_are_said_as_people_say_them() -> None:
    assert [size(n) for n in (0, 999, 1500, 99_960, 3.2e9, 7.5e13)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "100 kB",
        "3.2 GB",
        "75.0 TB",
    ]
    assert [duration(s) for s in (0.4, 59, 61, 3600, 100_000)] == [
        "0 s",
        "59 s",
        "1 min 1 s",
        "1 h 0 min",
        "27 h 46 min",
    ]


def test_many_small_files_are_no_matter(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for task in range(30):
        folder = tmp_path / "many" / f"run{task % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{task}.jsonl").write_text(line(task))
    for _ in range(2):
        assert main(["index", str(tmp_path / "many"), "--cache-dir", str(tmp_path / "cache")]) == 0
    said = capsys.readouterr().out
    assert "Indexed 30 files of 3 runs: 30 samples" in said
    assert "Nothing to do: 30 files of 3 runs" in said
    shutil.rmtree(tmp_path / "many")
