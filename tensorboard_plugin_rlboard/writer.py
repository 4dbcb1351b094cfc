"""Writes rollouts from a training as JSON lines, one sample a line, without ever disturbing the training.

Importing it loads the standard library only; NumPy arrays and torch tensors are accepted where the training has them.
One writer per rank: every rank appends to its own file, and nothing has to be gathered.

    with RolloutWriter("runs/ppo") as writer:
        writer.log_batch(step=step, prompt=prompts, response=responses, reward=rewards, logprobs=logprobs)

All options and guarantees are in docs/logging.md; the modules behind the writer are in `writing/`.
"""

from __future__ import annotations

import functools
import os
import weakref
from pathlib import Path
from typing import Any, Self

from tensorboard_plugin_rlboard.texts import counted
from tensorboard_plugin_rlboard.writing.background_queue import BackgroundQueue, QueueLimits
from tensorboard_plugin_rlboard.writing.options import (
    MAX_BYTES,
    PRECISION,
    QUEUE_BYTES,
    QUEUE_SAMPLES,
    Options,
)
from tensorboard_plugin_rlboard.writing.output.json_lines import TOKEN_FIELDS
from tensorboard_plugin_rlboard.writing.pipeline import WritingPipeline
from tensorboard_plugin_rlboard.writing.rows import LogCall
from tensorboard_plugin_rlboard.writing.shutdown import CLOSE_SECONDS, close_at_exit, close_queue
from tensorboard_plugin_rlboard.writing.snapshot import approximate_bytes, batch_size, snapshot

__all__ = ["TOKEN_FIELDS", "RolloutWriter"]

_QUEUE_FULL = "the queue is full, samples are dropped (when_full='wait' would wait for room)"
_FORKED = (
    "this writer belongs to the process that forked this one; samples logged here are dropped: make one here"
)


