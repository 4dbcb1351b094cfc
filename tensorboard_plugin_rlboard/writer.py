"""Writes rollouts from a training as JSON lines, one sample per line, without ever disturbing the training.

Standard library only; NumPy arrays and torch tensors are understood where the training brings them. One writer per
rank: every rank appends to its own file, and nothing has to be gathered.

    with RolloutWriter("runs/ppo", rank=rank) as writer:
        writer.log(step=step, prompt=prompt, response=response, reward=reward, logprobs=logprobs)
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Self

_LOG = logging.getLogger(__name__)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)

TOKEN_FIELDS = frozenset({
    "response_tokens", "logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "values", "token_rewards",
    "advantages", "returns", "entropies",
})  # fmt: skip


class RolloutWriter:
    """Appends samples to ``<log_dir>/rollouts.rank_<rank>.jsonl``.

    No call raises because of what it was given or of the disk: a sample that cannot be written is counted in
    ``dropped``, and the first reason is logged once as a warning. Calls from several threads do not interleave.
    Every line reaches the operating system whole before the call returns, so a killed training loses nothing.

    Values may be of any type. Arrays and tensors (any device, any dtype, with or without gradient) become lists, 0-d
    ones numbers; float32 and narrower keep their own short decimal form. NaN and Infinity are written bare, as Python's
    json does. Bytes are read as UTF-8; lone surrogates become U+FFFD; an object with no JSON form is written as its
    ``str()``. Keys whose value is None are left out. ``split`` is the writer's unless a row says otherwise.

    Attributes: ``path`` of the file, and the numbers of samples ``written`` and ``dropped``.
    """

    def __init__(self, log_dir: str | os.PathLike[str], rank: int = 0, split: str = "train") -> None:
        """Open (and where needed make) the folder and the file.

        Args:
            log_dir: the run's folder, at or below TensorBoard's ``--logdir``.
            rank: this process's data-parallel rank.
            split: written into every row; any but ``train`` also into the file's name: ``rollouts.eval.rank_0.jsonl``.
        """
        middle = "" if split == "train" else f".{split}"
        self.path = Path(log_dir) / f"rollouts{middle}.rank_{rank}.jsonl"
        self.written = self.dropped = 0
        self._split = split
        self._lock = threading.Lock()
        self._file: int | None = None
        self._torn = self._closed = self._warned = False
        try:
            self._open()
        except Exception as error:  # noqa: BLE001 - nothing may reach the training; tried again at the first sample
            self._fail(error, samples=0)

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
        """Write one sample. All but ``step`` may be missing; per-token fields have one entry per response token.

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
            more: any other key. Per token: ``rollout_logprobs`` (as the sampling engine reported them),
                ``new_logprobs``, ``advantages``, ``returns``, ``entropies`` (nats). Per sample: ``ref_response`` and
                ``ref_reward`` (the reference policy's answer to the same prompt), ``group_id``, ``ground_truth``,
                ``finish_reason``, ``policy_version``, named parts of the reward, texts.
        """
        self._log_row({
            "step": step, "prompt": prompt, "response": response, "reward": reward, **more,
            "response_tokens": response_tokens, "logprobs": logprobs, "ref_logprobs": ref_logprobs,
            "values": values, "token_rewards": token_rewards,
        })  # fmt: skip

    def log_batch(self, *, lengths: object = None, **fields: object) -> None:
        """Write one sample per entry of the batch.

        Args:
            lengths: B numbers of response tokens, if the per-token fields are padded on the right: two-dimensional
                arrays and the per-token fields named in ``log`` are cut to them.
            fields: as in ``log``. A list, tuple, array or tensor holds one entry per sample (its length is the batch
                size B, which all of them share); anything else, such as ``step`` or a string, is the same for all.
                Per-token fields are B lists or one B × T array.
        """
        size = max((len(value) for value in fields.values() if isinstance(value, list | tuple)), default=1)
        try:
            for row in _rows(fields, lengths):
                self._log_row(row)
        except Exception as error:  # noqa: BLE001
            self._fail(error, samples=size)

    def flush(self) -> None:
        """Ask the system to put what was written on the disk; the writer itself holds nothing back."""
        try:
            with self._lock:
                if self._file is not None:
                    os.fsync(self._file)
        except Exception as error:  # noqa: BLE001
            self._fail(error, samples=0)

    def close(self) -> None:
        """Close the file; samples logged afterwards are dropped. May be called twice."""
        with self._lock:
            file, self._file, self._closed = self._file, None, True
        if file is not None:
            with contextlib.suppress(OSError):
                os.close(file)
            if self.dropped:
                _LOG.warning("%s: %d samples written, %d dropped", self.path, self.written, self.dropped)

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def _log_row(self, row: dict[str, Any]) -> None:
        try:
            line = _line({"step": row.get("step"), "split": self._split, **row})
            with self._lock:
                self._write(line)
                self.written += 1
        except Exception as error:  # noqa: BLE001
            self._fail(error, samples=1)

    def _open(self) -> int:
        if self._closed:
            raise ValueError("the writer is closed")
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError), self.path.open("rb") as before:
                if before.seek(0, os.SEEK_END):
                    before.seek(-1, os.SEEK_END)
                    self._torn = before.read(1) != b"\n"
            self._file = os.open(self.path, _APPEND, 0o644)
        return self._file

    def _write(self, line: bytes) -> None:
        file = self._open()
        # A half line, left by a crash or a full disk, stays a bad line of its own instead of spoiling this one.
        rest = memoryview(b"\n" + line if self._torn else line)
        while rest:
            count = os.write(file, rest)
            rest = rest[count:]
            self._torn = bool(rest)

    def _fail(self, error: Exception, samples: int) -> None:
        with self._lock:
            self.dropped += samples
            first, self._warned = not self._warned, True
        if first:
            _LOG.warning("%s: %s: %s; more such are only counted", self.path, type(error).__name__, error)


def _line(row: dict[str, Any]) -> bytes:
    """The row as one line of UTF-8; long arrays last, so that the line begins with what a reader looks for."""
    if row["step"] is None:
        raise ValueError("a sample needs a step")
    ordered = {key: row[key] for key in sorted(row, key=TOKEN_FIELDS.__contains__) if row[key] is not None}
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:  # surrogates: pairs are joined, lone ones replaced
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _rows(fields: dict[str, Any], lengths: Any) -> list[dict[str, Any]]:
    """A batch's columns as rows, cut to ``lengths`` if given."""
    columns = {key: _column(value) for key, value in {**fields, "lengths": lengths}.items()}
    sizes = {key: len(column) for key, column in columns.items() if isinstance(column, list)}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"a batch needs columns of one length, got {sizes}")
    cuts = columns.pop("lengths")
    rows = []
    for index in range(max(sizes.values())):
        row = {key: column[index] if isinstance(column, list) else column for key, column in columns.items()}
        for key, value in fields.items() if cuts is not None else ():
            if row[key] is not None and (key in TOKEN_FIELDS or getattr(value, "ndim", 0) == 2):
                row[key] = row[key][: int(cuts[index])]
        rows.append(row)
    return rows


