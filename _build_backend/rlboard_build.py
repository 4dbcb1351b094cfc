"""The package's build backend (PEP 517 and 660): setuptools, with a fresh browser bundle put in first."""

from __future__ import annotations

import shutil
import sys

import rlboard_frontend
from setuptools import build_meta
from setuptools.build_meta import prepare_metadata_for_build_editable, prepare_metadata_for_build_wheel

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = dict[str, str | list[str] | None] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Names what building a wheel needs: Node only if the bundle must be built and PATH has none."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *rlboard_frontend.requirements()]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """As for a wheel."""
    return [*build_meta.get_requires_for_build_sdist(config_settings), *rlboard_frontend.requirements()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """As for a wheel."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *rlboard_frontend.requirements()]


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Builds a wheel with the bundle; returns its file name."""
    _bundle()
    # setuptools copies into build/lib and never removes from it: an earlier bundle's chunks, and modules
    # that are gone, would end up in this wheel.
    shutil.rmtree(rlboard_frontend.ROOT / "build" / "lib" / rlboard_frontend.PACKAGE, ignore_errors=True)
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Builds an sdist with the bundle; returns its file name."""
    _bundle()
    return str(build_meta.build_sdist(sdist_directory, config_settings))


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Builds what `pip install -e` installs, with the bundle in the source tree; returns its file name."""
    _bundle()
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))


def _bundle() -> None:
    try:
        rlboard_frontend.ensure_bundle()
    except rlboard_frontend.FrontendError as error:
        sys.exit(str(error))  # pip shows this sentence; a traceback would bury it
