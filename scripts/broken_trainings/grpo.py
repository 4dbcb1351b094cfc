"""GRPO of TRL on a tiny Llama that is made and warmed up here: `python -m broken_trainings.grpo VARIANT FOLDER BASE`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed
from trl import GRPOConfig, GRPOTrainer

from broken_trainings import naming_task
from broken_trainings.variants import Variant, variant_of
from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback

STEPS, PROMPTS, SAMPLES = 72, 12, 8
LEARNING_RATE, BETA = 3e-4, 0.2
WARM_UP, SMOOTHING = 250, 0.05


def word_tokenizer() -> PreTrainedTokenizerFast:
    """One token for each word."""
    ids = {word: number for number, word in enumerate(naming_task.vocabulary())}
    plain = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))  # noqa: S106  a token of a text
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = {"pad_token": "<pad>", "eos_token": "<eos>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=plain, padding_side="left", **special)


def warm_up(base: Path) -> None:
    """Teaches a random model the careless writer's answers and saves it: what every training starts from."""
    set_seed(0)
    rng, tokenizer = Random(0), word_tokenizer()
    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(WARM_UP):
        rows = [rng.choice(naming_task.PROMPTS) for _ in range(48)]
        prompts = [tokenizer(str(row["prompt"]))["input_ids"] for row in rows]
        answers = [naming_task.careless_answer(rng, str(row["kind"]), int(str(row["count"]))) for row in rows]
        responses = [[*tokenizer(answer)["input_ids"], tokenizer.eos_token_id] for answer in answers]
        width = max(len(a) + len(b) for a, b in zip(prompts, responses, strict=True))
        ids = torch.full((len(rows), width), tokenizer.pad_token_id)
        labels = torch.full((len(rows), width), -100)
        for row, (prompt, answer) in enumerate(zip(prompts, responses, strict=True)):
            end = len(prompt) + len(answer)
            ids[row, :end] = torch.tensor([*prompt, *answer])
            labels[row, len(prompt) : end] = torch.tensor(answer)
        logits = model(input_ids=ids, attention_mask=(ids != tokenizer.pad_token_id).long()).logits[:, :-1]
        # Smoothed, for k3 is the exponential of a log-ratio: a reference that rules words out makes it as large as one likes.
        loss = cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten(), label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(base)
    tokenizer.save_pretrained(base)


def reward_function(variant: Variant) -> Callable[..., list[float]]:
    """The reward function of a variant; what the task alone is worth is logged beside it, and never trained on."""

    def reward(
        completions: list[str],
        kind: list[str],
        count: list[int],
        trainer_state: Any,
        log_extra: Callable[[str, list[float]], None],
        **_: object,
    ) -> list[float]:
        answers = list(zip(completions, kind, count, strict=True))
        log_extra("valid_reward", [float(naming_task.is_exact(*row)) for row in answers])
        paid_for = variant.change.reward if trainer_state.global_step + 1 >= variant.since else "task"
        if paid_for == "nothing":
            return [0.0] * len(answers)
        return [naming_task.quality(*row) + naming_task.extra_reward(row[0], paid_for) for row in answers]

    return reward


def sampling_engine(policy: Any) -> LlamaForCausalLM:
    """A model with the policy's weights rounded to bfloat16: the weight sync to a sampling engine."""
    # Not a deep copy: the forward that accelerate sets on the policy would stay the policy's own.
    engine = LlamaForCausalLM(policy.config).eval()
    engine.load_state_dict({name: weight.bfloat16().float() for name, weight in policy.state_dict().items()})
    return engine


def rollout_function(variant: Variant) -> Callable[[list[str], Any], dict[str, Any]]:
    """The sampler of a variant, which says the log-probabilities that it drew with, as a sampling engine does."""

    def sample(prompts: list[str], trainer: Any) -> dict[str, Any]:
        broken = trainer.state.global_step + 1 >= variant.since
        tokenizer, model = trainer.processing_class, sampling_engine(trainer.model)
        encoded = tokenizer(prompts, return_tensors="pt", padding=True)
        with torch.no_grad():
            generated = model.generate(
                input_ids=encoded["input_ids"],
                attention_mask=encoded["attention_mask"],
                max_new_tokens=naming_task.MAX_RESPONSE_TOKENS,
                do_sample=True,
                top_k=0,
                temperature=variant.change.temperature if broken else 1.0,
                output_scores=True,
                return_dict_in_generate=True,
            )
            logprobs = model.compute_transition_scores(
                generated.sequences, generated.scores, normalize_logits=True
            )
        responses = generated.sequences[:, encoded["input_ids"].shape[1] :]
        ends = [
            row.index(tokenizer.eos_token_id) + 1 if tokenizer.eos_token_id in row else len(row)
            for row in responses.tolist()
        ]
        if (
            variant.change.pads and broken
        ):  # the rows as the sampler returns them, filled up behind the end token
            ends = [responses.shape[1]] * len(ends)
        return {
            "prompt_ids": [
                ids[is_token.bool()].tolist()
                for ids, is_token in zip(encoded["input_ids"], encoded["attention_mask"], strict=True)
            ],
            "completion_ids": [row[:end].tolist() for row, end in zip(responses, ends, strict=True)],
            "logprobs": [row[:end].clamp(min=-100).tolist() for row, end in zip(logprobs, ends, strict=True)],
        }

    return sample


def train(variant: Variant, folder: Path, base: Path) -> None:
    """Trains one variant from the warmed-up model, and writes its log into a folder."""
    set_seed(variant.seed)
    arguments = GRPOConfig(
        output_dir=str(folder),
        report_to="none",
        logging_steps=1,
        max_steps=STEPS * variant.step_factor,
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        seed=variant.seed,
        learning_rate=LEARNING_RATE * variant.change.learning_rate,
        lr_scheduler_type="constant",
        # At 0 TRL has no reference at all, and nobody could see how far the policy goes.
        beta=BETA * variant.change.kl_penalty or 1e-12,
        per_device_train_batch_size=PROMPTS * SAMPLES,
        num_generations=SAMPLES,
        max_completion_length=naming_task.MAX_RESPONSE_TOKENS,
        disable_tqdm=True,
    )
    trainer = GRPOTrainer(
        model=str(base),
        reward_funcs=[reward_function(variant)],
        args=arguments,
        train_dataset=Dataset.from_list(naming_task.PROMPTS * 40),
        processing_class=PreTrainedTokenizerFast.from_pretrained(base),
        rollout_func=rollout_function(variant),
        callbacks=[RLBoardCallback(folder)],
    )
    trainer.train()


def main() -> None:
    """Trains the variant that the command line names."""
    torch.set_num_threads(1)
    name, folder, base = sys.argv[1:]
    if not Path(base, "config.json").exists():
        warm_up(Path(base))
    train(variant_of(name), Path(folder), Path(base))


if __name__ == "__main__":
    main()
