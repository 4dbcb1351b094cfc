"""The format that a spec names, in the process that has been told it; those of trainers are loaded where one is named."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.generic.written_reward import with_written_reward
from tensorboard_plugin_rlboard.formats.mapping import MAPPING_NAME, KeyMapping
from tensorboard_plugin_rlboard.formats.native import NATIVE


@lru_cache(maxsize=4096)
def from_spec(spec: str) -> Format:
    """The format that `Format.spec` wrote, or the one of that name.

    Raises:
        KeyError: no format has that name, or a mapping has no keys.
    """
    name, _, options = spec.partition("?")
    given = dict(parse_qsl(options))
    if name == MAPPING_NAME:
        return _of_mapping(given)
    named = NATIVE if name == NATIVE.name else _of_trainer(name)
    return with_written_reward(named.with_options(**given)) if given else named


def _of_mapping(options: dict[str, str]) -> Format:
    from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format  # noqa: PLC0415 (see above)

    mapping = KeyMapping.from_options(options)
    if mapping is None:
        raise KeyError(MAPPING_NAME)
    return mapping_format(mapping).with_options(**options).without_options(*mapping.to_options())


def _of_trainer(name: str) -> Format:
    from tensorboard_plugin_rlboard.formats.registry import FORMATS  # noqa: PLC0415 (see above)

    return {file_format.name: file_format for file_format in FORMATS}[name]
