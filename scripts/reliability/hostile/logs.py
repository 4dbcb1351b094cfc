"""A log directory in which every text is hostile: texts, names of keys, runs, files, roles, settings, tags, broken lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

RUN, TALK, PAIRS = "texts", "talk", "pairs"
_TOKENS = 6
_SAMPLES_OF_STEP = 64
_LONGEST_NAME = 60
"""Characters of a name of a folder; the system allows 255 bytes."""


def row(payload: str, number: int) -> dict[str, Any]:
    """A sample whose texts and one key are a payload."""
    tokens = [payload, " a", payload[:40], " b", "", payload[-40:]]
    return {
        "step": 1 + number // _SAMPLES_OF_STEP,
        "prompt": payload,
        "group_id": payload,
        "sample_id": f"{number} {payload}",
        "response": "".join(tokens),
        "ref_response": payload,
        "ground_truth": payload,
        "finish_reason": payload,
        "response_tokens": tokens,
        "logprobs": [-0.5] * _TOKENS,
        "ref_logprobs": [-1.0] * _TOKENS,
        "reward": number / 100,
        "note": payload,
        payload: number,
    }


def conversation(payload: str, number: int) -> dict[str, Any]:
    """A sample whose conversation has the payload as role, name, content, reasoning and tool call."""
    call = {"id": payload, "function": {"name": payload, "arguments": json.dumps({payload: payload})}}
    messages = [
        {"role": "system", "content": payload},
        {"role": "user", "name": payload, "content": payload},
        {"role": "assistant", "content": payload, "reasoning_content": payload, "tool_calls": [call]},
        {"role": "tool", "name": payload, "tool_call_id": payload, "content": payload},
        {"role": payload, "content": payload},
        {"role": "assistant", "content": payload},
    ]
    return {"step": 1, "messages": messages, "response": payload, "reward": number / 100, "split": "train"}


def pair(payload: str, number: int) -> list[dict[str, Any]]:
    """A good and a bad response to the same prompt, at each of two steps; the payload tells its kind and is all that they say."""
    shared = {
        "prompt": payload,
        "group_id": payload,
        "data_source": payload,
        "task": payload,
        "ground_truth": payload,
    }
    return [
        {
            **shared,
            "step": step,
            "response": f"{payload} {verdict} {payload} {number}",
            "reward": float(verdict == "right") * (3 - step),
        }
        for step in (1, 2)
        for verdict in ("right", "wrong")
    ]


def name_of(payload: str) -> str:
    """A name of a folder as near to a payload as the system allows."""
    name = payload.replace("/", "\u2215").replace("\x00", "\u2400")[:_LONGEST_NAME].strip(". ")
    return name.encode("utf-8", "replace").decode()[:_LONGEST_NAME]


def write_hostile(folder: Path, texts: list[str], named: int) -> list[str]:
    """Writes the log directory.

    Args:
        folder: where; it is made.
        texts: the payloads.
        named: how many of them name runs.

    Returns:
        The names of the runs.
    """
    runs = [RUN, TALK, PAIRS]
    texts_of = {
        RUN: [row(text, number) for number, text in enumerate(texts)],
        TALK: [conversation(text, number) for number, text in enumerate(texts)],
        PAIRS: [found for number, text in enumerate(texts) for found in pair(text, number)],
    }
    step = max(1, len(texts) // named)
    for text in texts[::step]:
        if (name := name_of(text)) and name not in runs:
            runs.append(name)
            texts_of[name] = [{**row(text, 0), "split": text}]
    for name, rows in texts_of.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "a.jsonl").write_bytes(b"".join(_line(found) for found in rows))
        settings = {text[:200]: text for text in texts[::step]} | {"gamma": texts[0], "model": texts[-1]}
        (folder / name / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    with (folder / RUN / "a.jsonl").open("ab") as file:
        for text in texts[::step]:
            file.write(
                f'{{"step": 1, "response": {text!r}\n'.encode("utf-8", "replace").replace(b"\n", b" ") + b"\n"
            )
    toml = "\n".join(f"[{json.dumps(text)}]\nx = 1" for text in texts[:3])
    (folder / TALK / "rlboard.toml").write_text(toml, encoding="utf-8")
    _write_scalars(folder / RUN, texts[::step])
    return runs


def _line(found: dict[str, Any]) -> bytes:
    return json.dumps(found).encode() + b"\n"


def _write_scalars(folder: Path, tags: list[str]) -> None:
    writer = EventFileWriter(str(folder))
    for number, tag in enumerate(tags):
        value = summary_pb2.Summary.Value(
            tag=tag.encode("utf-8", "replace").decode(), simple_value=float(number)
        )
        event = event_pb2.Event(step=1, wall_time=1.0, summary=summary_pb2.Summary(value=[value]))
        writer.add_event(event)
    writer.close()
