"""What a trainer of TRL knows of the samples that it has just generated, in the words of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tensorboard_plugin_rlboard.integrations.generation import (
    Array,
    Generation,
    array,
    conversation,
    free_name,
    rewards,
)

_SETTINGS = (
    "beta", "epsilon", "epsilon_high", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "num_generations",
    "num_generations_eval", "num_iterations", "steps_per_generation", "gradient_accumulation_steps",
    "per_device_train_batch_size", "max_completion_length", "max_prompt_length", "learning_rate", "lr_scheduler_type",
    "warmup_steps", "weight_decay", "max_grad_norm", "max_steps", "num_train_epochs", "loss_type", "scale_rewards",
    "importance_sampling_level", "multi_objective_aggregation", "mask_truncated_completions", "normalize_advantages",
    "use_vllm", "seed", "bf16",
)  # fmt: skip


@dataclass(frozen=True)
class Scored:
    """What `_calculate_rewards` was given, and what came of it.

    Attributes:
        inputs: B rows of the dataset.
        prompts, completions: B texts or B lists of messages.
        ids: B lists of token ids, without padding.
        scores: rewards of each function (columns), of all processes where TRL gathers them.
        extra: columns that reward functions gave to `log_extra`.
    """

    inputs: Sequence[Mapping[str, Any]]
    prompts: Sequence[Any]
    completions: Sequence[Any]
    ids: Sequence[Sequence[int]]
    scores: Array
    extra: Mapping[str, Sequence[Any]]


class _Spellings(dict[int, str]):
    """Token id -> token as the tokenizer stores it, asked for once an id."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, token: int) -> str:
        found = self[token] = str(self._tokenizer.convert_ids_to_tokens(token))
        return found


