"""GRPO of TRL on a tiny Llama that is made and warmed up here: `python -m broken_trainings.grpo WAY FOLDER BASE`."""

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

from broken_trainings import language
from broken_trainings.ways import Way, way_of
from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback

STEPS, PROMPTS, SAMPLES = 72, 12, 8
LEARNING_RATE, BETA = 3e-4, 0.2
WARM_UP, SMOOTHING = 250, 0.05


def tokenizer() -> PreTrainedTokenizerFast:
    """One token for each word."""
    words = {word: number for number, word in enumerate(language.vocabulary())}
    plain = Tokenizer(models.WordLevel(words, unk_token="<unk>"))  # noqa: S106  a token of a text
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = {"pad_token": "<pad>", "eos_token": "<eos>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=plain, padding_side="left", **special)


def warm_up(base: Path) -> None:
    """Teaches a random model the careless writer's answers and saves it: what every training starts from."""
    set_seed(0)
    rng, words = Random(0), tokenizer()
    shape = LlamaConfig(
        vocab_size=len(words),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        pad_token_id=words.pad_token_id,
        eos_token_id=words.eos_token_id,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(WARM_UP):
        rows = [rng.choice(language.PROMPTS) for _ in range(48)]
        asked = [words(str(row["prompt"]))["input_ids"] for row in rows]
        answers = [language.careless_answer(rng, str(row["kind"]), int(str(row["count"]))) for row in rows]
        said = [[*words(answer)["input_ids"], words.eos_token_id] for answer in answers]
        width = max(len(a) + len(b) for a, b in zip(asked, said, strict=True))
        ids = torch.full((len(rows), width), words.pad_token_id)
        labels = torch.full((len(rows), width), -100)
        for row, (prompt, answer) in enumerate(zip(asked, said, strict=True)):
            end = len(prompt) + len(answer)
            ids[row, :end] = torch.tensor([*prompt, *answer])
            labels[row, len(prompt) : end] = torch.tensor(answer)
        logits = model(input_ids=ids, attention_mask=(ids != words.pad_token_id).long()).logits[:, :-1]
        # Smoothed, for k3 is the exponential of a log-ratio: a reference that rules words out makes it as large as one likes.
        loss = cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten(), label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(base)
    words.save_pretrained(base)


def rewarding(way: Way) -> Callable[..., list[float]]:
    """The reward function of a way; what the task alone is worth is logged beside it, and never trained on."""

    def reward(
        completions: list[str],
        kind: list[str],
        count: list[int],
        trainer_state: Any,
        log_extra: Callable[[str, list[float]], None],
        **_: object,
    ) -> list[float]:
        asked = list(zip(completions, kind, count, strict=True))
        log_extra("valid_reward", [float(language.is_exact(*row)) for row in asked])
        paid = way.change.reward if trainer_state.global_step + 1 >= way.since else "task"
        if paid == "nothing":
            return [0.0] * len(asked)
        return [language.quality(*row) + language.beside(row[0], paid) for row in asked]

    return reward


def synced(policy: Any) -> LlamaForCausalLM:
    """A model with the policy's weights rounded to bfloat16: the weight sync to a sampling engine."""
    # Not a deep copy: the forward that accelerate sets on the policy would stay the policy's own.
    engine = LlamaForCausalLM(policy.config).eval()
    engine.load_state_dict({name: weight.bfloat16().float() for name, weight in policy.state_dict().items()})
    return engine


def sampling(way: Way) -> Callable[[list[str], Any], dict[str, Any]]:
    """The sampler of a way, which says the log-probabilities that it drew with, as a sampling engine does."""

    def sample(prompts: list[str], trainer: Any) -> dict[str, Any]:
        broken = trainer.state.global_step + 1 >= way.since
        words, model = trainer.processing_class, synced(trainer.model)
        asked = words(prompts, return_tensors="pt", padding=True)
        with torch.no_grad():
            made = model.generate(
                input_ids=asked["input_ids"],
                attention_mask=asked["attention_mask"],
                max_new_tokens=language.LIMIT,
                do_sample=True,
                top_k=0,
                temperature=way.change.temperature if broken else 1.0,
                output_scores=True,
                return_dict_in_generate=True,
            )
            logprobs = model.compute_transition_scores(made.sequences, made.scores, normalize_logits=True)
        drawn = made.sequences[:, asked["input_ids"].shape[1] :]
        ends = [
            row.index(words.eos_token_id) + 1 if words.eos_token_id in row else len(row)
            for row in drawn.tolist()
        ]
        if way.change.pads and broken:  # the rows as the sampler returns them, filled up behind the end token
            ends = [drawn.shape[1]] * len(ends)
        return {
            "prompt_ids": [
                ids[on.bool()].tolist()
                for ids, on in zip(asked["input_ids"], asked["attention_mask"], strict=True)
            ],
            "completion_ids": [row[:end].tolist() for row, end in zip(drawn, ends, strict=True)],
            "logprobs": [row[:end].clamp(min=-100).tolist() for row, end in zip(logprobs, ends, strict=True)],
        }

    return sample


def train(way: Way, folder: Path, base: Path) -> None:
    """Trains one way from the warmed-up model, and writes its log into a folder."""
    set_seed(way.seed)
    arguments = GRPOConfig(
        output_dir=str(folder),
        report_to="none",
        logging_steps=1,
        max_steps=STEPS * way.times,
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        seed=way.seed,
        learning_rate=LEARNING_RATE * way.change.learning_rate,
        lr_scheduler_type="constant",
        # At 0 TRL has no reference at all, and nobody could see how far the policy goes.
        beta=BETA * way.change.kl_penalty or 1e-12,
        per_device_train_batch_size=PROMPTS * SAMPLES,
        num_generations=SAMPLES,
        max_completion_length=language.LIMIT,
        disable_tqdm=True,
    )
    trainer = GRPOTrainer(
        model=str(base),
        reward_funcs=[rewarding(way)],
        args=arguments,
        train_dataset=Dataset.from_list(language.PROMPTS * 40),
        processing_class=PreTrainedTokenizerFast.from_pretrained(base),
        rollout_func=sampling(way),
        callbacks=[RLBoardCallback(folder)],
    )
    trainer.train()


def main() -> None:
    """Trains the way that the command line names."""
    torch.set_num_threads(1)
    name, folder, base = sys.argv[1:]
    if not Path(base, "config.json").exists():
        warm_up(Path(base))
    train(way_of(name), Path(folder), Path(base))


if __name__ == "__main__":
    main()
