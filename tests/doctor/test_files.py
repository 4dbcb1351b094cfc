"""Which files `rlboard doctor` reads, how far, and what it says of those that cannot be read."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from doctor_reports import SAMPLES, only
from rollout_log import line, row

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.doctor import tensorboard_runs
from tensorboard_plugin_rlboard.doctor.command import examine
from tensorboard_plugin_rlboard.doctor.printing import lines

Write = Callable[[Path, Iterable[Any]], Path]


def test_look_alikes_have_their_reason(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    write_rows(tmp_path / "metrics.jsonl", [{"step": 1, "loss": 0.5}])
    report = examine(str(tmp_path))
    assert report.exit_code == 1, "there is nothing to show"
    (ignored,) = report.ignored
    assert ignored.file.endswith("metrics.jsonl")
    assert "loss" in ignored.reason
    assert not ignored.unreadable
    assert main(["doctor", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "Not read:" in printed
    assert "Nothing here is a log that can be shown." in printed


def test_nothing_at_all(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert main(["doctor", str(tmp_path)]) == 1
    assert "There is no file that could be a log." in capsys.readouterr().out
    assert main(["doctor", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == f"There is no file or folder {tmp_path / 'nowhere'}.\n"


def test_a_file_that_cannot_be_read(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "good.jsonl", [row(1)])
    (tmp_path / "bad.jsonl").symlink_to("nowhere.jsonl")
    report = examine(str(tmp_path))
    assert report.exit_code == 1
    assert [(one.unreadable, Path(one.file).name) for one in report.ignored] == [(True, "bad.jsonl")]
    assert "Some files could not be read: see above for the reasons." in report.next


def test_a_damaged_archive(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(line(i, note="x" * i) for i in range(1, 400)))
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    report = examine(str(tmp_path))
    assert 0 < only(report).samples < 399
    assert [problem.kind for problem in only(report).problems] == ["damaged_archive"]
    assert report.exit_code == 1


def test_large_files_in_part(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    large = write_rows(tmp_path / "x" / "large.jsonl", [row(i, note="n" * 1000) for i in range(1, 101)])
    write_rows(tmp_path / "x" / "small.jsonl", [row(7)])
    report = examine(str(tmp_path), 50_000)
    (first, second) = report.runs[0].files
    assert not first.whole
    assert first.bytes == large.stat().st_size
    assert 40_000 < first.read_bytes <= 50_000
    assert 40 <= first.samples < 50
    assert first.steps == (first.samples, 1, first.samples)
    assert not first.problems, "the line that was cut is no problem of the file"
    assert (second.whole, second.samples) == (True, 1)
    assert "Large files were read in part: --all reads everything." in report.next
    printed = "\n".join(lines(report))
    size = f"{first.bytes / 1000:.1f} kB"
    assert (
        f"steps 1 to {first.samples}, train, in the first {first.read_bytes / 1000:.1f} kB of {size}"
        in printed
    )
    whole = examine(str(tmp_path), 0)
    assert [file.samples for file in whole.runs[0].files] == [100, 1]
    assert all(file.whole for file in whole.runs[0].files)


def test_a_first_line_beyond_the_limit_is_read_nevertheless(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, note="n" * 5000), row(2)])
    file = only(examine(str(tmp_path), 1000))
    assert (file.samples, file.whole) == (2, True)


def test_one_file_alone(tmp_path: Path, write_rows: Write) -> None:
    wanted = write_rows(tmp_path / "a.jsonl", [row(1), row(2)])
    write_rows(tmp_path / "b.jsonl", [row(3)])
    write_rows(tmp_path / "sub" / "a.jsonl", [row(4)])
    write_rows(tmp_path / "metrics.jsonl", [{"loss": 1}])
    report = examine(str(wanted))
    assert (only(report).samples, only(report).steps) == (2, (2, 1, 2))
    assert not report.ignored
    refused = examine(str(tmp_path / "metrics.jsonl"))
    assert (len(refused.runs), len(refused.ignored), refused.exit_code) == (0, 1, 1)


def test_large_event_files_are_known_by_their_folders(tmp_path: Path) -> None:
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

    shutil.copytree(SAMPLES / "train_couplets", tmp_path / "x")
    assert tensorboard_runs.read(Root("", str(tmp_path)), largest=10).scalars == ("x",)
    (tmp_path / "y").mkdir()
    (tmp_path / "y" / "events.out.tfevents.1").write_bytes(b"no event file")
    assert tensorboard_runs.read(Root("", str(tmp_path))).scalars == ("x",), "it holds no scalars"


def test_links_to_a_folder_above_end(tmp_path: Path) -> None:
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

    shutil.copytree(SAMPLES / "train_couplets", tmp_path / "x")
    (tmp_path / "x" / "above").symlink_to(tmp_path)
    (read,) = tensorboard_runs.read(Root("", str(tmp_path))).scalars
    assert read == "x"
    assert len(list(tensorboard_runs._files(Root("", str(tmp_path))))) == 1, "it is found once"


def test_many_files_alike_are_told_together(tmp_path: Path, write_rows: Write, capsys: Any) -> None:
    for step in range(1, 31):
        write_rows(tmp_path / "x" / f"{step:03d}.jsonl", [row(step)])
    main(["doctor", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "  x/001.jsonl … x/030.jsonl (30 files)" in printed
    assert "native: 30 samples, steps 1 to 30, train" in printed
    assert printed.count("has not") == 1


def test_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    shutil.copytree(SAMPLES, folder)

    def everything() -> dict[str, tuple[int, int]]:
        found = {path: path.stat() for path in [folder, *folder.rglob("*")]}
        return {str(path): (facts.st_size, facts.st_mtime_ns) for path, facts in found.items()}

    before = everything()
    examine(str(folder))
    examine(str(folder), 0)
    assert everything() == before
