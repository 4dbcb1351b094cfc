"""The command ``rlboard``. Imports nothing heavy, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tensorboard_plugin_rlboard import __version__

_INDEX = """Builds ahead of time the index that TensorBoard would otherwise build when it opens the logs.
It can be interrupted and called again: what is done is not done again."""
_ENDS = """exit codes: 0 all is indexed, 1 some file could not be read or there was none, 2 the command could not begin,
130 interrupted"""


_LOOKS = """Says of each file below a folder which format it is and why, what is in it and what is missing, what is wrong,
which settings and scalars belong to it, and what to do next. Writes nothing."""
_LOOKED = "exit codes: 0 all is well, 1 there is nothing to show or a file could not be read"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rlboard", description="Tools beside the TensorBoard tab RL Board.")
    parser.add_argument("--version", action="version", version=f"rlboard {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    index = commands.add_parser(
        "index",
        help="index rollout logs ahead of time, here or on a cluster",
        description=_INDEX,
        epilog=_ENDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
        type=_positive,
        default=0,
        metavar="N",
        help="how many at a time (default: one a processor)",
    )
    index.add_argument(
        "--address",
        default="",
        help="a Ray cluster, as ray.init takes it (default: $RAY_ADDRESS, else one that is started here)",
    )
    place = index.add_mutually_exclusive_group()
    place.add_argument(
        "--cache-dir",
        default="",
        metavar="DIR",
        help="where the index goes, for TensorBoard's --rlboard_cache_dir (default: the user's cache folder)",
    )
    place.add_argument(
        "--beside", action="store_true", help="put the index into folders .rlboard beside the data instead"
    )
    _add_doctor(commands)
    _add_demo(commands)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="say what the tab will show of a folder of logs, and why not more",
        description=_LOOKS,
        epilog=_LOOKED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doctor.add_argument("path", metavar="PATH", help="a folder, a file, or an address such as s3://…")
    doctor.add_argument(
        "--all", action="store_true", help="read large files to their end (default: 16 MiB of each)"
    )
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    doctor.set_defaults(does=_doctor)


def _doctor(given: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.doctor.command import doctor  # noqa: PLC0415 (NumPy and more)

    return doctor(given.path, given.all, given.json)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="open TensorBoard on sample logs that come with the package")
    demo.add_argument("--host", default="localhost", help="address to listen on (default: %(default)s)")
    demo.add_argument("--port", type=_positive, help="port (default: the first free one from 6006 on)")
    demo.set_defaults(does=_demo)


def _demo(given: argparse.Namespace) -> int:
    from tensorboard_plugin_rlboard.demo import demo  # noqa: PLC0415 (TensorBoard)

    return demo(given.host, given.port)


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the command line says; returns the exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if hasattr(given, "does"):
        try:
            code: int = given.does(given)
        except KeyboardInterrupt:
            return 130
        return code
    if given.address and given.engine != "ray":
        parser.error("--address is for --engine ray")
    from tensorboard_plugin_rlboard.cluster.command import Wanted, index  # noqa: PLC0415 (NumPy and more)

    wanted = Wanted(given.source, given.engine, given.workers, given.address, given.cache_dir, given.beside)
    try:
        return index(wanted)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
