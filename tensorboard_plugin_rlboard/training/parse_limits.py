"""Limits of size, depth and length for a settings file, checked in its text before a parser reads it.

Parsers build all that a text says: one of 100 kB with dotted keys (`a.a.a. … = 1`) took 8.8 GB, because each part of a
key is a table that remembers the whole path to it. Settings are small, so what is beyond these limits is none, or is meant
to do harm. Reading a text here takes time in proportion to its length, and next to no memory.
"""

from __future__ import annotations

import re

MAX_TOML_BYTES = 256 * 1024
"""Of a TOML file. A mapping of a hundred columns with a comment on each has 10 kB."""
TOO_LARGE = f"it has more than {MAX_TOML_BYTES:,} bytes; keep settings only"
MAX_KEY_PARTS = 16
"""Parts of a key or of a section's name, as in `actor.optim.lr`; trainers have up to six."""
MAX_DEPTH = 32
"""Lists and tables within each other."""
MAX_KEYS = 10_000
"""Keys and sections of a file; the longest configuration of a trainer that we know has 900."""
MAX_YAML_STARS = 24
"""`*` in a YAML file that merges (`<<`): each merge of several aliases multiplies, 3 aliases in 8 tables make 6,561."""
_TOML = re.compile(
    r"""
    \"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z) | '''.*?(?:'''|\Z)
    | (?P<comment>\#[^\n]*)
    | (?P<part>"(?:\\.|[^"\\\n])*"? | '[^'\n]*'? | [^\s.=\[\]{}"'\#,]+)
    | (?P<dot>\.)
    | (?P<equals>=)
    | (?P<open>[\[{])
    | (?P<close>[\]}])
    | (?P<space>[ \t]+)
    | (?P<line>\n)
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
_JSON = re.compile(r'"(?:\\.|[^"\\])*(?:"|\Z)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<line>\n)', re.DOTALL)


def toml_excess(text: str) -> str:
    """What of a TOML text is beyond the limits, and what to do, as the rest of a sentence; empty where nothing is.

    Args:
        text: of the file; whether it is valid TOML is the parser's question.
    """
    if len(text) > MAX_TOML_BYTES:
        return TOO_LARGE
    line, parts, depth, keys, after_dot = 1, 0, 0, 0, False
    for match in _TOML.finditer(text):
        kind = match.lastgroup
        if kind == "part":
            parts = parts + 1 if after_dot else 1
            if parts > MAX_KEY_PARTS:
                return f"line {line} has a key of more than {MAX_KEY_PARTS} parts; write it shorter"
        elif kind == "open":
            depth += 1
            if depth > MAX_DEPTH:
                return f"line {line} has more than {MAX_DEPTH} lists or tables within each other; take them apart"
        elif kind == "close":
            depth = max(0, depth - 1)
            keys += 1  # a section's name is in brackets
        elif kind == "equals":
            keys += 1
        line += match.group().count("\n")
        after_dot = kind == "dot" or (after_dot and kind == "space")
        if keys > MAX_KEYS:
            return f"it has more than {MAX_KEYS:,} keys up to line {line}; keep settings only"
    return ""


def json_excess(text: str) -> str:
    """The same for JSON, whose size its reader bounds: depth only."""
    line, depth = 1, 0
    for match in _JSON.finditer(text):
        kind = match.lastgroup
        depth += (kind == "open") - (kind == "close")
        line += kind == "line"
        if depth > MAX_DEPTH:
            return f"line {line} has more than {MAX_DEPTH} lists or tables within each other; take them apart"
    return ""


def yaml_excess(text: str) -> str:
    """The same for YAML: merged aliases, which multiply. Its parser ends at too deep a structure by itself."""
    stars = text.count("*")
    if "<<" in text and stars > MAX_YAML_STARS:
        return f"it merges (<<) and has {stars} stars, {MAX_YAML_STARS} are the limit; write the values out"
    return ""
