"""Files as people write and name them by hand, each with the samples that its author would expect (`logs_by_hand`)."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from typing import Any

from layouts import columns_of, json_lines, table
from logs_by_hand import ALL, EVAL_ONLY_SECOND, STEP_0, Log, Row, asked, chat, expected, groups, rows, said

ROWS = rows()
NO_STEP: list[Row] = [{name: value for name, value in row.items() if name != "step"} for row in ROWS]
_EVALUATION = ("eval",) * 4


def _by_step(name: str) -> dict[str, Any]:
    return {name.format(step): NO_STEP[2 * step : 2 * step + 2] for step in range(2)}


def _quoted(row: Row) -> Row:
    return row | {"response": f'{row["response"]}\nline "two", yes;'}


CONTAINERS: dict[str, object] = {
    "a.csv": table(ROWS),
    "semicolons.csv": table(ROWS, ";"),
    "windows.csv": "\ufeff" + table(ROWS, ",", "\r\n"),
    "foreign.csv": table(rows("question", "answer", "score", "global_step")),
    "chinese.csv": table(rows("问题", "回答", "得分", "训练步")),
    "numbered.csv": table(
        [
            {"step": s, "prompt": asked(s)}
            | {
                f"{name}_{n}": value
                for n in range(2)
                for name, value in (("response", said(2 * s + n)), ("reward", n))
            }
            for s in range(2)
        ]
    ),
    "messages.csv": table(
        [{"step": n // 2, "messages": json.dumps(chat(n)), "reward": n % 2} for n in range(4)]
    ),
    "index.csv": table([{"": n, **row} for n, row in enumerate(ROWS)]),
    "a.tsv": table(ROWS, "\t"),
    "pretty.json": json.dumps(ROWS, indent=2),
    "columns.json": json.dumps(columns_of(ROWS)),
    "table.json": json.dumps({"columns": list(ROWS[0]), "data": [list(row.values()) for row in ROWS]}),
    "by_name.json": json.dumps(_by_step("step_{}")),
    "by_number.json": json.dumps(_by_step("{}")),
    "settings.json": json.dumps(
        {
            "config": {"lr": 1e-6},
            "steps": [{"step": s, "rollouts": NO_STEP[2 * s : 2 * s + 2]} for s in range(2)],
        }
    ),
    "list.json.gz": gzip.compress(json.dumps(ROWS).encode()),
    "lines.jsonl.bz2": bz2.compress(json_lines(ROWS).encode()),
    "lines.jsonl.xz": lzma.compress(json_lines(ROWS).encode()),
    "lines.txt": json_lines(ROWS),
    "utf16.log": json_lines(ROWS).encode("utf-16"),
    "lists.jsonl": "".join(f"{json.dumps([row])}\n" for row in ROWS),
    "header.jsonl": [{"config": {"lr": 1e-6}, "model": "m"}, *rows(reward="score")],
    "our_header.jsonl": [{"run": "x", "version": 1}, *ROWS],
    "with_metrics.jsonl": [
        row
        for one in rows(response="output", reward="score")
        for row in (one, {"step": one["step"], "loss": 0.1})
    ],
    "stray_lists.jsonl": rows(nums=[3, 5, 7, 11], target=24, bbox=[0.1, 0.2, 0.3, 0.4]),
    "usage.jsonl": rows(
        usage={"prompt_tokens": 5, "completion_tokens": 3}, completion_tokens=3, prompt_tokens=5
    ),
}
STEP_NAMES = (
    *(
        "step_7.jsonl",
        "step7.jsonl",
        "global_step_7/rollouts.jsonl",
        "iter_0007.jsonl",
        "checkpoint-7/samples.jsonl",
    ),
    *(
        "rollouts_step7.jsonl",
        "train_step_7.jsonl",
        "epoch_7.jsonl",
        "samples-iter7.jsonl",
        "update_7/out.jsonl",
    ),
    *(
        "it7.jsonl",
        "ckpt7.jsonl",
        "rollouts_0007.jsonl",
        "step=7/a.jsonl",
        "第7步.jsonl",
        "rank0_step7.jsonl",
    ),
    *("step_7_rank_0.jsonl", "gen_step_7.jsonl", "训练_第7轮.jsonl"),
)
EVALUATION_NAMES = (
    *(
        "eval_step_7.jsonl",
        "evals/step_7.jsonl",
        "val/step_7.jsonl",
        "step_7/eval.jsonl",
        "step_7_eval.jsonl",
    ),
    *("eval_rollouts/step_7.jsonl", "验证_第7步.jsonl"),
)
NOT_TAKEN = ("rollout_12.jsonl", "7/rollouts.jsonl", "completions_100.jsonl")
"""Names with a number that may be a step or a rank."""
EVALUATIONS: dict[str, Log] = {
    "beside the training": (
        {"rollouts.jsonl": ROWS, "eval_rollouts.jsonl": ROWS},
        [*ALL, *expected(splits=_EVALUATION)],
    ),
    "in folders": (
        {"train/step_7.jsonl": NO_STEP, "eval/step_7.jsonl": NO_STEP},
        [*expected(step=lambda _: 7), *expected(step=lambda _: 7, splits=_EVALUATION)],
    ),
    "of a data set": (
        {"log.jsonl": rows(split=lambda n: "eval/gsm8k" if n > 1 else "train")},
        expected(splits=EVAL_ONLY_SECOND),
    ),
    "train beside test": (
        {"train.jsonl": ROWS, "test.jsonl": ROWS},
        [*ALL, *expected(splits=_EVALUATION)],
    ),
    "in one document": (
        {"all.json": json.dumps({"train": ROWS, "eval": ROWS})},
        [*ALL, *expected(splits=_EVALUATION)],
    ),
    "metrics of one": ({"log.jsonl": [row | {"eval/acc": 0.5} for row in ROWS]}, ALL),
    "another response of one": ({"log.jsonl": rows(eval_response="never", eval_reward=0.3)}, ALL),
    "sampling modes": ({"log.jsonl": rows(mode=lambda n: "greedy" if n > 1 else "sample")}, ALL),
}
FAILED: dict[str, Log] = {
    "first": (
        {
            "log.jsonl": [
                {"step": 0, "prompt": asked(0), "output": None, "score": None},
                *rows("prompt", "output", "score"),
            ]
        },
        [(0, "train", asked(0), "None", None), *ALL],
    ),
    "empty": (
        {
            "log.jsonl": [
                {"step": 0, "prompt": asked(0), "output": "", "score": 0.0},
                *rows("prompt", "output", "score"),
            ]
        },
        [(0, "train", asked(0), "", 0.0), *ALL],
    ),
}
PAIRS = groups("outputs", "scores")
LOGS: dict[str, Log] = {
    **{f"container: {name}": ({name: content}, ALL) for name, content in CONTAINERS.items()},
    **{f"name: {name}": ({name: NO_STEP}, expected(step=lambda _: 7)) for name in STEP_NAMES},
    **{
        f"name: {name}": ({name: NO_STEP}, expected(step=lambda _: 7, splits=_EVALUATION))
        for name in EVALUATION_NAMES
    },
    **{f"name: {name}": ({name: NO_STEP}, STEP_0) for name in NOT_TAKEN},
    **{f"evaluation: {name}": log for name, log in EVALUATIONS.items()},
    **{f"failed: {name}": log for name, log in FAILED.items()},
    "quoted cells": (
        {"a.csv": table([_quoted(row) for row in ROWS])},
        [(*one[:3], f'{one[3]}\nline "two", yes;', one[4]) for one in ALL],
    ),
    "a group whose scores have another name": ({"log.jsonl": PAIRS}, ALL),
}
