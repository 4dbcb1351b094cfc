"""The formats that RL Board opens. A new one is one file, one fixture and one line here."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl

from tensorboard_plugin_rlboard.formats import mapping
from tensorboard_plugin_rlboard.formats.areal import AREAL
from tensorboard_plugin_rlboard.formats.art import ART
from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.miles import MILES
from tensorboard_plugin_rlboard.formats.ms_swift import MS_SWIFT
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.nemo_rl import NEMO_RL
from tensorboard_plugin_rlboard.formats.open_instruct import OPEN_INSTRUCT
from tensorboard_plugin_rlboard.formats.rllm import RLLM
from tensorboard_plugin_rlboard.formats.roll_board import ROLL_BOARD
from tensorboard_plugin_rlboard.formats.roll_dump import ROLL_DUMP
from tensorboard_plugin_rlboard.formats.skyrl import SKYRL
from tensorboard_plugin_rlboard.formats.slime import SLIME, SLIME_TRAINING
from tensorboard_plugin_rlboard.formats.token_export import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.trl import TRL
from tensorboard_plugin_rlboard.formats.tunix import TUNIX, TUNIX_PROGRAM
from tensorboard_plugin_rlboard.formats.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.verifiers_legacy import VERIFIERS_LEGACY
from tensorboard_plugin_rlboard.formats.verl import VERL, VERL_VALIDATION

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
    if name == mapping.NAME:
        return mapping.of(dict(parse_qsl(options)))
    known = {known.name: known for known in FORMATS}[name]
    return known.bound(**dict(parse_qsl(options))) if options else known
