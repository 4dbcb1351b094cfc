"""Why a filter expression is refused."""

from __future__ import annotations


class FilterError(ValueError):
    """Why an expression is refused, as the rest of a sentence."""
