"""Reads the samples that a trainer of TRL has just generated into a `Generation`, under the names of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.integrations.batches import token_strings
from tensorboard_plugin_rlboard.integrations.generation import (
    Array,
    Generation,
    RewardCall,
    conversation,
    reward_columns,
    tensor_to_numpy,
    unused_name,
)

_HYPERPARAMETERS = (
    "beta", "epsilon", "epsilon_high", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "num_generations",
    "num_generations_eval", "num_iterations", "steps_per_generation", "gradient_accumulation_steps",
    "per_device_train_batch_size", "max_completion_length", "max_prompt_length", "learning_rate", "lr_scheduler_type",
    "warmup_steps", "weight_decay", "max_grad_norm", "max_steps", "num_train_epochs", "loss_type", "scale_rewards",
    "importance_sampling_level", "multi_objective_aggregation", "mask_truncated_completions", "normalize_advantages",
    "use_vllm", "seed", "bf16",
)  # fmt: skip


@dataclass
class TrainerView:
    """What is read of a trainer.

    Attributes:
        trainer: TRL's trainer.
        ground_truth_columns: columns of the dataset that may hold the answer key; the first that exists counts.
        columns: further columns of the dataset to write.
    """

    trainer: Any
    ground_truth_columns: Sequence[str]
    columns: Sequence[str]

    @property
    def tokenizer(self) -> Any:
        """The tokenizer, also where a processor holds it."""
        processing = self.trainer.processing_class
        return getattr(processing, "tokenizer", processing)

    @property
    def pad(self) -> int | None:
        """Id of the padding token."""
        found = self.tokenizer.pad_token_id
        return None if found is None else int(found)

    @property
    def rank(self) -> int:
        """The rank of this process."""
        return int(self.trainer.accelerator.process_index)

    @property
    def split(self) -> str:
        """`train` or `eval`, as TRL itself tells them apart."""
        return "train" if self.trainer.model.training else "eval"

    def hyperparameters(self) -> dict[str, object]:
        """The hyperparameters of the training, for `RolloutWriter(config=...)`."""
        args = self.trainer.args
        found = {name: getattr(args, name, None) for name in _HYPERPARAMETERS}
        found["algorithm"] = type(self.trainer).__name__
        model = getattr(self.trainer.model, "config", None)
        found["model"] = getattr(model, "_name_or_path", None)
        weights = getattr(self.trainer, "reward_weights", None)
        for name, weight in zip(
            self._reward_names(), [] if weights is None else tensor_to_numpy(weights), strict=False
        ):
            found[f"reward_weight_{name}"] = float(str(weight))
        plain = {key: getattr(value, "value", value) for key, value in found.items()}
        return {
            key: value for key, value in plain.items() if isinstance(value, str | int | float) and value != ""
        }

    def fill(
        self,
        generation: Generation,
        output: Mapping[str, Any],
        inputs: Sequence[Mapping[str, Any]],
        reward_call: RewardCall | None,
        logprob_calls: Sequence[tuple[Any, Array]],
        number: int,
    ) -> None:
        """Put texts, rewards and arrays of the generated samples into a generation.

        Args:
            generation: the samples, empty so far.
            output: what `_generate_and_score_completions` returned.
            inputs: the rows of the dataset that it was called with.
            reward_call: the call of `_calculate_rewards` meanwhile; None without one.
            logprob_calls: model and log-probabilities (B × T) of the forward passes meanwhile.
            number: of this generation within its step, from 0.
        """
        mask = tensor_to_numpy(output["completion_mask"]).astype(bool)
        asked = zip(
            tensor_to_numpy(output["prompt_ids"]),
            tensor_to_numpy(output["prompt_mask"]).astype(bool),
            strict=True,
        )
        prompts = [row[on] for row, on in asked]
        if reward_call is None:
            generation.ids = [
                row[on].tolist()
                for row, on in zip(tensor_to_numpy(output["completion_ids"]), mask, strict=True)
            ]
            reward_call = RewardCall(
                inputs,
                [row.get("prompt") for row in inputs],
                [None] * len(generation.ids),
                generation.ids,
                mask,
                {},
            )
        else:
            generation.ids = [[int(token) for token in tokens] for tokens in reward_call.ids]
            generation.columns |= self._rewards(reward_call)
        generation.columns |= self._texts(generation, reward_call, prompts) | self._columns(
            reward_call.inputs
        )
        generation.columns |= self._groups(generation, number)
        self._arrays(generation, output, mask, logprob_calls)
        generation.add_fingerprints(prompts, self.pad)

    def _reward_names(self) -> list[str]:
        names = getattr(self.trainer, "reward_func_names", None)
        return [str(name) for name in names or ()]

    def _rewards(self, reward_call: RewardCall) -> dict[str, Any]:
        size, scores = len(reward_call.ids), reward_call.scores
        first = self.rank * size if len(scores) > size else 0
        names = self._reward_names() or [f"reward_{i + 1}" for i in range(scores.shape[1])]
        weights = getattr(self.trainer, "reward_weights", None)
        local = scores[first : first + size]
        columns: dict[str, Any] = dict(
            reward_columns(local, names, None if weights is None else tensor_to_numpy(weights))
        )
        for name, values in reward_call.extra_columns.items():
            if len(values) == size:
                columns[unused_name(name, columns)] = list(values)
        return columns

    def _texts(
        self, generation: Generation, reward_call: RewardCall, prompts: Sequence[Array]
    ) -> dict[str, Any]:
        spelt, decode = token_strings(self.tokenizer), self.tokenizer.decode
        columns: dict[str, Any] = {
            "prompt": [
                text if isinstance(text, str) else decode(ids.tolist())
                for text, ids in zip(reward_call.prompts, prompts, strict=True)
            ],
            "response": [
                text if isinstance(text, str) else decode(ids, skip_special_tokens=True)
                for text, ids in zip(reward_call.completions, generation.ids, strict=True)
            ],
            "response_tokens": [[spelt[token] for token in ids] for ids in generation.ids],
        }
        messages = [
            conversation(*pair) for pair in zip(reward_call.prompts, reward_call.completions, strict=True)
        ]
        if any(messages):
            columns["messages"] = messages
        ends = {*(getattr(self.trainer, "eos_token_ids", None) or [self.tokenizer.eos_token_id]), self.pad}
        columns["finish_reason"] = ["stop" if ids and ids[-1] in ends else "length" for ids in generation.ids]
        return columns

    def _columns(self, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        present = inputs[0].keys() if inputs else ()
        found = {name: [row.get(name) for row in inputs] for name in self.columns if name in present}
        answer = next((name for name in self.ground_truth_columns if name in present), None)
        if answer is not None:
            found["ground_truth"] = [None if row.get(answer) is None else str(row[answer]) for row in inputs]
        return found

    def _groups(self, generation: Generation, number: int) -> dict[str, Any]:
        """Group ids: samples of one prompt follow each other, over all processes."""
        size = int(self.trainer.num_generations)
        if generation.split == "eval":
            size = int(getattr(self.trainer, "num_generations_eval", size))
        first = self.rank * len(generation.ids)
        return {"group_id": [f"{number}.{(first + i) // max(size, 1)}" for i in range(len(generation.ids))]}

    def _arrays(
        self,
        generation: Generation,
        output: Mapping[str, Any],
        mask: Array,
        logprob_calls: Sequence[tuple[Any, Array]],
    ) -> None:
        named = {
            "logprobs": output.get("old_per_token_logps"),
            "ref_logprobs": output.get("ref_per_token_logps"),
            "rollout_logprobs": output.get("sampling_per_token_logps"),
        }
        generation.arrays = {
            name: tensor_to_numpy(values) for name, values in named.items() if values is not None
        }
        policy, reference = self._policy_and_reference(logprob_calls)
        # RLOO sums them up and returns no array.
        if reference is not None:
            generation.arrays.setdefault("ref_logprobs", reference)
        if policy is not None:
            generation.arrays.setdefault("logprobs", policy)
        advantages = tensor_to_numpy(output["advantages"]) if "advantages" in output else None
        if advantages is not None and advantages.ndim == 1:
            generation.columns["advantage"] = [float(str(value)) for value in advantages]
        elif advantages is not None:
            generation.arrays["advantages"] = advantages
        counted = mask
        if "tool_mask" in output:
            counted = counted & tensor_to_numpy(output["tool_mask"]).astype(bool)
        lengths = [len(ids) for ids in generation.ids]
        if not all(row[:n].all() for row, n in zip(counted, lengths, strict=True)):
            generation.columns["response_mask"] = [
                row[:n].astype(int) for row, n in zip(counted, lengths, strict=True)
            ]

    def _policy_and_reference(
        self, logprob_calls: Sequence[tuple[Any, Array]]
    ) -> tuple[Array | None, Array | None]:
        """Tell log-probabilities of policy and reference apart. With PEFT one model gives both, the reference's last."""
        if not getattr(self.trainer, "beta", 0):
            return (logprob_calls[0][1] if logprob_calls else None), None
        ref_model = getattr(self.trainer, "ref_model", None)
        theirs = [
            (ref_model is None and number == len(logprob_calls) - 1) or model is ref_model
            for number, (model, _) in enumerate(logprob_calls)
        ]
        mine = [
            logprobs for (_, logprobs), is_theirs in zip(logprob_calls, theirs, strict=True) if not is_theirs
        ]
        other = [
            logprobs for (_, logprobs), is_theirs in zip(logprob_calls, theirs, strict=True) if is_theirs
        ]
        return (mine[0] if mine else None), (other[0] if other else None)
