"""A training that writes a stream of traces and annotations of them, as prime-rl does; and what a board says of it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from archives import PACK

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.texts import TextRules

TRACES = "monitors/file/traces"
Json = dict[str, Any]


def node(ids: list[int], *, role: str = "user", parent: int | None = None) -> Json:
    """A message of so many tokens; one of the assistant was sampled."""
    sampled = role == "assistant"
    found: Json = {
        "message": {"role": role, "content": f"{role} {ids}"},
        "sampled": sampled,
        "token_ids": ids,
        "mask": [sampled] * len(ids),
        "logprobs": [-i / 10 for i in ids] if sampled else [],
    }
    return found if parent is None else found | {"parent": parent}


def trace(name: str, arrival: int, *, kind: str = "train", nodes: list[Json] | None = None) -> Json:
    """A trace that arrived at a step; by default a question of two tokens and an answer of three."""
    return {
        "id": name,
        "nodes": nodes or [node([1, 2]), node([3, 4, 5], role="assistant", parent=0)],
        "rewards": {"right": {"score": len(name) % 2, "weight": 1.0}},
        "info": {
            "kind": kind,
            "dispatch": {"step": max(arrival - 1, 0), "time": 1.0},
            "arrival": {"step": arrival, "time": 2.0},
        },
        "stop_condition": "agent_completed",
    }


def episode(*traces: Json) -> Json:
    """The line of an episode."""
    return {
        "id": f"e-{traces[0]['id']}",
        "task": {"key": "k"},
        "group": {"id": "g"},
        "run": {"type": "train"},
        "traces": traces,
    }


def shipped(name: str, step: int, advantage: float = 0.5) -> Json:
    """What the orchestrator says once a batch took a trace."""
    info = {"effective": True, "ship": {"step": step, "time": 3.0}, "advantage": advantage}
    branches = [{"index": 0, "advantages": [None, None, advantage, advantage, advantage]}]
    return {"version": 1, "trace_id": name, "info": info, "branches": branches}


def trained(name: str, shift: float = 0.05, **more: Any) -> Json:
    """What the trainer says once it has computed a trace."""
    logprobs = [None, None, -0.3 - shift, -0.4, -0.5]
    branch = {"index": 0, "trainer_logprobs": logprobs, "entropies": [None, None, 0.1, 0.2, 0.3], **more}
    return {"version": 1, "trace_id": name, "info": {}, "branches": [branch]}


class StreamRun:
    """A run's folder, and what is appended to it.

    Args:
        folder: the run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / TRACES

    def append(self, stream: str, *rows: Json, chunk: int = 0) -> Path:
        """Appends lines to a chunk of a stream: `stream`, or `annotations/<producer>`."""
        path = self.folder / stream / f"{chunk:05d}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        return path

    def arrive(self, *traces: Json, chunk: int = 0) -> Path:
        """Each trace arrives as an episode of its own."""
        return self.append("stream", *map(episode, traces), chunk=chunk)

    def orchestrator(self, *rows: Json, chunk: int = 0) -> Path:
        """The orchestrator says something."""
        return self.append("annotations/orchestrator", *rows, chunk=chunk)

    def trainer(self, *rows: Json, chunk: int = 0) -> Path:
        """The trainer says something."""
        return self.append("annotations/trainer", *rows, chunk=chunk)

    def seal(self, path: Path) -> Path:
        """Compresses a chunk in frames of a few lines with a table of them behind, and drops the plain file."""
        data = path.read_bytes()
        frames = [PACK[".zst"](data[i : i + 500]) for i in range(0, len(data), 500)]
        table = b"\x5e\x2a\x4d\x18" + (9).to_bytes(4, "little") + bytes(5) + b"\xb1\xea\x92\x8f"
        sealed = path.with_name(path.name + ".zst")
        sealed.write_bytes(b"".join(frames) + table)
        path.unlink()
        return sealed


class RandomTraining(StreamRun):
    """A training that does something at random at each turn: traces arrive, ship, are trained on, chunks are sealed."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder)
        self.random = random.Random(seed)
        self.step = 1
        self.chunk = 0
        self.names: list[str] = []

    def turn(self) -> None:
        what = self.random.random()
        if what < 0.4 or not self.names:
            new = [f"t{len(self.names) + i}" for i in range(self.random.randint(1, 5))]
            self.names += new
            self.arrive(*(trace(name, self.step) for name in new), chunk=self.chunk)
            return
        chosen = self.random.sample(self.names, min(len(self.names), 3))
        if what < 0.6:
            self.orchestrator(*(shipped(name, self.step, self.random.choice([-1.0, 2.0])) for name in chosen))
            self.step += 1
        elif what < 0.8:
            self.trainer(*(trained(name, self.random.random()) for name in [*chosen, "stranger"]))
        elif what < 0.9:
            path = self.folder / "stream" / f"{self.chunk:05d}.jsonl"
            if path.exists():
                self.seal(path)
                self.chunk += 1
        else:
            path = self.folder / "annotations/trainer/00000.jsonl"
            path.unlink(missing_ok=True)


def sample_of(board: Board, name: str, run: str = ".") -> str:
    """The id of the sample of a trace."""
    table = board.samples(
        SamplesQuestion(Selection(run), TextRules(), columns=("sample_id",), limit=500)
    ).columns
    return str(table["id"][table["sample_id"].index(name)])


def tokens_of(board: Board, name: str, run: str = ".") -> dict[str, list[float | None]]:
    """The token metrics of the sample of a trace."""
    return board.token_lists(TokensQuestion(run, sample_of(board, name, run)))


def everything(board: Board) -> dict[str, Any]:
    """Every value of every sample and token, the curves, and what is said of annotations and problems."""
    found: dict[str, Any] = {}
    for info in board.runs().runs:
        run = info.run
        names = sorted({metric.name for metric in info.metrics} | set(info.text_columns))
        of_split = {split: _of_split(board, Selection(run, split), names) for split in info.splits}
        problems = board.problems(ProblemsQuestion(run, 0, 500)).columns
        said = sorted(zip(problems.file, problems.kind, problems.reason, strict=True))
        said = [one for one in said if one[1] != "vanished"]
        found[run] = {"samples": info.samples, "joined": info.joined, "problems": said, **of_split}
    return found


def _of_split(board: Board, selection: Selection, names: list[str]) -> dict[str, Any]:
    question = SamplesQuestion(selection, TextRules(), columns=tuple(names), limit=500)
    table = board.samples(question).columns
    # A column outlives its last value while files are left.
    filled = [name for name in ("id", *names) if any(value is not None for value in table[name])]
    steps = board.steps(StepsQuestion(selection))
    return {
        "rows": sorted(zip(*(map(repr, table[name]) for name in filled), strict=True)),
        "tokens": {
            name: repr(board.token_lists(TokensQuestion(selection.run, str(name)))) for name in table["id"]
        },
        "steps": list(steps.step),
        "curves": {
            name: [
                (round(float(mean or 0), 12), count)
                for mean, count in zip(curve.mean, curve.count, strict=True)
                if count
            ]
            for name, curve in steps.metrics.items()
            if any(curve.count)
        },
    }
