"""Sums as SQL whose last digit depends on the numbers only, and not on the order in which threads come to them.

Floating-point addition rounds, so the same numbers in another order give another last digit: DuckDB adds up what each of
its threads has read, and rows lie in the order in which processes had built them. Here numbers are added in the order of
their size. So the same logs give the same answers, whoever has indexed them and however often.
"""

from __future__ import annotations


def ordered_list(x: str, rows: str = "") -> str:
    """The aggregate that gathers numbers, the smallest first; NULL where there is none.

    Args:
        x: the number; where it is NULL it is left out.
        rows: a FILTER clause; empty for all rows.
    """
    return f"list({x} ORDER BY {x}) {rows or f'FILTER ({x} IS NOT NULL)'}"


def ordered_sum(x: str, rows: str = "") -> str:
    """The sum of a number over rows, as `sum`."""
    return f"list_sum({ordered_list(x, rows)})"


def ordered_mean(x: str, rows: str = "") -> str:
    """The mean of a number over rows, as `avg`."""
    return f"list_avg({ordered_list(x, rows)})"


def ordered_window(partition: str, x: str) -> str:
    """The window of all rows of a partition, in the order of their number, whatever is taken over it."""
    return f"(PARTITION BY {partition} ORDER BY {x} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