class RolloutWriter:
    """Appends samples to `<log_dir>/rollouts.rank_<rank>.jsonl`, in a thread of its own.

    No call raises because of what it was given or of the disk: a sample that cannot be written is counted in
    `dropped`, and the first reason is logged once as a warning. Calls from several threads do not interleave. A call
    copies what it was given and returns; what was given may be changed right after.

    Values may be of any type. Arrays and tensors (any device, any dtype, with or without gradient) become lists, 0-d
    ones numbers. NaN and Infinity are written bare, as Python's json does. Bytes are read as UTF-8; lone surrogates
    become U+FFFD; an object with no JSON form is written as its `str()`. Keys whose value is None are left out.
    `split` is the writer's unless a row says otherwise.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        rank: int | None = None,
        split: str = "train",
        *,
        config: Any = None,
        background: bool = True,
        precision: int | None = PRECISION,
        max_bytes: int = MAX_BYTES,
        compress: bool = False,
        every_n_steps: int = 1,
        max_samples_per_step: int | None = None,
        scalars: bool | None = None,
        when_full: str = "drop",
        queue_bytes: int = QUEUE_BYTES,
        queue_samples: int = QUEUE_SAMPLES,
    ) -> None:
        """Open (and where needed make) the folder and the file.

        Args:
            log_dir: the run's folder, at or below TensorBoard's `--logdir`.
            rank: this process's data-parallel rank; by default the environment's `RANK`, as torchrun sets it, else 0.
            split: written into every row; any but `train` also into the file's name: `rollouts.eval.rank_0.jsonl`.
            config: the training's settings (mapping, dataclass, namespace); rank 0 writes `rollouts.config.json`.
            background: False writes each line before the call returns: slower, and nothing is lost by a kill.
            precision: decimals and significant digits that arrays and lists of floats keep at least; None keeps all.
            max_bytes: size from which the next file is begun; 0 for no limit.
            compress: write `.jsonl.zst` (extra `zstd`).
            every_n_steps: write the samples of every n-th step only.
            max_samples_per_step: write so many samples of a step at most, half drawn by lot, half the most extreme.
            scalars: write step means into an event file; by default rank 0 does.
            when_full: what happens when the thread cannot keep up: `drop` counts the sample, `wait` waits.
            queue_bytes: how much may wait for the thread.
            queue_samples: likewise.
        """
        options = {
            "config": config, "background": background, "precision": precision, "max_bytes": max_bytes,
            "compress": compress, "every_n_steps": every_n_steps, "max_samples_per_step": max_samples_per_step,
            "scalars": scalars, "when_full": when_full, "queue_bytes": queue_bytes, "queue_samples": queue_samples,
        }  # fmt: skip
        self._make_again = functools.partial(type(self), log_dir, rank, split, **options)
        parsed = Options.from_arguments(log_dir, rank, split, **options)
        self._pipeline = WritingPipeline(parsed)
        bounds = QueueLimits(parsed.queue_bytes, parsed.queue_samples, parsed.wait_when_full)
        self._queue = BackgroundQueue(self._pipeline, bounds, background=parsed.background)
        self._process_id = os.getpid()
        close_at_exit(self._queue)
        weakref.finalize(self, self._queue.abandon).atexit = False

    @property
    def path(self) -> Path:
        """The file that is being written."""
        return self._pipeline.files.path

    @property
    def written(self) -> int:
        """Samples that are in a file."""
        return self._pipeline.counts.written

    @property
    def dropped(self) -> int:
        """Samples that are lost: no room in the queue, nothing that can be written, or a disk that refused."""
        return self._pipeline.counts.dropped

    @property
    def skipped(self) -> int:
        """Samples that `every_n_steps` and `max_samples_per_step` left out."""
        return self._pipeline.counts.skipped

    def log(
        self,
        *,
        step: object = None,
        prompt: object = None,
        response: object = None,
        response_tokens: object = None,
        logprobs: object = None,
        ref_logprobs: object = None,
        values: object = None,
        token_rewards: object = None,
        reward: object = None,
        **more: object,
    ) -> None:
        """Log one sample. All but `step` may be missing; per-token fields have one entry per response token.

        Args:
            step: the trainer's global optimisation step, required.
            prompt: text, with or without padding and special tokens.
            response: text, likewise.
            response_tokens: list of n strings, the end token included.
            logprobs: n log-probabilities (nats) under the policy in the trainer, before the update.
            ref_logprobs: the same under the frozen reference policy.
            values: n values of the critic, in units of reward.
            token_rewards: n rewards as trained on: KL penalty plus reward.
            reward: the scalar reward of the whole response.
            more: any other key. Per token: `rollout_logprobs` (as the sampling engine reported them), `new_logprobs`,
                `advantages`, `returns`, `entropies` (nats). Per sample: `ref_response` and `ref_reward` (the reference
                policy's answer to the same prompt), `group_id`, `ground_truth`, `finish_reason`, `policy_version`,
                named parts of the reward, texts.
        """
        if self._pipeline.skips(step):
            self._pipeline.counts.count(skipped=1)
            return
        self._put(LogCall, {
            "step": step, "prompt": prompt, "response": response, "reward": reward, **more,
            "response_tokens": response_tokens, "logprobs": logprobs, "ref_logprobs": ref_logprobs,
            "values": values, "token_rewards": token_rewards,
        })  # fmt: skip

    def log_batch(self, *, lengths: object = None, **fields: object) -> None:
        """Log one sample per entry of the batch.

        Args:
            lengths: B numbers of response tokens, if the per-token fields are padded on the right: two-dimensional
                arrays and the per-token fields named in `log` are cut to them.
            fields: as in `log`. A list, tuple, array or tensor holds one entry per sample (its length is the batch
                size B, which all of them share); anything else, such as `step` or a string, is the same for all.
                Per-token fields are B lists or one B × T array.
        """
        if self._pipeline.skips(fields.get("step")):
            self._pipeline.counts.count(skipped=batch_size(fields))
            return
        self._put(functools.partial(LogCall, batch=True), fields, lengths)

    def _put(self, item: Any, fields: dict[str, Any], lengths: object = None) -> None:
        samples = 1
        try:
            samples = batch_size(fields) if item is not LogCall else 1
            if self._process_id != os.getpid():
                self._pipeline.counts.count_dropped(samples, _FORKED)
                return
            copies = {key: snapshot(value) for key, value in fields.items() if value is not None}
            cuts = snapshot(lengths)
            if not self._queue.put(
                item(copies, samples, cuts), samples, sum(map(approximate_bytes, copies.values()))
            ):
                self._pipeline.counts.count_dropped(
                    samples, "the writer is closed" if self._queue.closed else _QUEUE_FULL
                )
        except Exception as error:  # noqa: BLE001 - nothing may reach the training
            self._pipeline.counts.count_failed(error, samples)
            self._queue.note_dropped(samples)

    def flush(self, timeout: float = CLOSE_SECONDS) -> None:
        """Wait until all that was logged is on the disk, so many seconds at most.

        Nobody has to call it: lines are written as they come. With `max_samples_per_step` it also chooses among the
        samples so far, as if the step were complete.
        """
        if self._process_id == os.getpid() and not self._queue.flush(timeout):
            self._pipeline.counts.warn_once(
                "slow", f"{counted(self._queue.waiting, 'sample')} not on the disk after {timeout:g} s"
            )

    def close(self, timeout: float = CLOSE_SECONDS) -> None:
        """Write what is left and close the file; samples logged afterwards are dropped. May be called twice."""
        if self._process_id == os.getpid():
            close_queue(self._queue, timeout)

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the writer."""
        self.close()

    def __reduce__(self) -> Any:
        """Make another writer of the same options where this one is sent, as to an actor of Ray."""
        return self._make_again, ()
