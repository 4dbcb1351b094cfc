"""A small tokenizer, made where the package for it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

END = "<|im_end|>"
TEXTS = [
    "What is 64+53? Let's think step by step.",
    "明月松间照，清泉石上流。🌙 The moon shines.",
    "<think>\n64+53 = 117\n</think>\n\\boxed{117} ✅",
]


def byte_level(folder: Path, *, with_decoder: bool = True) -> Any:
    """A byte-level BPE tokenizer as Qwen's and GPT's are, written to the folder."""
    package = pytest.importorskip("tokenizers")
    made = package.Tokenizer(package.models.BPE())
    made.pre_tokenizer = package.pre_tokenizers.ByteLevel(add_prefix_space=False)
    if with_decoder:
        made.decoder = package.decoders.ByteLevel()
    trainer = package.trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>", END],
        initial_alphabet=package.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(TEXTS, trainer)
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    return made