@dataclass
class Facts:
    """A trainer, and what is asked of it again and again."""

    trainer: Any
    answers: Sequence[str]
    columns: Sequence[str]
    _spellings: _Spellings | None = field(default=None, init=False)

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, also where it is part of a processor."""
        processing = self.trainer.processing_class
        return getattr(processing, "tokenizer", processing)

    @property
    def pad(self) -> int | None:
        """Id of the padding token."""
        found = self.tokenizer.pad_token_id
        return None if found is None else int(found)

    @property
    def rank(self) -> int:
        """Number of this process."""
        return int(self.trainer.accelerator.process_index)

    @property
    def split(self) -> str:
        """`train` or `eval`, as TRL itself tells them apart."""
        return "train" if self.trainer.model.training else "eval"

    def config(self) -> dict[str, object]:
        """Settings that explain the numbers."""
        args = self.trainer.args
        found = {name: getattr(args, name, None) for name in _SETTINGS}
        found["algorithm"] = type(self.trainer).__name__
        model = getattr(self.trainer.model, "config", None)
        found["model"] = getattr(model, "_name_or_path", None)
        weights = getattr(self.trainer, "reward_weights", None)
        for name, weight in zip(
            self._reward_names(), [] if weights is None else array(weights), strict=False
        ):
            found[f"reward_weight_{name}"] = float(str(weight))
        plain = {key: getattr(value, "value", value) for key, value in found.items()}
        return {
            key: value for key, value in plain.items() if isinstance(value, str | int | float) and value != ""
        }

    def fill(
        self,
        made: Generation,
        output: Mapping[str, Any],
        inputs: Sequence[Mapping[str, Any]],
        scored: Scored | None,
        passes: Sequence[tuple[Any, Array]],
        number: int,
    ) -> None:
        """Puts everything that is known after a generation into `made`.

        Args:
            made: the samples, empty so far.
            output: what `_generate_and_score_completions` returned.
            inputs: the rows of the dataset that it was given.
            scored: what was heard of the rewards; None where nothing was.
            passes: model and log-probabilities (B × T) of the passes that were made meanwhile.
            number: of this generation within its step.
        """
        mask = array(output["completion_mask"]).astype(bool)
        asked = zip(array(output["prompt_ids"]), array(output["prompt_mask"]).astype(bool), strict=True)
        prompts = [row[on] for row, on in asked]
        if scored is None:
            made.ids = [
                row[on].tolist() for row, on in zip(array(output["completion_ids"]), mask, strict=True)
            ]
            scored = Scored(
                inputs, [row.get("prompt") for row in inputs], [None] * len(made.ids), made.ids, mask, {}
            )
        else:
            made.ids = [[int(token) for token in tokens] for tokens in scored.ids]
            made.columns |= self._rewards(scored)
        made.columns |= self._texts(made, scored, prompts) | self._columns(scored.inputs)
        made.columns |= self._groups(made, number)
        self._arrays(made, output, mask, passes)
        made.mark(prompts, self.pad)

    def _reward_names(self) -> list[str]:
        names = getattr(self.trainer, "reward_func_names", None)
        return [str(name) for name in names or ()]

    def _rewards(self, scored: Scored) -> dict[str, Any]:
        size, scores = len(scored.ids), scored.scores
        first = self.rank * size if len(scores) > size else 0
        names = self._reward_names() or [f"reward_{i + 1}" for i in range(scores.shape[1])]
        weights = getattr(self.trainer, "reward_weights", None)
        local = scores[first : first + size]
        columns: dict[str, Any] = dict(rewards(local, names, None if weights is None else array(weights)))
        for name, values in scored.extra.items():
            if len(values) == size:
                columns[free_name(name, columns)] = list(values)
        return columns

    def _texts(self, made: Generation, scored: Scored, prompts: Sequence[Array]) -> dict[str, Any]:
        if self._spellings is None:
            self._spellings = _Spellings(self.tokenizer)
        spelt, decode = self._spellings, self.tokenizer.decode
        columns: dict[str, Any] = {
            "prompt": [
                text if isinstance(text, str) else decode(ids.tolist())
                for text, ids in zip(scored.prompts, prompts, strict=True)
            ],
            "response": [
                text if isinstance(text, str) else decode(ids, skip_special_tokens=True)
                for text, ids in zip(scored.completions, made.ids, strict=True)
            ],
            "response_tokens": [[spelt[token] for token in ids] for ids in made.ids],
        }
        messages = [conversation(*pair) for pair in zip(scored.prompts, scored.completions, strict=True)]
        if any(messages):
            columns["messages"] = messages
        ends = {*(getattr(self.trainer, "eos_token_ids", None) or [self.tokenizer.eos_token_id]), self.pad}
        columns["finish_reason"] = ["stop" if ids and ids[-1] in ends else "length" for ids in made.ids]
        return columns

    def _columns(self, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        there = inputs[0].keys() if inputs else ()
        found = {name: [row.get(name) for row in inputs] for name in self.columns if name in there}
        answer = next((name for name in self.answers if name in there), None)
        if answer is not None:
            found["ground_truth"] = [None if row.get(answer) is None else str(row[answer]) for row in inputs]
        return found

    def _groups(self, made: Generation, number: int) -> dict[str, Any]:
        """Samples of one prompt follow each other, over all processes."""
        size = int(self.trainer.num_generations)
        if made.split == "eval":
            size = int(getattr(self.trainer, "num_generations_eval", size))
        first = self.rank * len(made.ids)
        return {"group_id": [f"{number}.{(first + i) // max(size, 1)}" for i in range(len(made.ids))]}

    def _arrays(
        self, made: Generation, output: Mapping[str, Any], mask: Array, passes: Sequence[tuple[Any, Array]]
    ) -> None:
        named = {
            "logprobs": output.get("old_per_token_logps"),
            "ref_logprobs": output.get("ref_per_token_logps"),
            "rollout_logprobs": output.get("sampling_per_token_logps"),
        }
        made.arrays = {name: array(values) for name, values in named.items() if values is not None}
        policy, reference = self._told_apart(passes)
        # RLOO sums them up and returns no array.
        if reference is not None:
            made.arrays.setdefault("ref_logprobs", reference)
        if policy is not None:
            made.arrays.setdefault("logprobs", policy)
        advantages = array(output["advantages"]) if "advantages" in output else None
        if advantages is not None and advantages.ndim == 1:
            made.columns["advantage"] = [float(str(value)) for value in advantages]
        elif advantages is not None:
            made.arrays["advantages"] = advantages
        counted = mask
        if "tool_mask" in output:
            counted = counted & array(output["tool_mask"]).astype(bool)
        lengths = [len(ids) for ids in made.ids]
        if not all(row[:n].all() for row, n in zip(counted, lengths, strict=True)):
            made.columns["response_mask"] = [
                row[:n].astype(int) for row, n in zip(counted, lengths, strict=True)
            ]

    def _told_apart(self, passes: Sequence[tuple[Any, Array]]) -> tuple[Array | None, Array | None]:
        """The passes of policy and reference. With PEFT both are made with one model, and the reference's is the last."""
        if not getattr(self.trainer, "beta", 0):
            return (passes[0][1] if passes else None), None
        ref_model = getattr(self.trainer, "ref_model", None)
        theirs = [
            (ref_model is None and number == len(passes) - 1) or model is ref_model
            for number, (model, _) in enumerate(passes)
        ]
        mine = [logprobs for (_, logprobs), is_theirs in zip(passes, theirs, strict=True) if not is_theirs]
        other = [logprobs for (_, logprobs), is_theirs in zip(passes, theirs, strict=True) if is_theirs]
        return (mine[0] if mine else None), (other[0] if other else None)
