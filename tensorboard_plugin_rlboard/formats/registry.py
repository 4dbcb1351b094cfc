"""The formats that RL Board opens. A new one is one file, one fixture and one line here."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.frameworks.areal import AREAL
from tensorboard_plugin_rlboard.formats.frameworks.art import ART
from tensorboard_plugin_rlboard.formats.frameworks.miles import MILES
from tensorboard_plugin_rlboard.formats.frameworks.ms_swift import MS_SWIFT
from tensorboard_plugin_rlboard.formats.frameworks.nemo_rl import NEMO_RL
from tensorboard_plugin_rlboard.formats.frameworks.open_instruct import OPEN_INSTRUCT
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.frameworks.rllm import RLLM
from tensorboard_plugin_rlboard.formats.frameworks.roll_board import ROLL_BOARD
from tensorboard_plugin_rlboard.formats.frameworks.roll_dump import ROLL_DUMP
from tensorboard_plugin_rlboard.formats.frameworks.skyrl import SKYRL
from tensorboard_plugin_rlboard.formats.frameworks.slime import SLIME, SLIME_TRAINING
from tensorboard_plugin_rlboard.formats.frameworks.trl import TRL
from tensorboard_plugin_rlboard.formats.frameworks.tunix import TUNIX, TUNIX_PROGRAM
from tensorboard_plugin_rlboard.formats.frameworks.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.frameworks.verifiers_legacy import VERIFIERS_LEGACY
from tensorboard_plugin_rlboard.formats.frameworks.verl import VERL, VERL_VALIDATION
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.native import NATIVE

FORMATS: tuple[Format, ...] = (
    VERIFIERS,
    TOKEN_EXPORT,
    SLIME,
    SLIME_TRAINING,
    RLLM,
    TUNIX,
    TUNIX_PROGRAM,
    ART,
    TRL,
    NEMO_RL,
    OPEN_INSTRUCT,
    ROLL_BOARD,
    ROLL_DUMP,
    MS_SWIFT,
    SKYRL,
    AREAL,
    VERL_VALIDATION,
    VERL,
    VERIFIERS_LEGACY,
    MILES,
    NATIVE,
)
"""In the order in which they are asked: those with the most particular keys first."""


TOLD_BY = blake2b(
    "\n".join(f"{one.name} {one.definition}" for one in FORMATS).encode(), digest_size=8
).hexdigest()
"""Changes with the formats that there are: what an earlier version took for one of its own may be another's now."""


def recognise(row: Row) -> Format | None:
    """The first format that knows a row with these keys, None where none does."""
    return next((known for known in FORMATS if known.recognise(row)), None)


@lru_cache(maxsize=4096)
def by_name(spec: str) -> Format:
    """The format of that name, or of a whole `Format.spec`.

    Raises:
        KeyError: no format has that name.
    """
    name, _, options = spec.partition("?")
    if name == key_mapping.NAME:
        return key_mapping.of(dict(parse_qsl(options)))
    known = {known.name: known for known in FORMATS}[name]
    return known.bound(**dict(parse_qsl(options))) if options else known
