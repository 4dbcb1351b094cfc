"""The command ``rlboard``. Imports nothing heavy, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from tensorboard_plugin_rlboard import __version__
from tensorboard_plugin_rlboard.commands.interruption import INTERRUPTED, run_in_child, run_interruptibly
from tensorboard_plugin_rlboard.operating_system import discard_output
from tensorboard_plugin_rlboard.report import arguments as report_arguments
from tensorboard_plugin_rlboard.sources.owned_folder import clean_up
from tensorboard_plugin_rlboard.watch import arguments as watch_arguments

_MAX_WORKERS, _MAX_PORT, _MAX_INTERVAL_SECONDS = 100_000, 65_535, 86_400
_Command = Callable[[argparse.Namespace], int]
_INDEX = """Builds ahead of time the index that TensorBoard would otherwise build when it opens the logs.
It can be interrupted and called again: what is done is not done again."""
_INDEX_EXIT_CODES = """exit codes: 0 all is indexed, 1 some file could not be read or there was none, 2 the command could not begin,
130 interrupted"""
_SCALARS = """Writes the step means of rollout logs (reward, KL, length, ...) as scalars, so that TensorBoard's Time Series shows
them: one event file for each run, in the run's own folder (or in a folder "rlboard" in it, where other event files lie)."""
_SCALARS_EXIT_CODES = """exit codes: 0 all is written, 1 some run's file is not or some log could not be read, 2 the command could not begin, 130 interrupted"""
_DOCTOR = """Says of each file below a folder which format it is and why, what is in it and what is missing, what is wrong,
which settings and scalars belong to it, and what to do next. Writes nothing."""
_DOCTOR_EXIT_CODES = """exit codes: 0 all is well, 1 there is nothing to show, a file could not be read or settings do not count,
130 interrupted"""
_DEMO = """Starts TensorBoard on sample logs that come with the package, and prints its address. Ctrl-C ends it."""
_DEMO_EXIT_CODES = "exit codes: 0 ended, 1 it could not start"


def _add_index(commands: Any) -> None:
    index = _add(
        commands,
        "index",
        "index rollout logs ahead of time, here or on a cluster",
        _INDEX,
        _INDEX_EXIT_CODES,
        _index,
    )
    index.add_argument(
        "source", metavar="DIR_OR_URL", help="the log directory: a folder, or an address such as s3://…"
    )
    index.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="processes of this machine (default), or Ray",
    )
    index.add_argument(
        "--workers",
        type=_workers,
        default=0,
        metavar="N",
        help="how many at a time (default: one a processor)",
    )
    index.add_argument(
        "--address",
        default="",
        help="a Ray cluster, as ray.init takes it (default: $RAY_ADDRESS, else one that is started here)",
    )
    destination = index.add_mutually_exclusive_group()
    destination.add_argument(
        "--cache-dir",
        default="",
        metavar="DIR",
        help="where the index goes, for TensorBoard's --rlboard_cache_dir (default: the user's cache folder)",
    )
    destination.add_argument(
        "--beside", action="store_true", help="put the index into folders .rlboard beside the data instead"
    )


def _index(arguments: argparse.Namespace) -> int:
    if arguments.address and arguments.engine != "ray":
        arguments.parser.error("--address is for --engine ray")
    from tensorboard_plugin_rlboard.cluster.command import IndexArguments, index  # noqa: PLC0415 (NumPy and more)

    return index(
        IndexArguments(
            arguments.source,
            arguments.engine,
            arguments.workers,
            arguments.address,
            arguments.cache_dir,
            arguments.beside,
        )
    )


def _add_scalars(commands: Any) -> None:
    scalars = _add(
        commands,
        "scalars",
        "write step means into event files, for Time Series",
        _SCALARS,
        _SCALARS_EXIT_CODES,
        _scalars,
    )
    scalars.add_argument("source", metavar="LOGDIR", help="the log directory; an address needs --out")
    scalars.add_argument(
        "--run", action="append", default=[], metavar="NAME", help="only this run (may be repeated)"
    )
    scalars.add_argument(
        "--out", default="", metavar="DIR", help="write into DIR/<run> instead of the runs' own folders"
    )
    scalars.add_argument(
        "--force",
        action="store_true",
        help="write although there are such scalars; an earlier file of this command goes",
    )