def _column(values: Any) -> Any:
    """A batch's column as a list with one entry per sample; what is the same for all samples stays as it is."""
    if isinstance(values, list | tuple):
        return list(values)
    return _list_of(values) if hasattr(values, "__array__") else values


def _plain(value: Any) -> Any:
    """Stand-in for a value the json module does not know; what is inside may again be such values."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, Sequence | AbstractSet):
        return list(value)
    try:
        return _list_of(value) if hasattr(value, "__array__") else str(value)
    except Exception:  # noqa: BLE001 - its own methods failed
        return f"<{type(value).__name__} without a text form>"


def _list_of(array: Any) -> Any:
    """An array, tensor or NumPy scalar as nested lists or a number; narrow floats in their own shortest decimals."""
    import numpy as np  # noqa: PLC0415 - the writer also serves trainings without NumPy

    if hasattr(array, "detach"):  # torch, which NumPy cannot read off the CPU or with gradients
        array = array.detach().cpu()
    try:
        array = np.asarray(array)
    except TypeError:  # dtypes that NumPy lacks: bfloat16, float8
        array = np.asarray(array.float())
    if array.dtype.kind == "V" and array.dtype.names is None:  # bfloat16 and its kin from ml_dtypes
        array = array.astype(np.float32)
    if array.dtype.kind == "f" and array.dtype.itemsize < np.dtype(np.float64).itemsize:
        # The double nearest to the short text prints as that text: 0.1 instead of 0.10000000149011612.
        array = array.astype(str).astype(np.float64)
    return array.tolist()
