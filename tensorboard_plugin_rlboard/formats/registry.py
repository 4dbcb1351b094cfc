"""The formats that RL Board reads. A new one is one file in `frameworks/`, one fixture and one line here."""

from __future__ import annotations

from hashlib import blake2b

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.frameworks.agent_r1 import AGENT_R1
from tensorboard_plugin_rlboard.formats.frameworks.areal import AREAL
from tensorboard_plugin_rlboard.formats.frameworks.art import ART
from tensorboard_plugin_rlboard.formats.frameworks.atropos import ATROPOS
from tensorboard_plugin_rlboard.formats.frameworks.eval_harnesses import EVAL_HARNESSES
from tensorboard_plugin_rlboard.formats.frameworks.livecodebench import LIVECODEBENCH
from tensorboard_plugin_rlboard.formats.frameworks.miles import MILES
from tensorboard_plugin_rlboard.formats.frameworks.ms_swift import MS_SWIFT
from tensorboard_plugin_rlboard.formats.frameworks.nemo_gym import NEMO_GYM
from tensorboard_plugin_rlboard.formats.frameworks.nemo_rl import NEMO_RL
from tensorboard_plugin_rlboard.formats.frameworks.open_instruct import OPEN_INSTRUCT
from tensorboard_plugin_rlboard.formats.frameworks.opencompass import OPENCOMPASS
from tensorboard_plugin_rlboard.formats.frameworks.orz import ORZ
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.frameworks.rllm import RLLM
from tensorboard_plugin_rlboard.formats.frameworks.roll_board import ROLL_BOARD
from tensorboard_plugin_rlboard.formats.frameworks.roll_dump import ROLL_DUMP
from tensorboard_plugin_rlboard.formats.frameworks.skyrl import SKYRL
from tensorboard_plugin_rlboard.formats.frameworks.slime import SLIME, SLIME_TRAINING
from tensorboard_plugin_rlboard.formats.frameworks.trackio import TRACKIO
from tensorboard_plugin_rlboard.formats.frameworks.trl import TRL
from tensorboard_plugin_rlboard.formats.frameworks.tunix import TUNIX, TUNIX_PROGRAM
from tensorboard_plugin_rlboard.formats.frameworks.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.frameworks.verifiers_legacy import VERIFIERS_LEGACY
from tensorboard_plugin_rlboard.formats.frameworks.verl import VERL, VERL_VALIDATION
from tensorboard_plugin_rlboard.formats.guessing import VERSION as GUESS_VERSION
from tensorboard_plugin_rlboard.formats.native import NATIVE

FORMATS: tuple[Format, ...] = (
    VERIFIERS,
    TOKEN_EXPORT,
    ORZ,
    ATROPOS,
    SLIME,
    SLIME_TRAINING,
    RLLM,
    TUNIX,
    TUNIX_PROGRAM,
    ART,
    TRL,
    TRACKIO,
    NEMO_GYM,
    NEMO_RL,
    OPEN_INSTRUCT,
    ROLL_BOARD,
    ROLL_DUMP,
    MS_SWIFT,
    SKYRL,
    AREAL,
    AGENT_R1,
    VERL_VALIDATION,
    VERL,
    VERIFIERS_LEGACY,
    MILES,
    *EVAL_HARNESSES,
    OPENCOMPASS,
    LIVECODEBENCH,
    NATIVE,
)
"""In the order in which they are tried: those with the most particular keys first."""


FORMATS_DIGEST = blake2b(
    "\n".join(
        (*(f"{known.name} {known.definition}" for known in FORMATS), f"guess {GUESS_VERSION}")
    ).encode(),
    digest_size=8,
).hexdigest()
"""Changes with the set of formats, and with how others are guessed: a file that an earlier version took for one of them
may be another's now."""


def recognise(row: Row) -> Format | None:
    """The first format that recognises a row; None where none does."""
    return next((file_format for file_format in FORMATS if file_format.recognise(row)), None)
