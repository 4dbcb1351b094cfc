"""Rollouts of TRL's GRPOTrainer and RLOOTrainer, by one line.

    trainer = GRPOTrainer(..., callbacks=[RLBoardCallback("runs/x")])

TRL shows a callback neither samples nor tensors. So this one finds the trainer that calls it and listens to three of its
methods: `_generate_and_score_completions`, `_calculate_rewards` and `_get_per_token_logps_and_entropies`. They are
replaced on that one object by functions that call them; TRL's classes stay as they are. Nothing is computed for the log:
log-probabilities and entropies are those of TRL's own passes. Each process writes its own samples.

Written against trl 1.16.0. What another version does not have is left out, with one warning.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from transformers import TrainerCallback

from tensorboard_plugin_rlboard.integrations.generation import Array, Generation, array, fingerprint
from tensorboard_plugin_rlboard.integrations.method_listener import MethodListener
from tensorboard_plugin_rlboard.integrations.trl_batch import Facts, Scored
from tensorboard_plugin_rlboard.writer import RolloutWriter

_ANSWERS = ("ground_truth", "solution", "answer", "reference_answer", "target", "label")


class RLBoardCallback(TrainerCallback):
    """Writes every generation of a GRPOTrainer or RLOOTrainer, training and evaluation."""

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        *,
        ground_truth: str | None = None,
        columns: Sequence[str] = (),
        **options: Any,
    ) -> None:
        """Does nothing yet.

        Args:
            log_dir: the run's folder; the trainer's `output_dir` without.
            ground_truth: the dataset's column with the answer key; without, the first that is there of `ground_truth`,
                `solution`, `answer`, `reference_answer`, `target` and `label`.
            columns: further columns of the dataset to write, such as a difficulty or a source.
            options: of `RolloutWriter`.
        """
        self._folder = log_dir
        self._answers = _ANSWERS if ground_truth is None else (ground_truth,)
        self._columns = tuple(columns)
        self._options = options
        self._writers: dict[str, RolloutWriter] = {}
        self._ear = MethodListener("RL Board's callback for TRL")
        self._facts: Facts | None = None
        self._open: Generation | None = None
        self._scored: Scored | None = None
        self._passes: list[tuple[Any, Array]] = []
        self._waiting: dict[str, Generation] = {}
        self._counted = ("", -1, -1)

    def on_init_end(self, *_: Any, **__: Any) -> None:
        """Finds the trainer, so that an evaluation without training is heard, too."""
        self._ear.guard(self._find)

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Finds the trainer, if the callback was added after it was made."""
        self._ear.guard(self._find)

    def on_evaluate(self, *_: Any, **__: Any) -> None:
        """Writes what is left of an evaluation."""
        self._ear.guard(self._write, "eval")

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Writes what is left."""
        self.flush()

    def attach(self, trainer: Any) -> RLBoardCallback:
        """Listens to a trainer that the callback cannot find by itself; returns itself.

        Needed only where a trainer is wrapped in a way that hides it.
        """
        self._ear.guard(self._attach, trainer)
        return self

    def flush(self) -> None:
        """Writes every sample whose log-probabilities never came, and asks the writers to do the same."""
        for split in tuple(self._waiting):
            self._ear.guard(self._write, split)
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Writes what is left and closes the files; nothing is logged from then on."""
        self.flush()
        for writer in self._writers.values():
            writer.close()

    def _find(self) -> None:
        """Finds the trainer: it is `self` in one of the frames that lead to the callback."""
        frame: FrameType | None = sys._getframe()  # noqa: SLF001 - transformers names the trainer to no callback
        found = False
        while frame is not None and not found:
            owner = frame.f_locals.get("self")
            handler = None
            with contextlib.suppress(Exception):  # whatever else is on the way may be of any kind
                handler = getattr(owner, "callback_handler", None)
            found = any(callback is self for callback in getattr(handler, "callbacks", ()))
            if found:
                self._attach(owner)
            frame = frame.f_back
        if self._facts is None:
            self._ear.tell("trainer", "the trainer could not be found: call .attach(trainer) on the callback")

    def _attach(self, trainer: Any) -> None:
        if self._facts is not None and self._facts.trainer is trainer:
            return
        self._facts = Facts(trainer, self._answers, self._columns)
        kind, hear = type(trainer).__name__, self._ear.listen
        if not hear(trainer, "_generate_and_score_completions", self._generated, self._begin):
            self._ear.tell("kind", f"{kind} generates nothing that is known here; nothing is written")
            return
        if not hear(trainer, "_calculate_rewards", self._rewarded):
            self._ear.tell("rewards", f"{kind} has no _calculate_rewards; rewards are not written")
        if not hear(trainer, "_get_per_token_logps_and_entropies", self._passed):
            self._ear.tell("logprobs", f"{kind} shows no log-probabilities; they are not written")

    # What is heard, in this order: the begin of a generation, passes of policy and reference over it and its rewards,
    # its end; later the loss's passes, over the same samples in another order and smaller batches.

    def _begin(self, *_: Any) -> None:
        facts = self._known()
        self._scored, self._passes = None, []
        done = int(facts.trainer.state.global_step)
        # TRL counts a step when it is done, and reports under that number what led to it.
        self._open = Generation(done + 1 if facts.split == "train" else done, done, facts.split)

    def _rewarded(self, given: tuple[Any, ...], named: dict[str, Any], scores: Any) -> None:
        names = ("inputs", "prompts", "completions", "completion_ids_list")
        inputs, prompts, completions, ids = (*given, *(named[name] for name in names[len(given) :]))[:4]
        pending = getattr(self._known().trainer, "_pending_extra_logs", {})
        extra = {name: list(values) for name, values in pending.items()}
        self._scored = Scored(inputs, prompts, completions, ids, array(scores), extra)

    def _passed(self, given: tuple[Any, ...], named: dict[str, Any], result: Any) -> None:
        names = ("model", "input_ids", "attention_mask", "logits_to_keep")
        model, ids, mask, kept = (*given, *(named[name] for name in names[len(given) :]))[:4]
        logprobs, entropies, *_ = (*result, None) if isinstance(result, tuple) else (result, None)
        if self._open is not None:
            self._passes.append((model, array(logprobs)))
            return
        facts = self._known()
        waiting = self._waiting.get(facts.split)
        if waiting is None:
            return
        ids, mask = array(ids), array(mask).astype(bool)
        marks = [
            fingerprint(row[:-kept][on[:-kept]], row[-kept:], facts.pad)
            for row, on in zip(ids, mask, strict=True)
        ]
        updated = int(facts.trainer.state.global_step) > waiting.updates
        seen = {"new_logprobs" if updated else "logprobs": array(logprobs)}
        waiting.meet(marks, seen if entropies is None else {**seen, "entropies": array(entropies)})
        if not waiting.unseen:
            self._write(facts.split)

    def _generated(self, given: tuple[Any, ...], named: dict[str, Any], output: Mapping[str, Any]) -> None:
        made, self._open = self._open, None
        if made is None:
            return
        self._write(made.split)
        self._writer(made.split)
        split, step, number = self._counted
        number = number + 1 if (split, step) == (made.split, made.step) else 0
        self._counted = made.split, made.step, number
        inputs = given[0] if given else named["inputs"]
        self._known().fill(made, output, inputs, self._scored, self._passes, number)
        self._scored, self._passes = None, []
        self._waiting[made.split] = made

    def _write(self, split: str) -> None:
        made = self._waiting.pop(split, None)
        if made is not None and made.ids:
            self._writer(split).log_batch(**made.batch())

    def _writer(self, split: str) -> RolloutWriter:
        if split not in self._writers:
            facts = self._known()
            folder = facts.trainer.args.output_dir if self._folder is None else self._folder
            options = {"config": facts.config(), **self._options}
            self._writers[split] = RolloutWriter(folder, facts.rank, split, **options)
            if len(self._writers) == 1:  # after the writer's own: what is registered last is called first
                atexit.register(self.flush)
        return self._writers[split]

    def _known(self) -> Facts:
        if self._facts is None:
            raise RuntimeError("the callback has no trainer")
        return self._facts
