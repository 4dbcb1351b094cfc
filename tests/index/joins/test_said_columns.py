"""What a file of scores is said to bring is what it holds now."""

from __future__ import annotations

from pathlib import Path

from rollout_log import TestLog, row


def test_a_file_that_is_written_anew_brings_no_column_of_before(tmp_path: Path) -> None:
    pair = {"prompt": "p", "response": "a"}
    with TestLog(tmp_path) as log:
        log.write(row(1), file="a/x.jsonl")
        log.write(pair | {"judge": 1.0}, file="scores0.jsonl")
        log.write(pair | {"judge": 2.0}, file="a/scores1.jsonl")
        board = log.open()

        def said() -> dict[str, tuple[str, ...]]:
            (run,) = board.runs().runs
            return {joined.source: tuple(joined.columns) for joined in run.joined}

        assert said() == {"scores0.jsonl": ("judge",), "a/scores1.jsonl": ("judge",)}
        (tmp_path / "a" / "scores1.jsonl").write_text('{"prompt": "p", "response": "a", "rm": 3.0}\n')
        board.indexer.index_now()
        assert said() == {"scores0.jsonl": ("judge",), "a/scores1.jsonl": ("rm",)}
