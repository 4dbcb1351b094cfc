"""What files of scores are said to bring is what they hold now."""

from __future__ import annotations

from pathlib import Path

from rollout_log import TestLog, row


def test_files_bring_no_column_of_one_that_is_gone(tmp_path: Path) -> None:
    pair = {"prompt": "p", "response": "a"}
    with TestLog(tmp_path) as log:
        log.write(row(1), file="a/x.jsonl")
        log.write(pair | {"judge": 1.0}, file="scores0.jsonl")
        log.write(pair | {"judge": 2.0}, file="a/scores0.jsonl")
        log.write(pair | {"rm": 3.0}, file="a/scores1.jsonl")
        board = log.open()

        def said() -> dict[str, tuple[str, ...]]:
            (run,) = board.runs().runs
            return {joined.source: tuple(joined.columns) for joined in run.joined}

        assert said() == {"scores0.jsonl": ("judge",), "a/scores0.jsonl and 1 more": ("judge", "rm")}
        (tmp_path / "a" / "scores0.jsonl").unlink()
        board.indexer.index_now()
        assert said() == {"scores0.jsonl": ("judge",), "a/scores1.jsonl": ("rm",)}
