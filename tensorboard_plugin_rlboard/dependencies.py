"""Checks that the packages that the tab needs are installed and new enough, and says which command installs them.

The standard library only: it is asked where another package is what is wrong.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
import sys
from dataclasses import dataclass

from tensorboard_plugin_rlboard.operating_system import command_line

OWN_PACKAGE = "tensorboard-plugin-rlboard"
MODULES = {
    "numpy": "numpy",
    "duckdb": "duckdb",
    "msgspec": "msgspec",
    "werkzeug": "werkzeug",
    "protobuf": "google.protobuf",
}
"""Package -> the module that is imported of it. What the tab can do without is not here."""
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)\s*$")


@dataclass(frozen=True)
class Fault:
    """Why there is no tab.

    Attributes:
        reason: what is wrong, a sentence without its full stop.
        command: what to type in a terminal; TensorBoard is started again afterwards.
    """

    reason: str
    command: str

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return f"{self.reason}. Type `{self.command}` and start TensorBoard again."


def quick_fault() -> Fault | None:
    """The first package that is not here or too old, by what is told of it on disk; nothing is imported.

    A package that says nothing of its version is taken for new enough.
    """
    for package, oldest in _oldest_versions().items():
        if not _is_found(MODULES[package]):
            return Fault(f"The package {package} is not installed", _install(f"{package}>={oldest}"))
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        if version and _numbers(version) < _numbers(oldest):
            reason = f"The package {package} is too old: {version} is installed, {oldest} or newer is needed"
            return Fault(reason, _install("--upgrade", f"{package}>={oldest}"))
    return None


def fault_behind(error: Exception) -> Fault:
    """What is behind an error that ended the making of the plugin: a package that cannot be imported, else ourselves."""
    for package, module in MODULES.items():
        try:
            importlib.import_module(module)
        except Exception as cause:  # noqa: BLE001 (a package that is broken may raise anything)
            return import_fault(package, cause)
    reason = f"RL Board cannot start: {one_line(error)}"
    return Fault(reason, _install("--upgrade", "--force-reinstall", "--no-deps", OWN_PACKAGE))


def import_fault(package: str, error: Exception) -> Fault:
    """A package cannot be imported: it is missing, or it is here and broken.

    Args:
        package: one of `MODULES`.
        error: what its import raised.
    """
    oldest = _oldest_versions().get(package, "")
    wanted = f"{package}>={oldest}" if oldest else package
    is_missing = isinstance(error, ModuleNotFoundError) and error.name == MODULES[package].partition(".")[0]
    if is_missing:
        return Fault(f"The package {package} is not installed", _install(wanted))
    return Fault(
        f"The package {package} is broken: importing it gives {one_line(error)}",
        _install("--force-reinstall", wanted),
    )


def one_line(error: Exception) -> str:
    """The kind and the message of an error in one line of bounded length."""
    message = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {message}".rstrip(": .")


def reinstall_command() -> str:
    """What brings back our own files."""
    return _install("--force-reinstall", "--no-deps", OWN_PACKAGE)


def _oldest_versions() -> dict[str, str]:
    """Package -> the oldest version that will do, as our own installation tells; all of `MODULES`, if it tells nothing."""
    try:
        requirements = importlib.metadata.requires(OWN_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        requirements = []
    oldest = dict.fromkeys(MODULES, "0")
    for requirement in requirements:
        found = _REQUIREMENT.match(requirement)
        if found is not None and found[1] in oldest:
            oldest[found[1]] = found[2]
    return oldest


def _is_found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # the package around it is missing, or stands in sys.modules half made
        return False


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: (2, 0, 1) of 2.0.1rc1."""
    numbers = [int(number) for number in re.findall(r"\d+", re.match(r"[\d.]*", version)[0])]  # type: ignore[index]  # it always matches
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _install(*words: str) -> str:
    return command_line([sys.executable or "python", "-m", "pip", "install", *words])
