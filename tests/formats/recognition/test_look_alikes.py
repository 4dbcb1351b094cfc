"""Files that lie beside rollouts and look like them: none is opened as rollouts, and settings are not even named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from answers import ignored

from tensorboard_plugin_rlboard.board.board import Board

Open = Callable[[Path], Board]
SPECIAL = [{"id": i, "content": f"<|x{i}|>", "single_word": False, "special": True} for i in range(3)]
CHAT = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "It is 4."}]
DOCUMENTS: dict[str, Any] = {
    "tokenizer.json": {
        "version": "1.0",
        "truncation": None,
        "added_tokens": SPECIAL,
        "normalizer": {"type": "NFC"},
        "model": {
            "type": "BPE",
            "vocab": {f"token{i}": i for i in range(9000)},
            "merges": [["a", "b"]] * 900,
        },
    },
    "vocab.json": {f"token{i}": i for i in range(9000)},
    "added_tokens.json": {"<think>": 151667},
    "tokenizer_config.json": {
        "added_tokens_decoder": {str(i): token for i, token in enumerate(SPECIAL)},
        "chat_template": "{% for message in messages %}{{ message.content }}{% endfor %}",
        "model_max_length": 32768,
    },
    "special_tokens_map.json": {"eos_token": {"content": "<|im_end|>", "normalized": False}},
    "config.json": {
        "architectures": ["Qwen2ForCausalLM"],
        "id2label": {"0": "LABEL_0", "1": "LABEL_1"},
        "hidden_size": 896,
        "rope_scaling": None,
    },
    "generation_config.json": {"do_sample": True, "eos_token_id": [151645, 151643], "temperature": 0.7},
    "model.safetensors.index.json": {
        "metadata": {"total_size": 9},
        "weight_map": {f"model.layers.{i}.mlp.weight": "model-00001.safetensors" for i in range(3000)},
    },
    "trainer_state.json": {
        "best_metric": None,
        "epoch": 1.0,
        "global_step": 500,
        "log_history": [
            {"epoch": i / 500, "loss": 0.5, "reward": 0.1, "completion_length": 9.0, "step": i}
            for i in range(500)
        ],
        "stateful_callbacks": {"TrainerControl": {"args": {"should_save": True}, "attributes": {}}},
    },
    "older_trainer_state.json": {
        "global_step": 5,
        "log_history": [{"loss": 0.5, "step": 5}],
        "trial_name": None,
    },
    "adapter_config.json": {"peft_type": "LORA", "r": 8, "target_modules": ["q_proj", "v_proj"]},
    "wandb-summary.json": {
        "_runtime": 9.5,
        "train/reward": 0.5,
        "completions": {"_type": "table-file", "path": "media/table/completions.table.json", "nrows": 8},
    },
    "wandb-metadata.json": {"os": "Linux", "program": "train.py", "args": ["--lr", "1e-6"], "gpu": "H100"},
    "dataset_info.json": {
        "citation": "",
        "features": {
            "prompt": {"dtype": "string", "_type": "Value"},
            "reward": {"dtype": "float64", "_type": "Value"},
        },
        "splits": {"train": {"name": "train", "num_bytes": 9, "num_examples": 2}},
    },
    "state.json": {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_split": "train"},
    "results_2024-05-01.json": {
        "results": {"gsm8k": {"alias": "gsm8k", "exact_match,strict-match": 0.5}},
        "configs": {"gsm8k": {"task": "gsm8k", "doc_to_text": "Question: {{question}}\nAnswer:"}},
        "n-samples": {"gsm8k": {"original": 1319, "effective": 1319}},
    },
    "package.json": {"name": "x", "version": "1.0.0", "scripts": {"test": "vitest"}, "files": ["dist"]},
    "launch.json": {
        "version": "0.2.0",
        "configurations": [{"name": "Python", "type": "debugpy", "args": ["a"]}],
    },
    "ds_config.json": {"zero_optimization": {"stage": 3}, "train_batch_size": "auto"},
    "policy/config.json": {
        "model_type": "qwen2",
        "hidden_size": 10,
        "prompt": "x",
        "output": "dir",
        "reward": "fn",
    },
    "reward_args.json": {"prompt": "p.txt", "reward": "accuracy", "output": "out", "response_length": 512},
    "own_words.json": {"prompt": "p.txt", "reward": "accuracy", "response": "boxed", "max_length": 512},
    "args.json": {
        "prompt_key": "prompt",
        "reward_funcs": ["accuracy"],
        "output_dir": "out",
        "max_steps": 512,
    },
    "runtime.json": [1, 2, 3],
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "metrics.jsonl": [{"step": i, "reward": 0.5, "response_length/mean": 9.0} for i in range(3)],
    "history.json": [{"step": i, "loss": 0.5} for i in range(3)],
    "sft.jsonl": [{"messages": CHAT}, {"messages": CHAT}],
    "alpaca.json": [{"instruction": "Add 2 and 2.", "input": "", "output": "4"}] * 2,
    "rated.jsonl": [
        {
            "instruction": f"Add {i} and 2.",
            "input": "",
            "output": f"It is {i + 2}.",
            "quality_score": 4 - i % 2,
        }
        for i in range(4)
    ],
    "pairs.jsonl": [{"prompt": "2+2?", "chosen": "4", "rejected": "5"}] * 2,
    "chat_pairs.jsonl": [{"chosen": CHAT, "rejected": CHAT, "score_chosen": 9.0, "score_rejected": 2.0}] * 2,
    "questions.jsonl": [{"question": "2+2?", "answer": "4"}] * 2,
    "prompts.json": [{"prompt": "2+2?", "ground_truth": "4", "data_source": "gsm8k"}] * 2,
    "program.log": [{"level": "info", "msg": "response sent", "time": "10:00", "status": 200}] * 2,
}
TEXTS = {
    "merges.txt": "#version: 0.2\nĠ t\nĠ a\ni n\n" * 100,
    "requirements.txt": "torch==2.8.0\ntrl==1.16.0\n",
    "hydra/config.yaml": "data:\n  prompt_key: prompt\nreward_model:\n  enable: false\n",
    "train.py": "import os, sys\n\nREWARD = {'prompt': 1}\n",
    "README.md": "# Run\n\n| step | reward |\n|---|---|\n| 1 | 0.5 |\n",
    "events.out.tfevents.1714550000.host.1.0": "\x18\0\0\0\0\0\0\0\0brain.Event:2" * 9,
    "stdout.log": "step 1, reward 0.5\nstep 2, reward 0.6\n",
    "progress.csv": "step,reward,kl\n1,0.5,0.01\n2,0.6,0.02\n",
    "nvidia.csv": "timestamp,index,utilization\n2024-05-01 10:00:00.123,0,98 %\n2024-05-01 10:00:01.123,0,97 %\n",
}


def put(folder: Path) -> None:
    for indent in (None, 2):
        for name, document in DOCUMENTS.items():
            path = folder / f"model{indent}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(document, indent=indent), encoding="utf-8")
    for name, rows in ROWS.items():
        whole = (
            json.dumps(rows) if name.endswith(".json") else "".join(json.dumps(row) + "\n" for row in rows)
        )
        (folder / name).write_text(whole, encoding="utf-8")
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_none_is_opened_and_settings_are_not_even_named(tmp_path: Path, open_board: Open) -> None:
    put(tmp_path)
    board = open_board(tmp_path)
    opened = [file for run in board.registry.runs.values() for file in run.files]
    assert opened == []
    named = dict(ignored(board))
    assert named.keys() <= ROWS.keys() | {"nvidia.csv"}
    # What could be a log by its rows has a sentence that says why it is none.
    assert {
        "metrics.jsonl",
        "sft.jsonl",
        "alpaca.json",
        "rated.jsonl",
        "pairs.jsonl",
        "prompts.json",
    } <= named.keys()
    assert "program.log" not in named
    assert all(reason.endswith(".") for reason in named.values())
