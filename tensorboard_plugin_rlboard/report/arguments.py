"""What `rlboard report` and `rlboard verify` take on the command line, and the words that explain it."""

from __future__ import annotations

import argparse

REPORT = """Writes what looks wrong in runs (docs/findings.md) into one file that can be sent around: each finding with its curve, its number
against its threshold, and the samples that show it with the tokens around the place. The page needs no network and runs no
script; the JSON quotes what can be checked by `rlboard verify`."""
REPORT_EXIT_CODES = """exit codes: 0 it is written, 1 there is nothing to report, something could not be read (the report names it) or settings do
not count, 2 the command could not begin, 130 interrupted"""
VERIFY = """Checks the quotes of a report, or of any text, against the logs. A quote is a JSON object such as
{"run": "a", "id": "0123456789-0-0", "place": "tokens", "position": 7, "quote": "the words"}: in a text in one line, in JSON anywhere."""
VERIFY_EXIT_CODES = (
    "exit codes: 0 every quote stands there, 1 some does not, or there is none, 2 the command could not begin"
)
SUFFIXES = (".html", ".md", ".json")


def add_report_args(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `rlboard report`."""
    parser.add_argument(
        "path", metavar="LOGDIR", help="the log directory, as TensorBoard gets it: a folder or an address"
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", required=True, help=f"where it goes; ends with {', '.join(SUFFIXES)}"
    )
    parser.add_argument(
        "--run", action="append", default=[], metavar="NAME", help="only this run (may be repeated)"
    )
    parser.add_argument(
        "--tab-url",
        default="http://localhost:6006/",
        metavar="URL",
        help="the TensorBoard that links lead to (default: %(default)s)",
    )
    parser.add_argument(
        "--language",
        choices=("en", "zh"),
        default="en",
        help="of a page or Markdown: English or Chinese (default: %(default)s)",
    )
    _config(parser)


def add_verify_args(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `rlboard verify`."""
    parser.add_argument("file", metavar="FILE", help="a report as JSON or Markdown, or any text with quotes")
    parser.add_argument(
        "--log", metavar="LOGDIR", required=True, help="the log directory, as the report got it"
    )
    _config(parser)


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        default="",
        metavar="FILE",
        help="an rlboard.toml, as TensorBoard's --rlboard_config takes it",
    )
