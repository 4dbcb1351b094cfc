"""Says what is wrong with a text that is nearly JSON, and what to do about it."""

from __future__ import annotations

import re

_PYTHON_WORD = re.compile(r"(?:None|True|False)\b")
_LOWER_NUMBER = re.compile(r"[-+]?(?:nan|inf(?:inity)?)\b", re.IGNORECASE)
_REMEDY = "write each row with json.dumps(row)"
_CONVERT = (
    "what is written already is converted by python -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(line))) "
    "for line in sys.stdin]' < OLD > NEW"
)
_EXCERPT, _SEPARATOR = 40, "\x1e"


def fault_sentence(text: str, at: int, reason: str) -> str:
    """One sentence for the place where JSON ends to be JSON.

    Args:
        text: The text.
        at: The place, in characters.
        reason: What Python's parser says of it.
    """
    before, after = text[max(0, at - _EXCERPT) : at].rstrip(), text[at : at + _EXCERPT].lstrip(" \t")
    if after.startswith("'"):
        return f"Its texts stand in single quotes, as Python prints a row (its repr): {_REMEDY} instead of str(row); {_CONVERT}."
    if found := _PYTHON_WORD.match(after):
        return f"It holds {found[0]}, as Python prints a row (its repr): {_REMEDY} instead of str(row); {_CONVERT}."
    if before.endswith(",") and after.lstrip("\r\n").startswith(("}", "]")):
        return f"A trailing comma stands in front of a closing bracket, which JSON does not have: leave it out, or {_REMEDY}."
    if found := _LOWER_NUMBER.match(after):
        return f"It holds {found[0]}, which is no JSON: {_REMEDY}, which spells it NaN or Infinity."
    if after.startswith("\0"):
        return (
            "It holds NUL bytes, as a file has that was torn by a crash or a full disk: remove them "
            "(tr -d '\\000' < FILE > NEW)."
        )
    if after.startswith(_SEPARATOR):
        return (
            "Its rows stand behind record separators (RFC 7464), which JSON lines have not: remove them "
            "(tr -d '\\036' < FILE > NEW)."
        )
    if reason.startswith("Invalid control character"):
        return f"A text in it holds a bare line end or tab, which JSON spells \\n and \\t: {_REMEDY}."
    if after.startswith(("//", "/*", "#")):
        return f"It holds a comment, which JSON does not have: remove it, or {_REMEDY}."
    return f"It is no JSON ({reason.removesuffix(' at')} at character {at + 1}): {_REMEDY}."