def _scalars(given: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.commands.scalars import ScalarsArguments, run_scalars  # noqa: PLC0415 (DuckDB and more)

    return run_scalars(ScalarsArguments(given.source, tuple(given.run), given.out, given.force))


def _add_doctor(commands: Any) -> None:
    doctor = _add(
        commands,
        "doctor",
        "say what the tab will show of a folder of logs, and why not more",
        _DOCTOR,
        _DOCTOR_EXIT_CODES,
        _doctor,
    )
    doctor.add_argument("path", metavar="PATH", help="a folder, a file, or an address such as s3://…")
    doctor.add_argument(
        "--all", action="store_true", help="read large files to their end (default: 16 MiB of each)"
    )
    doctor.add_argument(
        "--config",
        default="",
        metavar="FILE",
        help="an rlboard.toml, as TensorBoard's --rlboard_config takes it",
    )
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")


def _doctor(arguments: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.doctor.command import doctor  # noqa: PLC0415 (NumPy and more)

    return doctor(arguments.path, arguments.all, arguments.json, arguments.config)


def _add_watch(commands: Any) -> None:
    summary = "follow a log directory and say what looks wrong, as it comes"
    parser = _add(commands, "watch", summary, watch_arguments.DESCRIPTION, watch_arguments.EXIT_CODES, _watch)
    watch_arguments.add_arguments(parser, _seconds)


def _watch(arguments: argparse.Namespace) -> int:
    if wrong := watch_arguments.wrong_severity(arguments):
        arguments.parser.error(wrong)
    from tensorboard_plugin_rlboard.watch.command import WatchArguments, watch  # noqa: PLC0415 (DuckDB and more)

    on = tuple((severity, command) for severity, command in arguments.on)
    names = ("path", "until", "once", "interval", "config")
    return watch(
        WatchArguments(**{name: getattr(arguments, name) for name in names}, runs=tuple(arguments.run), on=on)
    )


def _add_report(commands: Any) -> None:
    summary, words = "write what looks wrong into one file, with what proves it", report_arguments
    words.add_report_args(_add(commands, "report", summary, words.REPORT, words.REPORT_EXIT_CODES, _report))
    summary = "check the quotes of a report, or of any text, against the logs"
    words.add_verify_args(_add(commands, "verify", summary, words.VERIFY, words.VERIFY_EXIT_CODES, _verify))


def _report(given: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.report.command import report  # noqa: PLC0415 (DuckDB and more)

    return report(given.path, given.out, tuple(given.run), given.tab_url, given.config, given.language)


def _verify(arguments: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.report.command import verify  # noqa: PLC0415 (DuckDB and more)

    return verify(arguments.file, arguments.log, arguments.config)


def _add_demo(commands: Any) -> None:
    demo = _add(commands, "demo", "open TensorBoard on sample logs", _DEMO, _DEMO_EXIT_CODES, _demo)
    demo.add_argument("--host", default="localhost", help="address to listen on (default: %(default)s)")
    demo.add_argument("--port", type=_port, help="port (default: the first free one from 6006 on)")


def _demo(arguments: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.commands.demo import demo  # noqa: PLC0415 (starts a process)

    return demo(arguments.host, arguments.port)


COMMANDS = (_add_index, _add_scalars, _add_doctor, _add_watch, _add_report, _add_demo)  # imported when called


def _add(
    commands: Any, name: str, summary: str, description: str, exit_codes: str, function: _Command
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=exit_codes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(function=function, parser=parser)
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rlboard", description="Tools beside the TensorBoard tab RL Board.")
    parser.add_argument("--version", action="version", version=f"rlboard {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands)
    return parser


def _whole_number(text: str, largest: int) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= largest):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {largest:,}")
    return int(text)


def _workers(text: str) -> int:
    return _whole_number(text, _MAX_WORKERS)


def _seconds(text: str) -> int:
    return _whole_number(text, _MAX_INTERVAL_SECONDS)


def _port(text: str) -> int:
    return _whole_number(text, _MAX_PORT)


def main(command_line: Sequence[str] | None = None) -> int:
    """Runs the command that the command line names; returns the exit code."""
    arguments = _parser().parse_args(command_line)
    function: _Command = arguments.function
    try:
        if getattr(arguments, "engine", "") == "ray":
            return function(arguments) if command_line else run_in_child(sys.argv[1:], clean_up)
        return run_interruptibly(lambda: function(arguments), clean_up, ends_process=command_line is None)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read what is said has ended, as `head` does
        discard_output()
        return 1


if __name__ == "__main__":
    sys.exit(main())
