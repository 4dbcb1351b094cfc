"""Writes rollouts of TRL's GRPOTrainer and RLOOTrainer.

    trainer = GRPOTrainer(..., callbacks=[RLBoardCallback("runs/x")])

TRL gives a callback neither samples nor tensors. So this one finds the trainer that calls it and listens to three of its
methods: `_generate_and_score_completions`, `_calculate_rewards` and `_get_per_token_logps_and_entropies`. They are
replaced on that one object by functions that call them; TRL's classes stay as they are. Nothing is computed for the log:
log-probabilities and entropies are those of TRL's own forward passes. Each process writes its own samples.

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

from tensorboard_plugin_rlboard.integrations.generation import (
    Array,
    Generation,
    RewardCall,
    tensor_to_numpy,
    token_fingerprint,
)
from tensorboard_plugin_rlboard.integrations.method_listener import MethodListener
from tensorboard_plugin_rlboard.integrations.trl_batch import TrainerView
from tensorboard_plugin_rlboard.writer import RolloutWriter

_GROUND_TRUTH_COLUMNS = ("ground_truth", "solution", "answer", "reference_answer", "target", "label")


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
        """Take the options; nothing is opened yet.

        Args:
            log_dir: the run's folder; the trainer's `output_dir` without.
            ground_truth: the dataset's column with the answer key; without, the first that is there of `ground_truth`,
                `solution`, `answer`, `reference_answer`, `target` and `label`.
            columns: further columns of the dataset to write, such as a difficulty or a source.
            options: of `RolloutWriter`.
        """
        self._folder = log_dir
        self._ground_truth_columns = _GROUND_TRUTH_COLUMNS if ground_truth is None else (ground_truth,)
        self._columns = tuple(columns)
        self._options = options
        self._writers: dict[str, RolloutWriter] = {}
        self._listener = MethodListener("RL Board's callback for TRL")
        self._trainer_view: TrainerView | None = None
        self._current: Generation | None = None
        self._reward_call: RewardCall | None = None
        self._logprob_calls: list[tuple[Any, Array]] = []
        self._incomplete: dict[str, Generation] = {}
        self._last_generation = ("", -1, -1)

    def on_init_end(self, *_: Any, **__: Any) -> None:
        """Find the trainer, so that an evaluation without training is written, too."""
        self._listener.call_safely(self._find)

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Find the trainer, if the callback was added after it was made."""
        self._listener.call_safely(self._find)

    def on_evaluate(self, *_: Any, **__: Any) -> None:
        """Write what is left of an evaluation."""
        self._listener.call_safely(self._write, "eval")

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Write what is left."""
        self.flush()

    def attach(self, trainer: Any) -> RLBoardCallback:
        """Listen to a trainer that the callback cannot find by itself; returns the callback.

        Needed only where a trainer is wrapped in a way that hides it.
        """
        self._listener.call_safely(self._attach, trainer)
        return self

    def flush(self) -> None:
        """Write every sample that the loss has not seen, and flush the writers."""
        for split in tuple(self._incomplete):
            self._listener.call_safely(self._write, split)
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Write what is left and close the files; nothing is logged from then on."""
        self.flush()
        for writer in self._writers.values():
            writer.close()

    def _find(self) -> None:
        """Find the trainer: it is `self` in one of the frames that lead to the callback."""
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
        if self._trainer_view is None:
            self._listener.warn_once(
                "trainer", "the trainer could not be found: call .attach(trainer) on the callback"
            )

    def _attach(self, trainer: Any) -> None:
        if self._trainer_view is not None and self._trainer_view.trainer is trainer:
            return
        self._trainer_view = TrainerView(trainer, self._ground_truth_columns, self._columns)
        kind, listen = type(trainer).__name__, self._listener.listen
        if not listen(
            trainer, "_generate_and_score_completions", self._after_generation, self._before_generation
        ):
            self._listener.warn_once(
                "kind", f"{kind} generates nothing that is known here; nothing is written"
            )
            return
        if not listen(trainer, "_calculate_rewards", self._after_rewards):
            self._listener.warn_once("rewards", f"{kind} has no _calculate_rewards; rewards are not written")
        if not listen(trainer, "_get_per_token_logps_and_entropies", self._after_logprobs):
            self._listener.warn_once("logprobs", f"{kind} shows no log-probabilities; they are not written")

    # Calls come in this order: the begin of a generation, forward passes of policy and reference over it and its
    # rewards, its end; later the loss's forward passes, over the same samples in another order and smaller batches.

    def _before_generation(self, *_: Any) -> None:
        view = self._attached()
        self._reward_call, self._logprob_calls = None, []
        step = int(view.trainer.state.global_step)
        # TRL counts a step when it is done, and reports under that number what led to it.
        self._current = Generation(step + 1 if view.split == "train" else step, step, view.split)

    def _after_rewards(self, given: tuple[Any, ...], named: dict[str, Any], scores: Any) -> None:
        names = ("inputs", "prompts", "completions", "completion_ids_list")
        inputs, prompts, completions, ids = (*given, *(named[name] for name in names[len(given) :]))[:4]
        pending = getattr(self._attached().trainer, "_pending_extra_logs", {})
        extra = {name: list(values) for name, values in pending.items()}
        self._reward_call = RewardCall(inputs, prompts, completions, ids, tensor_to_numpy(scores), extra)

    def _after_logprobs(self, given: tuple[Any, ...], named: dict[str, Any], result: Any) -> None:
        names = ("model", "input_ids", "attention_mask", "logits_to_keep")
        model, ids, mask, n_kept = (*given, *(named[name] for name in names[len(given) :]))[:4]
        logprobs, entropies, *_ = (*result, None) if isinstance(result, tuple) else (result, None)
        if self._current is not None:
            self._logprob_calls.append((model, tensor_to_numpy(logprobs)))
            return
        view = self._attached()
        generation = self._incomplete.get(view.split)
        if generation is None:
            return
        ids, mask = tensor_to_numpy(ids), tensor_to_numpy(mask).astype(bool)
        fingerprints = [
            token_fingerprint(row[:-n_kept][on[:-n_kept]], row[-n_kept:], view.pad)
            for row, on in zip(ids, mask, strict=True)
        ]
        updated = int(view.trainer.state.global_step) > generation.policy_updates
        arrays = {"new_logprobs" if updated else "logprobs": tensor_to_numpy(logprobs)}
        generation.add_arrays(
            fingerprints, arrays if entropies is None else {**arrays, "entropies": tensor_to_numpy(entropies)}
        )
        if not generation.without_arrays:
            self._write(view.split)

    def _after_generation(
        self, given: tuple[Any, ...], named: dict[str, Any], output: Mapping[str, Any]
    ) -> None:
        generation, self._current = self._current, None
        if generation is None:
            return
        self._write(generation.split)
        self._writer(generation.split)
        split, step, number = self._last_generation
        number = number + 1 if (split, step) == (generation.split, generation.step) else 0
        self._last_generation = generation.split, generation.step, number
        inputs = given[0] if given else named["inputs"]
        self._attached().fill(generation, output, inputs, self._reward_call, self._logprob_calls, number)
        self._reward_call, self._logprob_calls = None, []
        self._incomplete[generation.split] = generation

    def _write(self, split: str) -> None:
        generation = self._incomplete.pop(split, None)
        if generation is not None and generation.ids:
            self._writer(split).log_batch(**generation.log_batch_arguments())

    def _writer(self, split: str) -> RolloutWriter:
        if split not in self._writers:
            view = self._attached()
            folder = view.trainer.args.output_dir if self._folder is None else self._folder
            options = {"config": view.hyperparameters(), **self._options}
            self._writers[split] = RolloutWriter(folder, view.rank, split, **options)
            if len(self._writers) == 1:  # after the writer's own: what is registered last is called first
                atexit.register(self.flush)
        return self._writers[split]

    def _attached(self) -> TrainerView:
        if self._trainer_view is None:
            raise RuntimeError("the callback has no trainer")
        return self._trainer_view
