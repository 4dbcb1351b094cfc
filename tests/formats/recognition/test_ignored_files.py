"""What could be a log and is not shown is named with its reason, and the remedy that is named works."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from answers import column, ignored

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.doctor.command import examine

Open = Callable[[Path], Board]
ROW = {"step": 1, "prompt": "Q", "response": "A", "reward": 1.0}
LINE = json.dumps(ROW)
REPR = f"{ROW}\n" * 2
NAMED: dict[str, tuple[bytes, str]] = {
    "repr.jsonl": (REPR.encode(), r"single quotes.*json\.dumps\(row\)"),
    "repr.json": (f"[{ROW}]".encode(), "single quotes"),
    "repr.txt": (REPR.encode(), "single quotes"),
    "none.jsonl": (b'{"step": None, "response": "A"}\n', "holds None"),
    "comma.jsonl": (LINE.replace("}", ",}").encode() + b"\n", "trailing comma"),
    "comma.json": (f"[{LINE.replace('}', ',}')}]".encode(), "trailing comma"),
    "nan.jsonl": (LINE.replace("1.0", "nan").encode() + b"\n", "holds nan"),
    "line_end.jsonl": (LINE.replace('"A"', '"A\nB"').encode() + b"\n", "bare line end"),
    "sequence.jsonl": (b"\x1e" + LINE.encode() + b"\n", "record separators.*tr -d"),
    "nul.jsonl": (b"\0" * 40 + LINE.encode() + b"\n", "NUL bytes.*tr -d"),
    "only_nul.jsonl": (b"\0" * 5000, "NUL bytes"),
    "comment.jsonl": (b"// rollouts\n", "comment"),
    "prose.jsonl": (b"Started at noon.\n", "no JSON .*character 1"),
    "lists.jsonl": (b'["Q", "A", 1.0]\n["Q", "B", 0.0]\n', "no JSON objects but lists.*as an object"),
    "lists.txt": (b'["Q", "A", 1.0]\n["Q", "B", 0.0]\n', "no JSON objects but lists"),
    "lists.json": (b'[["Q", "A", 1.0], ["Q", "B", 0.0]]', "no JSON objects but lists"),
    "of_lists.json": (b'{"step": 3, "samples": [["Q", "A", 1.0], ["Q", "B", 0.0]]}', "step = .step."),
    "gbk.csv": ("步数,问题,回答,得分\n1,怎么做,这样,0.5\n".encode("gb18030"), "no UTF-8: save it in UTF-8"),
    "torn.json": (f"[{LINE[:-9]}".encode(), "torn, or is still being written"),
    "torn_results.json": (f'{{"results": [{LINE[:-9]}'.encode(), "torn, or is still being written"),
    "no_archive.jsonl.gz": (b"\0\1\2" * 3000, "no gzip archive"),
    "binary.jsonl": (bytes(range(253, -1, -1)) * 20, "no text"),
    "page.parquet": (b"<html>" * 20, "no Parquet file"),
    "deep.jsonl": (b'{"a":' * 100_000, "nested too deeply"),
    "other.json": (b'{"episodes": [{"obs": "x", "act": "y", "rew": 1.0}]}', "act, obs, rew"),
    "other_list.json": (b'[{"obs": "x", "act": "y", "rew": 1.0}]', "act, obs, rew"),
    "other.log": (b'{"obs": "x", "act": "y", "rew": 1.0}\n' * 3, "act, obs, rew"),
    "other.csv": (b"obs,act,rew\nx,y,1.0\n", "act, obs, rew"),
    "packed.csv.gz": (gzip.compress(b"obs,act,rew\nx,y,1.0\n"), "act, obs, rew"),
    "logged.log": (f"start\n2026-01-01 INFO rollout {LINE}\n".encode(), "behind other text.*sed -n"),
    "logged.jsonl": (f"[INFO] {LINE}\n".encode() * 2, "behind other text"),
    "one.traj": (
        json.dumps(
            {"trajectory": [{"action": "ls", "observation": "a", "response": "I look."}], "info": {}},
            indent=1,
        ).encode(),
        "like a data set.*messages = ",
    ),
    "rollouts.pkl": (b"\x80\x04\x95" + b"\0" * 100, "a pickle, which is not opened: write JSON lines"),
    "rollouts.feather": (b"ARROW1\0\0" + b"\0" * 100, "an Arrow file: write it as Parquet"),
    "data-00000-of-00001.arrow": (
        b"\xff\xff\xff\xff\x10" + b"\0" * 100,
        "an Arrow file: write it as Parquet",
    ),
    "log.jsonl.lz4": (
        b"\x04\x22\x4d\x18" + b"\0" * 100,
        "compressed with LZ4: unpack it, or use gzip or zstd",
    ),
    "log.jsonl.7z": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "a 7z archive: unpack it"),
    "rollouts.tar.gz": (
        gzip.compress(b"log.jsonl".ljust(257, b"\0") + b"ustar" * 90),
        "a tar archive: unpack it",
    ),
    "episodes.zip": (b"PK\x03\x04" + b"\0" * 22 + b"\x05\0\0\0a.txt", "a zip archive: unpack it"),
    "rollouts.npz": (b"PK\x03\x04" + b"\0" * 22 + b"\x05\0\0\0a.npy", "an archive of NumPy arrays"),
    "rollouts.db": (
        b"SQLite format 3\0" + b"\0" * 100,
        "without a table of traces: write JSON lines or Parquet",
    ),
    "completions.yaml": (b"- prompt: Q\n  response: A\n", "neither JSON nor a table: write JSON lines"),
    "empty.jsonl": (b"", "no complete line yet"),
    "corrupt.jsonl.gz": (
        gzip.compress(f"{LINE}\n".encode() * 2_000)[:12] + b"\xff" * 5_000,
        r"^The archive is corrupt at byte \d+ \(.+\), and no row stands before that place: copy it anew\.$",
    ),
}
QUIET = {
    "train.log": b"2026-01-01 10:00:00 INFO start\nloss 3\n",
    "brackets.log": b"[2026-01-01 10:00:00] INFO start, step 1\n[2026-01-01 10:00:01] INFO step, 2\n",
    "json.log": b'{"level": "info", "message": "start"}\n{"level": "info", "message": "step"}\n',
    "events.log": b'INFO {"prompt": "one word of a sample"}\nINFO {"loss": 1}\n',
    "trainer.log": b"{'loss': 1.0, 'epoch': 0.1}\n" * 3,
    "metrics.log": b'{"loss": 1.0, "step": 2}\n' * 3,
    "code.py": b"import os, sys\nimport json, re\n",
    "notes.md": b"# Notes\n\none, two\nthree, four\n",
    "config.yaml": b"a: 1\nb: [1, 2]\n",
    "flow.yaml": b"{a: 1, b: 2}\n",
    "rlboard.toml": b'[mapping]\nfile = "nothing.jsonl"\nresponse = "x"\n',
    "poem.txt": b"Roses are red, violets\nblue, sugar\n",
    "numbers.csv": b"step,loss\n1,2\n",
    "comment.json": b'{\n  // editor\n  "tabs": 4\n}',
    "empty.json": b"",
    "empty": b"",
    "blank.txt": b" \n\n",
    "strings.json": b'["a", "b"]',
    "run.pkl": b"\x80\x04\x95" + b"\0" * 100,
    "optimizer.zip": b"PK\x03\x04" + b"\0" * 100,
    "cache-1f.arrow": b"\xff\xff\xff\xff\x10" + b"\0" * 100,
    "mlflow.db": b"SQLite format 3\0" + b"\0" * 100,
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 5000,
    "events.out.tfevents.1": b"\x18\0\0\0\0\0\0\0" + b'{"prompt": "x"}' * 500,
}


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_each_has_its_own_reason_and_nothing_else_is_named(tmp_path: Path, open_board: Open) -> None:
    put(tmp_path, {name: data for name, (data, _) in NAMED.items()} | QUIET)
    board = open_board(tmp_path)
    assert not board.runs().runs
    found = dict(ignored(board))
    assert {
        name: re.search(NAMED[name][1], found.get(name, "")) is not None for name in NAMED
    } == dict.fromkeys(NAMED, True)
    assert found.keys() == NAMED.keys()


@pytest.mark.parametrize("name", sorted(QUIET))
def test_the_doctor_says_of_any_file_that_is_asked_for_what_it_is(tmp_path: Path, name: str) -> None:
    put(tmp_path, QUIET)
    (one,) = examine(str(tmp_path / name)).ignored
    assert one.file == name
    assert one.reason.endswith((".", ")."))


def test_what_python_printed_is_converted_by_the_command_that_is_named(
    tmp_path: Path, open_board: Open
) -> None:
    (tmp_path / "repr.txt").write_text(REPR)
    ((_, reason),) = ignored(open_board(tmp_path))
    command = re.search(r"converted by python (-c '.*') < OLD > NEW", reason)
    assert command is not None
    with (tmp_path / "repr.txt").open() as old, (tmp_path / "new.jsonl").open("w") as new:
        subprocess.run([sys.executable, *shlex.split(command[1])], stdin=old, stdout=new, check=True)
    (tmp_path / "repr.txt").unlink()
    assert column(open_board(tmp_path), "response") == ["A", "A"]


def test_nul_bytes_are_removed_by_the_command_that_is_named(tmp_path: Path, open_board: Open) -> None:
    (tmp_path / "a.jsonl").write_bytes(NAMED["nul.jsonl"][0])
    ((_, reason),) = ignored(open_board(tmp_path))
    command = re.search(r"\((tr -d '.*') < FILE > NEW\)", reason)
    assert command is not None
    whole = subprocess.run(
        shlex.split(command[1]), input=(tmp_path / "a.jsonl").read_bytes(), capture_output=True, check=True
    )
    (tmp_path / "a.jsonl").write_bytes(whole.stdout)
    assert column(open_board(tmp_path), "response") == ["A"]


def test_rows_behind_other_text_are_taken_out_by_the_command_that_is_named(
    tmp_path: Path, open_board: Open
) -> None:
    (tmp_path / "train.log").write_bytes(NAMED["logged.log"][0])
    ((_, reason),) = ignored(open_board(tmp_path))
    command = re.search(r"with (sed -n '.*') train\.log > train\.jsonl", reason)
    assert command is not None
    parts = [*shlex.split(command[1]), str(tmp_path / "train.log")]
    (tmp_path / "train.jsonl").write_bytes(subprocess.run(parts, capture_output=True, check=True).stdout)
    assert column(open_board(tmp_path), "response") == ["A"]


def test_agents_turns_without_a_reward_open_by_the_lines_that_are_named(
    tmp_path: Path, open_board: Open
) -> None:
    (tmp_path / "one.traj").write_bytes(NAMED["one.traj"][0])
    ((_, reason),) = ignored(open_board(tmp_path))
    command = re.search(r'\[mapping\], (messages = "\w+")', reason)
    assert command is not None
    (tmp_path / "rlboard.toml").write_text(f"[mapping]\n{command[1]}\n")
    (response,) = column(open_board(tmp_path), "response")
    assert "ls" in response


@pytest.mark.parametrize("name", ["repr.jsonl", "comma.jsonl", "nan.jsonl", "line_end.jsonl", "lists.jsonl"])
def test_rows_that_json_dumps_writes_are_shown(tmp_path: Path, open_board: Open, name: str) -> None:
    assert "json.dumps(row)" in NAMED[name][1].replace("\\", "") or name != "repr.jsonl"
    (tmp_path / name).write_bytes(NAMED[name][0])
    assert len(ignored(open_board(tmp_path))) == 1
    (tmp_path / name).write_text(
        json.dumps(ROW | {"reward": float("nan")} if name == "nan.jsonl" else ROW) + "\n"
    )
    board = open_board(tmp_path)
    assert (column(board, "response"), ignored(board)) == (["A"], [])


def test_good_lines_behind_bad_ones_are_shown(tmp_path: Path, open_board: Open) -> None:
    (tmp_path / "a.jsonl").write_text(f"# made by hand\n{ROW}\n{LINE}\n\0\0{LINE}\n{LINE}\n")
    board = open_board(tmp_path)
    assert column(board, "response") == ["A", "A"]
    assert board.runs().runs[0].problems >= 3


def test_a_table_without_names_of_columns_is_said(tmp_path: Path, open_board: Open) -> None:
    rows = '0,What is it now?,It is so.,1\n1,"What is it, then?",It is not.,0\n'
    (tmp_path / "a.csv").write_text(rows)
    ((_, reason),) = ignored(open_board(tmp_path))
    assert reason.startswith("Its first line seems to be a row, and no names of columns: ")
    (tmp_path / "a.csv").write_text(f"step,prompt,response,reward\n{rows}")
    assert column(open_board(tmp_path), "reward") == [1.0, 0.0]
