"""How numbers are printed: with no more digits than their interval supports.

Nothing is computed here but the number of digits.
"""

import math


def percent(share: float, lo: float = math.nan, hi: float = math.nan) -> str:
    """A share as a percentage; the width of its interval decides the decimals."""
    if math.isnan(share):
        return "not known"
    return f"{100 * share:.{_decimals(share, lo, hi)}f}%"


def percent_range(lo: float, hi: float, share: float = math.nan) -> str:
    """Both ends of an interval as percentages, with the decimals of its share."""
    digits = _decimals(hi if math.isnan(share) else share, lo, hi)
    return f"{100 * lo:.{digits}f}–{100 * hi:.{digits}f}%"


def percent_with_interval(share: float, lo: float, hi: float) -> str:
    """`37% (95% interval 35–39%)`, or the point alone where there is no interval."""
    if math.isnan(lo) or math.isnan(hi):
        return f"{percent(share)} (no interval)"
    if math.isnan(share):
        return f"somewhere in {percent_range(lo, hi)}"
    return f"{percent(share, lo, hi)} (95% interval {percent_range(lo, hi, share)})"


def points(difference: float, lo: float, hi: float) -> str:
    """A difference of shares in percentage points, with its interval."""
    digits = _decimals(max(abs(lo), abs(hi)), lo, hi)
    low, high = (_signed(100 * value, digits) for value in (lo, hi))
    return f"{_signed(100 * difference, digits)} points (95% interval {low} to {high})"


def count(number: float) -> str:
    """An integer with thousands separated; `unknown` if missing."""
    return "unknown" if math.isnan(number) else f"{round(number):,}"


def ratio(value: float) -> str:
    """A ratio with two or three significant digits."""
    if math.isnan(value):
        return "not known"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _signed(value: float, digits: int) -> str:
    text = f"{abs(value):.{digits}f}"
    return f"−{text}" if value < 0 and float(text) else f"+{text}"


def _decimals(share: float, lo: float, hi: float) -> int:
    half_width = 100 * (hi - lo) / 2
    if math.isnan(half_width):
        return 0 if share >= 0.1 else 1
    wanted = 0 if half_width >= (0.5 if share >= 0.1 else 1) else 1 if half_width >= 0.05 else 2
    return max(wanted, 1) if 100 * share < 3 else wanted
