"""The samples of a folder of files as the index would have them, read without an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.row_keys import RowKeys
from tensorboard_plugin_rlboard.formats.rows.file_options import line_context
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.index.parts.column_collector import ColumnCollector
from tensorboard_plugin_rlboard.index.parts.line_decoder import SampleDecoder
from tensorboard_plugin_rlboard.index.parts.part_columns import PartColumns
from tensorboard_plugin_rlboard.index.parts.sample_statistics import SampleStatistics
from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

TEXTS = ("prompt", "response", "group_id", "finish_reason", "ground_truth")
Sample = dict[str, Any]


def read_folder(folder: Path) -> tuple[list[Sample], dict[str, Format], dict[str, str]]:
    """Every sample below a folder, the format of each file that has one, and why each other file has none."""
    roots = parse_roots(str(folder), "")
    recognition = Recognition(roots, SettingsFinder(roots))
    files = {file.relative: file for found in list_sources(roots).runs.values() for file in found}
    recognition.siblings.update(files.keys())
    samples: list[Sample] = []
    formats: dict[str, Format] = {}
    reasons: dict[str, str] = {}
    for relative, file in sorted(files.items()):
        found, reason = recognition.sniff(file)
        if found is None:
            reasons[relative] = reason
        else:
            formats[relative] = recognition.bind(found, file)
            samples += [{"file": relative, **sample} for sample in _samples(file.path, formats[relative])]
    return samples, formats, reasons


def _samples(path: str, file_format: Format) -> list[Sample]:
    with reader.open_file(path) as file:
        lines = file.readlines()
    decoder = SampleDecoder(file_format, line_context(file_format, path))
    collector = ColumnCollector(RowKeys(file_format))
    statistics = SampleStatistics(1.0, 1.0)
    for line in lines:
        collector.add_line(*decoder.decode(line))
    if collector.has_rows:
        statistics.add_block(collector.take_block())
    columns = PartColumns(file_format, collector, statistics, decoder.line_places(), set())
    found = []
    for row in np.flatnonzero(columns.kinds.sample).tolist():
        texts = {name: columns.texts[name][row] for name in TEXTS if name in columns.texts}
        numbers = {
            name: None if np.ma.getmaskarray(values)[row] else float(values[row])
            for name, values in columns.numbers.items()
            if not name.endswith("_gap")
        }
        place = {"step": int(columns.location["step"][row]), "split": str(columns.location["split"][row])}
        computed = {
            name: None if np.isnan(values[row]) else float(values[row])
            for (_, name), values in columns.computed.items()
        }
        found.append(computed | numbers | texts | place)
    return found
