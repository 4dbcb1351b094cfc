"""Logs as people write them by hand, each with the samples that its author would expect: step, split, prompt, response, reward."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
Expected = list[tuple[int, str, str | None, str, float | None]]
Log = tuple[dict[str, object], Expected]
"""Path -> content: rows are written as lines, texts and bytes as they are; and the samples."""
EVAL_ONLY_SECOND = ("train", "train", "eval", "eval")


def asked(number: int) -> str:
    """The prompt of a step."""
    return f"What is {number} plus {number}?"


def said(number: int) -> str:
    """The response of a sample."""
    return f"It is {number}."


def expected(
    step: Callable[[int], int] = lambda n: n // 2,
    reward: Callable[[int], float | None] = lambda n: float(n % 2),
    splits: tuple[str, ...] = ("train",) * 4,
) -> Expected:
    """Two answers to a prompt at each of two steps, the second of them right."""
    return [(step(n), splits[n], asked(n // 2), said(n), reward(n)) for n in range(4)]


ALL = expected()
NO_REWARD = expected(reward=lambda _: None)
STEP_0 = expected(step=lambda _: 0)


def rows(
    prompt: str = "prompt",
    response: str = "response",
    reward: str = "reward",
    step: str = "step",
    **more: Any,
) -> list[Row]:
    """The rows of these samples, under some names of their fields, and further fields; a function makes one of each."""
    found = []
    for n in range(4):
        row: Row = {step: n // 2, prompt: asked(n // 2), response: said(n), reward: float(n % 2)}
        row |= {name: value(n) if callable(value) else value for name, value in more.items()}
        found.append({name: value for name, value in row.items() if name})
    return found


def replaced(name: str, make: Callable[[int], object]) -> list[Row]:
    """The rows with other values under a key."""
    return [row | {name: make(n)} for n, row in enumerate(rows())]


def groups(*names: str, **more: Any) -> list[Row]:
    """A row for each prompt, with lists of its responses and rewards."""
    response, reward = names or ("completions", "rewards")
    return [
        {"step": s, "prompt": asked(s), response: [said(2 * s), said(2 * s + 1)], reward: [0.0, 1.0], **more}
        for s in range(2)
    ]


def chat(number: int) -> list[Row]:
    """A sample as a conversation."""
    return [
        {"role": "user", "content": asked(number // 2)},
        {"role": "assistant", "content": said(number)},
    ]


def _each(make: Callable[[int], Row]) -> list[Row]:
    return [make(n) for n in range(4)]


def _scored(**more: Any) -> list[Row]:
    """Rows without a reward of our name."""
    return rows(reward="", **more)


_NAMES = (
    *(
        "question answer score global_step",
        "instruction output reward_total train_step",
        "query generation rm_score update",
    ),
    *(
        "input prediction final_reward iter",
        "user assistant reward epoch",
        "problem model_output accuracy training_step",
    ),
    *(
        "task completion is_correct rollout_step",
        "prompt_text response_text scalar_reward it",
        "Prompt Response Reward Step",
    ),
    *(
        "PROMPT RESPONSE REWARD STEP",
        "inputs outputs rewards steps",
        "req resp rew step",
        "in out reward step",
    ),
    *("src hyp bleu_reward step", "prompt sample score n_update", "x y reward step", "q a reward it"),
    *("prompt response reward grad_step", "prompt output reward step_no", "prompt response reward trainStep"),
    *(
        "题目 解答 奖励 步",
        "问题 模型输出 得分 全局步数",
        "用户问题 模型的回答 奖励分数 训练步数",
        "任务 模型回应 总分 迭代步",
    ),
)
NAMES: dict[str, list[Row]] = {
    names: rows(**dict(zip(("prompt", "response", "reward", "step"), names.split(), strict=True)))
    for names in _NAMES
}
NESTED: dict[str, list[Row]] = {
    "data and metrics": _each(
        lambda n: {
            "step": n // 2,
            "data": {"prompt": asked(n // 2), "response": said(n)},
            "metrics": {"reward": float(n % 2)},
        }
    ),
    "a sample": _each(
        lambda n: {
            "global_step": n // 2,
            "sample": {"question": asked(n // 2), "output": said(n), "score": float(n % 2)},
        }
    ),
    "request and response": _each(
        lambda n: {
            "step": n // 2,
            "request": {"prompt": asked(n // 2), "temperature": 1.0},
            "response": {"text": said(n), "finish_reason": "stop"},
            "reward": {"total": float(n % 2), "format": 0.5},
        }
    ),
    "a step in the state": rows(
        "prompt", "completion", "score", "", trainer_state=lambda n: {"global_step": n // 2}
    ),
    "a step in the metadata": rows(
        "prompt", "completion", "score", "", meta=lambda n: {"global_step": n // 2}
    ),
}
STEPS: dict[str, list[Row]] = {
    "a whole float": replaced("step", lambda n: float(n // 2)),
    "a text": replaced("step", lambda n: str(n // 2)),
    "zeros before it": replaced("step", lambda n: f"{n // 2:05d}"),
    "its name": replaced("step", lambda n: f"step_{n // 2}"),
    "of how many": replaced("step", lambda n: f"{n // 2}/100"),
    "beside parts of an epoch": rows(epoch=lambda n: 0.25 * n),
    "beside steps within it": rows(step="global_step", micro_step=lambda n: n, turn_step=lambda n: n),
    "beside times": rows(timestamp=lambda n: 1.7e9 + n, time="2026-01-01T00:00:00"),
    "beside counts": rows(step="train_step", num_steps=5, max_steps=100, total_steps=100),
}
REWARDS: dict[str, list[Row]] = {
    "a text": replaced("reward", lambda n: str(float(n % 2))),
    "a truth value": replaced("reward", lambda n: bool(n % 2)),
    "a list of one": replaced("reward", lambda n: [float(n % 2)]),
    "a list of a list of one": _scored(rewards=lambda n: [[float(n % 2)]]),
    "a share in per cent": _scored(score=lambda n: f"{100 * (n % 2)}%"),
    "an object with its reason": replaced("reward", lambda n: {"value": float(n % 2), "reason": "x"}),
    "a total among parts": _scored(
        rewards=lambda n: {"format": 0.2, "acc": n % 2 - 0.2, "final": float(n % 2)}
    ),
    "slashes": [row | {"reward/format": 0.1} for row in rows(reward="reward/total")],
    "of the training": rows(reward="train/reward"),
    "beside its scale": rows(scaled_reward=lambda n: 10.0 * (n % 2), reward_scale=10, normalized_reward=0.3),
    "beside the raw one": rows(reward="final_reward", raw_reward=5.0, kl_penalty=0.1),
    "beside weight and threshold": rows(reward="score", reward_weight=0.3, reward_threshold=0.5),
    "beside its turns": rows(turn_rewards=[0.1, 0.2]),
    "an exponent": replaced("reward", lambda n: f"{float(n % 2):.1e}"),
    "a decimal comma": replaced("reward", lambda n: f"{n % 2},0"),
    "all as text": [{name: str(value) for name, value in row.items()} for row in rows()],
}
WITHOUT_REWARD: dict[str, list[Row]] = {
    "a tensor": replaced("reward", lambda n: f"tensor([{n}, 1])"),
    "parts": _scored(format_reward=1.0, accuracy_reward=lambda n: float(n % 2)),
    "an advantage": _scored(advantage=lambda n: n % 2 - 0.5),
    "a loss": _scored(loss=lambda n: 0.1 * n),
    "of ten": _scored(score=lambda n: f"{n} out of 10"),
    "lists of lists": _scored(rewards=lambda n: [[float(n), 1.0]]),
}
GROUPS: dict[str, list[Row]] = {
    "parallel lists": groups(),
    "with advantages": groups(advantages=[-1.0, 1.0]),
    "with lists of tokens": groups(logprobs=[[-0.1, -0.2], [-0.3]]),
    "with parts": groups(format_rewards=[1.0, 0.5]),
    "with their mean": groups(mean_reward=0.5, reward_std=0.5),
    "in Chinese": groups("回答列表", "奖励列表"),
    "batches": [
        row | {"prompts": [row["prompt"]] * 2, "prompt": None} for row in groups("responses", "rewards")
    ],
    "objects": [
        {
            "step": s,
            "prompt": asked(s),
            "samples": [{"text": said(2 * s + n), "reward": float(n)} for n in range(2)],
        }
        for s in range(2)
    ],
    "objects by name": [
        {
            "step": s,
            "prompt": asked(s),
            "rollouts": {
                f"rollout_{n}": {"completion": said(2 * s + n), "reward": float(n)} for n in range(2)
            },
        }
        for s in range(2)
    ],
    "numbered keys": [
        {
            "step": s,
            "prompt": asked(s),
            **{f"completion{n + 1}": said(2 * s + n) for n in range(2)},
            **{f"score{n + 1}": float(n) for n in range(2)},
        }
        for s in range(2)
    ],
}
CHATS: dict[str, list[Row]] = {
    "messages": _each(lambda n: {"step": n // 2, "messages": chat(n), "reward": float(n % 2)}),
    "messages as text": _each(
        lambda n: {"step": n // 2, "messages": json.dumps(chat(n)), "reward": float(n % 2)}
    ),
    "a prompt of messages": replaced("prompt", lambda n: chat(n)[:1]),
    "messages on both sides": _each(
        lambda n: {"step": n // 2, "prompt": chat(n)[:1], "completion": chat(n)[1:], "reward": float(n % 2)}
    ),
    "choices": _each(
        lambda n: {
            "step": n // 2,
            "messages": chat(n)[:1],
            "choices": [{"index": 0, "message": chat(n)[1], "finish_reason": "stop"}],
            "reward": float(n % 2),
        }
    ),
    "user and assistant": _each(
        lambda n: {
            "step": n // 2,
            "turns": [{"user": asked(n // 2), "assistant": said(n)}],
            "reward": float(n % 2),
        }
    ),
    "LangChain's": _each(
        lambda n: {
            "step": n // 2,
            "messages": [
                {"type": "human", "data": {"content": asked(n // 2)}},
                {"type": "ai", "content": said(n)},
            ],
            "reward": float(n % 2),
        }
    ),
    "speakers": _each(
        lambda n: {
            "step": n // 2,
            "dialogue": [{"speaker": "user", "text": asked(n // 2)}, {"speaker": "bot", "text": said(n)}],
            "reward": float(n % 2),
        }
    ),
}
LOGS: dict[str, Log] = {
    f"{kind}: {name}": ({"log.jsonl": found}, samples)
    for kind, logs, samples in (
        ("names", NAMES, ALL),
        ("nested", NESTED, ALL),
        ("step", STEPS, ALL),
        ("reward", REWARDS, ALL),
        ("no reward", WITHOUT_REWARD, NO_REWARD),
        ("group", GROUPS, ALL),
        ("conversation", CHATS, ALL),
    )
    for name, found in logs.items()
}
