"""Logs of anybody are read as their authors expect, and the rlboard.toml that says how they were understood reads the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from files_by_hand import LOGS as FILES
from logs_by_hand import LOGS
from read_rows import Sample, read_folder
from repository import FORMATS
from rollout_log import TestLog, lines

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_toml

ALL_LOGS = LOGS | FILES
FIXTURES = sorted(path for path in FORMATS.rglob("*") if path.is_file())


def write(folder: Path, files: dict[str, object]) -> None:
    """Writes rows as lines, texts and bytes as they are."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = lines(*content) if isinstance(content, list) else content
        path.write_bytes(text.encode() if isinstance(text, str) else text)  # type: ignore[arg-type]  # bytes


def _told(sample: Sample) -> tuple[Any, ...]:
    names = ("step", "split", "prompt", "response", "reward")
    step, split, prompt, response, reward = (sample.get(name) for name in names)
    return step, split, prompt, str(response), reward


def _guessed(formats: dict[str, Format]) -> Format | None:
    """The format of the only file, where it was guessed."""
    if len(formats) != 1:
        return None
    (found,) = formats.values()
    return found if found.mapping is not None and found.mapping.guessed else None


def _is_read_alike(folder: Path) -> bool:
    """Saves the rlboard.toml of a guess, and reads once more; whether there was a guess."""
    samples, formats, _ = read_folder(folder)
    guessed = _guessed(formats)
    if guessed is None or guessed.mapping is None:
        return False
    (folder / next(iter(formats))).parent.joinpath("rlboard.toml").write_text(
        mapping_toml(guessed.mapping.keys), encoding="utf-8"
    )
    again, formats, reasons = read_folder(folder)
    assert repr(again) == repr(samples), (guessed.mapping.keys, reasons)
    assert _guessed(formats) is None, "the file that was printed does not count"
    return True


@pytest.mark.parametrize("name", ALL_LOGS)
def test_a_log_by_hand_is_read_as_expected_and_its_rlboard_toml_reads_it_alike(
    name: str, tmp_path: Path
) -> None:
    files, samples = ALL_LOGS[name]
    write(tmp_path, files)
    found, formats, reasons = read_folder(tmp_path)
    assert sorted(map(_told, found), key=repr) == sorted(samples, key=repr), (
        [one.mapping and one.mapping.keys for one in formats.values()],
        reasons,
    )
    _is_read_alike(tmp_path)


def test_guesses_at_fixtures_are_read_alike_by_their_rlboard_toml(tmp_path: Path) -> None:
    guessed = 0
    for number, path in enumerate(FIXTURES):
        if path.suffix not in {".py", ".md"} and path.stat().st_size < 200_000:
            folder = tmp_path / str(number)
            folder.mkdir()
            shutil.copy(path, folder / path.name)
            guessed += _is_read_alike(folder)
    assert guessed > 10


def test_of_files_with_other_keys_the_rlboard_toml_names_its_own(tmp_path: Path) -> None:
    rows = LOGS["names: question answer score global_step"][0]["log.jsonl"]
    other = [
        {"query": f"why {n}?", "answer": f"so {n}", "total_reward": n, "global_step": n} for n in range(4)
    ]
    write(tmp_path, {"a_1.jsonl": rows, "a_2.jsonl": rows, "b_1.jsonl": other})
    before = read_folder(tmp_path)[0]
    with TestLog(tmp_path) as log:
        (info,) = log.open().runs().runs
    assert 'files = "a_*.jsonl"' in info.mapping_toml
    (tmp_path / "rlboard.toml").write_text(info.mapping_toml, encoding="utf-8")
    assert repr(read_folder(tmp_path)[0]) == repr(before)
