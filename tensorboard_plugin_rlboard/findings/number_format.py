"""Numbers as the sentences of findings write them: with a comma between thousands, as the page writes its own."""

from __future__ import annotations

import math


def format_number(number: float) -> str:
    """A number for a sentence: three digits that count, no exponent in the usual range. No step: it is a name."""
    if not math.isfinite(number) or number == 0:
        return f"{number:g}"
    if 1e-4 <= abs(number) < 1e6:
        decimals = max(0, 2 - math.floor(math.log10(abs(number))))
        text = f"{number:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits, exponent = f"{number:.2e}".split("e")
    return f"{digits}e{int(exponent)}"


def format_percent(share: float) -> str:
    """A share as percent: 0.125 is 12.5 %."""
    return f"{format_number(100 * share)} %"
