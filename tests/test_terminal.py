"""What commands print: a name of a log that a terminal would obey is named, in any encoding."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.terminal import json_text, print_error, print_line

HOSTILE = "a\x1b[31mred\nRun b: all is well\u202e 中"
NAMED = "a␛[31mred␊Run b: all is well⟨U+202E⟩ 中"


def test_control_characters_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    print_line(HOSTILE)
    print_error(HOSTILE)
    assert capsys.readouterr() == (f"{NAMED}\n", f"{NAMED}\n")


def test_a_terminal_of_another_encoding_gets_what_it_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii"))
    print_line("中 \udcff")
    assert written.getvalue() == b"\\u4e2d \\u27e8U+DCFF\\u27e9\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_json_says_what_was_logged_and_nothing_that_a_terminal_obeys(encoding: str) -> None:
    logged = {"a\x9b31m": ["\x7f\x85\u202e\u2066\u200b\ufeff\U000e0041\ud800", '秋é😀\n\\"', True, None]}
    for indent in (None, 2):
        text = json_text(logged, encoding, indent)
        assert json.loads(text) == logged
        assert text.replace("\n", "").isprintable()
        text.encode(encoding)
    assert json_text("秋é", encoding) == {"utf-8": '"秋é"', "latin-1": '"\\u79cbé"'}.get(
        encoding, '"\\u79cb\\u00e9"'
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no file has such a name there")
@pytest.mark.parametrize(
    "command", [["doctor"], ["doctor", "--json"], ["watch", "--once"], ["index"], ["scalars"]]
)
def test_no_command_obeys_a_name_below_the_log_directory(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    log = TestLog(tmp_path / "logs")
    log.write(row(1), row(2), file="x\x1b[31m/a\x9b1m.jsonl")
    log.path("x\x1b[31m/gone.jsonl").symlink_to(tmp_path / "nowhere")
    more = ["--cache-dir", str(tmp_path / "cache")] if command == ["index"] else []
    more = ["--out", str(tmp_path / "out")] if command == ["scalars"] else more
    main([*command, str(log.folder), *more])
    said = "".join(capfd.readouterr())
    assert ("x\\u001b[31m" if "--json" in command else "x␛[31m") in said
    assert not {"\x1b", "\x9b"} & set(said)


def test_a_command_that_is_told_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = TestLog(tmp_path / "a run; touch x")
    log.write(row(1))
    main(["doctor", str(log.folder)])
    assert f"tensorboard --logdir '{log.folder}'" in capsys.readouterr().out
