"""The reward of a trainer's format as rlboard.toml writes it: `[mapping] reward = "accuracy * 1.0 + format * 0.5"`."""

from __future__ import annotations

from dataclasses import replace

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.generic.key_paths import value_at

OPTION = "reward"
"""The option of a format that holds the path or formula."""


def with_written_reward(file_format: Format) -> Format:
    """A trainer's format with the reward that its option says, in place of what the format takes for it.

    Args:
        file_format: as the registry has it, with its options; without the option it stays as it is.
    """
    path, make = file_format.options.get(OPTION, ""), file_format.to_samples
    if not path:
        return file_format

    def to_samples(row: Row, context: LineContext) -> LineSamples:
        found = LineSamples([row]) if make is None else make(row, context)
        problems, rows = list(found.problems), []
        for sample in found.rows:
            value = value_at(sample, path)
            rows.append({key: other for key, other in sample.items() if key != "reward"})
            if number_from_value(value) is not None:
                rows[-1]["reward"] = value
            elif value is None:
                problems.append(
                    f"[mapping] looks for the reward under {path}, where nothing is: it has none."
                )
        return LineSamples(rows, list(dict.fromkeys(problems)))

    return replace(
        file_format, to_samples=to_samples, number_keys={**file_format.number_keys, "reward": ("reward",)}
    )
