"""Arithmetic of the oracle: plain floats and exact sums, one number after the other. None is a missing value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction

Number = float | None
HUGE = 1e150
"""docs/metrics.md, "Rules": from here on a sample's number counts as not finite where samples are put together."""


def exp(x: float) -> float:
    """e^x, infinite where that has no float."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def square(x: float) -> float:
    """x², infinite where that has no float."""
    return x * x


def total(xs: Iterable[float]) -> float:
    """The exact sum, rounded once; NaN or infinite as floats add up where some are, infinite where it has no float."""
    numbers = list(xs)
    if not all(map(math.isfinite, numbers)):
        return sum(numbers)
    try:
        return math.fsum(numbers)
    except OverflowError:  # on the way, perhaps not at the end
        exact = sum(map(Fraction, numbers), Fraction())
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def mean(xs: Sequence[float]) -> Number:
    """Arithmetic mean; None of nothing. Of finite numbers whose sum has no float it is made of fractions."""
    if not xs or not math.isinf(whole := total(xs)) or not all(map(math.isfinite, xs)):
        return whole / len(xs) if xs else None
    return float(sum(map(Fraction, xs)) / len(xs))


def variance(xs: Sequence[float]) -> float:
    """Population variance; exactly 0 where all are equal."""
    if min(xs) == max(xs):
        return 0.0
    centre = total(xs) / len(xs)
    rest = total(x - centre for x in xs) / len(xs)
    return total(square(x - centre - rest) for x in xs) / len(xs)


def std(xs: Sequence[float]) -> float:
    """Population standard deviation; by fractions where the squares of finite numbers have no float."""
    if max(map(abs, xs)) < HUGE or not all(map(math.isfinite, xs)):
        return math.sqrt(variance(xs))
    exact = [Fraction(x) for x in xs]
    centre = sum(exact, Fraction()) / len(exact)
    squares = sum(((x - centre) ** 2 for x in exact), Fraction()) / len(exact)
    digits = Context(prec=40)
    return float(digits.divide(Decimal(squares.numerator), Decimal(squares.denominator)).sqrt(digits))


def quantile(xs: Sequence[float], level: float) -> float:
    """Interpolated linearly between the two sorted values beside it."""
    ordered = sorted(xs)
    at = level * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def pearson(pairs: Sequence[tuple[float, float]]) -> Number:
    """Pearson correlation; None where one side does not vary."""
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    if not pairs or not varies(xs) or not varies(ys):
        return None
    x_mean, y_mean = total(xs) / len(xs), total(ys) / len(ys)
    return (
        total((x - x_mean) * (y - y_mean) for x, y in pairs)
        / len(pairs)
        / (math.sqrt(variance(xs)) * math.sqrt(variance(ys)))
    )


def varies(xs: Sequence[float]) -> bool:
    """docs/metrics.md: whether the standard deviation is more than 1e-12 of the mean, which rounding leaves."""
    return std(xs) > 1e-12 * abs(total(xs) / len(xs))


def is_borderline(xs: Sequence[float]) -> bool:
    """Whether the last digits decide if these vary, so that a test can expect neither."""
    if not xs:
        return False
    deviation, size = std(xs), max(map(abs, xs))
    return 0.0 < deviation < 1e-9 * size or 0.5e-12 < deviation**2 < 2e-12


def pointwise(formula: Callable[..., float], *inputs: Sequence[Number]) -> list[Number]:
    """A formula of each token; missing where one of its inputs is."""
    return [None if None in each else formula(*each) for each in zip(*inputs, strict=True)]


def is_same(found: object, expected: Number, scale: float = 0.0, rel: float = 1e-9) -> bool:
    """Whether an answer's number is the expected one, up to rounding of numbers of this scale."""
    if expected is None or found is None:
        return found is None and expected is None
    assert isinstance(found, (int, float)), found
    if math.isnan(expected) or math.isinf(expected):
        return repr(float(found)) == repr(float(expected))
    return math.isclose(found, expected, rel_tol=rel, abs_tol=1e-11 * scale + 1e-300)
