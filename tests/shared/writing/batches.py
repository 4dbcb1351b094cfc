"""A tokenizer and a writer for the hooks of trainers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PAD, EOS = 0, 1


class Tokenizer:
    """Token n is written `<n>`."""

    pad_token_id, eos_token_id = PAD, EOS

    def decode(self, ids: list[int], skip_special_tokens: bool = False) -> str:
        return "".join(f"<{i}>" for i in ids if not (skip_special_tokens and i in (PAD, EOS)))

    def convert_ids_to_tokens(self, token: int) -> str:
        return f"t{token}"


def written(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()
    ]
