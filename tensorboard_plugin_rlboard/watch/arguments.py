"""What `rlboard watch` takes on the command line, and the words that explain it."""

from __future__ import annotations

import argparse
from collections.abc import Callable

SEVERITIES = ("info", "warning", "error")
"""Of findings, the mildest first."""
DESCRIPTION = """Follows a log directory and says each finding (docs/findings.md) as one line of JSON: when it is found, when it gets more
severe, and when it is found no more. Writes nothing. A command gets the finding in its environment: RLBOARD_RUN, RLBOARD_KIND,
RLBOARD_SEVERITY, RLBOARD_TITLE, RLBOARD_SUMMARY, and RLBOARD_FINDING with all of it as JSON."""
EXIT_CODES = """exit codes: 0 nothing as severe as --until says (by default: no error) was found, 3 something was,
2 the command could not begin, 1 a look failed or something could not be read (with --once) or nobody reads what is said any more, 130 interrupted"""


def add_arguments(parser: argparse.ArgumentParser, seconds: Callable[[str], int]) -> None:
    """Adds the arguments to its parser; `seconds` reads a number of seconds."""
    parser.add_argument(
        "path", metavar="LOGDIR", help="the log directory: a folder, or an address such as s3://…"
    )
    parser.add_argument(
        "--run", action="append", default=[], metavar="NAME", help="only this run (may be repeated)"
    )
    parser.add_argument(
        "--on",
        nargs=2,
        action="append",
        default=[],
        metavar=("SEVERITY", "COMMAND"),
        help="run a command of the shell for each finding that is at least so severe (may be repeated)",
    )
    parser.add_argument(
        "--until", choices=SEVERITIES, default="", help="end with code 3 when there is one so severe"
    )
    parser.add_argument("--once", action="store_true", help="look once and end")
    parser.add_argument(
        "--interval",
        type=seconds,
        default=10,
        metavar="SECONDS",
        help="between two looks (default: %(default)s)",
    )
    parser.add_argument(
        "--config",
        default="",
        metavar="FILE",
        help="an rlboard.toml, as TensorBoard's --rlboard_config takes it",
    )


def wrong_severity(arguments: argparse.Namespace) -> str:
    """What is wrong with the severities of --on; empty for nothing."""
    wrong = next((severity for severity, _ in arguments.on if severity not in SEVERITIES), "")
    return f"--on {wrong}: it takes {', '.join(SEVERITIES)}, and then a command" if wrong else ""
