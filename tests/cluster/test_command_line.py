"""What the command line says: arguments, help, progress."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import ROOT

import tensorboard_plugin_rlboard
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster.job import JobCounts
from tensorboard_plugin_rlboard.cluster.progress import Progress, duration, size

Run = Callable[..., int]


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


def test_mistakes_in_settings_are_said(logs: Path, index: Run, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "rlboard.toml").write_text("[maping]\n")
    assert index() == 0
    assert (
        "rlboard.toml: there is no section [maping] (did you mean [mapping]?).\n" in capsys.readouterr().err
    )


def test_folder_without_runs_says_what_would_be_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"no rollout logs below {tmp_path}" in said
    assert "files of any name" in said


def test_missing_ray_is_said_with_its_remedy(
    index: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert index("--engine", "ray") == 2
    assert "pip install ray" in capsys.readouterr().err


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


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 10.0
    monkeypatch.setattr("tqdm.std.time", lambda: now)
    stream = Terminal()
    progress = Progress(4_000_000, stream)
    progress.draw(JobCounts(position=1_000_000))
    now = 12.0
    progress.draw(JobCounts(position=2_000_000, samples=1234))
    assert stream.getvalue().endswith(
        "\r[##########..........]  50%  2.0 MB of 4.0 MB  1,234 samples  500 kB/s  4 s left"
    )
    now = 14.0
    progress.draw(JobCounts(position=4_000_000))
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
