"""What a file's name says: whether a log is named so, and what a file is whose bytes cannot be looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.decoders import BZIP2, GZIP, XZ, ZSTD
from tensorboard_plugin_rlboard.sources.containers.csv_tables import CSV
from tensorboard_plugin_rlboard.sources.containers.dumps.rollout_dump import TORCH
from tensorboard_plugin_rlboard.sources.containers.json_documents import JSON
from tensorboard_plugin_rlboard.sources.containers.parquet import PARQUET

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.containers.base import Container

COMPRESSED_SUFFIXES = (".gz", ".gzip", ".zst", ".zstd", ".xz", ".bz2")
"""What names of compressed files end like, in small letters."""
_COMPRESSED = re.compile(r"\.(gz|gzip|zstd?|xz|bz2)$", re.IGNORECASE)
_BY_SUFFIX = {"gz": GZIP, "gzip": GZIP, "zst": ZSTD, "zstd": ZSTD, "xz": XZ, "bz2": BZIP2}
_LOG = re.compile(r"\.(?:jsonl|jsonlines|ndjson|parquet)$", re.IGNORECASE)
_CONTAINERS = {
    "parquet": PARQUET,
    "pt": TORCH,
    "json": JSON,
    "csv": CSV,
    "tsv": CSV,
}
_REMOTE = re.compile(
    r"[0-9]\.pt$|^episode.*\.json$|rollout.*\.(?:json|csv|tsv)$|^trajectory_log.*\.csv$",
    re.ASCII | re.IGNORECASE,
)
_SAYS_ROLLOUTS = re.compile(
    r"(?<![a-z])(?:rollout|completion|episode|experience|generation|response|sample|trajector)(?:s|y|ies)?(?![a-z])"
    r"|\.(?:jsonl|jsonlines|ndjson|parquet|csv|tsv)\.[a-z0-9]{1,4}$|^(?!cache-).*\.(?:arrow|feather)$",
    re.IGNORECASE,
)
_LEFT_ALONE = re.compile(
    r"tfevents|\.(?:avi|bmp|dylib|exe|flac|gguf|gif|ico|jpe?g|mov|mp[34]|ogg|onnx|otf|pdf|png|py[cdo]|safetensors|so|svg"
    r"|tiff?|ttf|wav|webm|webp|woff2?)$",
    re.IGNORECASE,
)


def compression_by_name(name: str) -> str:
    """How a file is compressed, by the end of its name; empty for any other."""
    found = _COMPRESSED.search(name)
    return "" if found is None else _BY_SUFFIX[found[1].lower()]


def unpacked_name(name: str) -> str:
    """The name of a compressed file without what says so; empty for any other."""
    return _COMPRESSED.sub("", name) if compression_by_name(name) else ""


def container_by_name(name: str) -> Container | None:
    """The kind of container that a name ends like, compressed or not; None for lines."""
    return _CONTAINERS.get(plain_name(name).rpartition(".")[2].lower())


def is_log_name(name: str) -> bool:
    """Whether a name alone makes a file a log or a table; the end of a configuration's name or a checkpoint's does not."""
    return not name.startswith(".") and _LOG.search(plain_name(name)) is not None


def says_rollouts(name: str) -> bool:
    """Whether a file whose bytes cannot be read may be a log by its name: `rollouts.pkl`, `log.jsonl.lz4`, an Arrow file."""
    return not name.startswith(".") and _SAYS_ROLLOUTS.search(name) is not None


def is_left_alone(name: str) -> bool:
    """Whether a local file is not even looked at: temporary ones, TensorBoard's own, pictures, sounds, programs, weights.

    Such files lie in thousands in a log directory, and not even a glance at each is for nothing.
    """
    return name.startswith(".") or _LEFT_ALONE.search(name) is not None


def may_be_remote_log_name(name: str) -> bool:
    """Whether a remote object of this name may be a rollout log.

    Opening one takes a request over the network, so of the names that very many other files have only those that
    trainers give are opened.
    """
    return is_log_name(name) or (not name.startswith(".") and _REMOTE.search(plain_name(name)) is not None)


def plain_name(name: str) -> str:
    """A name or path without what says that the file is compressed: that of the file that it is an archive of."""
    return unpacked_name(name) or name
