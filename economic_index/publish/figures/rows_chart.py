"""One row a cell: its name, a bar or a dot, its 95% interval, and the number in print.

How rows are chosen is the figures'; nothing is computed here but positions on paper.
"""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.numerals import percent, percent_range

IS_NARROW = "(width < 480)"  # as on a phone: names stand above their marks, and marks have the whole width
NAMES = f"({IS_NARROW} ? 0 : min(290, 0.47 * width))"
NUMBERS = f"({IS_NARROW} ? 10 : 130)"
NAME_LIMIT = f"({IS_NARROW} ? width - 104 : min(290, 0.47 * width) - 10)"
UP, DOWN = f"{IS_NARROW} ? -8 : 0", f"{IS_NARROW} ? 6 : 0"
INDENT = 14


@dataclass(frozen=True)
class Look:
    """How the rows are drawn.

    `measures` says what the marks show; `mark` is bar or dot; `baseline` a value at which a line stands; `reference`
    whether a column `reference` is drawn as ticks; `axis_format` d3's; `is_log` a
    logarithmic scale (ratios, drawn as dots, all above 0); `pitch` the height of a row in pixels.
    """

    measures: str
    description: str
    key: tuple[str, ...] = ()
    mark: str = "bar"
    baseline: float | None = None
    reference: bool = False
    axis_format: str = "%"
    is_log: bool = False
    pitch: int = 20


def chart_rows(shares: pd.DataFrame, labels: pd.Series, tones: str | list[str]) -> pd.DataFrame:
    """Rows of a share mart as rows of a chart, all at the first level; pale where the share is imprecise."""
    ends = zip(shares["usage_share"], shares["usage_share_lo"], shares["usage_share_hi"], strict=True)
    rows = pd.DataFrame(
        {
            "label": labels,
            "level": 0,
            "point": shares["usage_share"],
            "lo": shares["usage_share_lo"],
            "hi": shares["usage_share_hi"],
            "tone": tones,
            "printed": [printed(*end) for end in ends],
        }
    )
    if "presentation" in shares.columns:
        rows["tone"] = rows["tone"].mask(shares["presentation"].eq("imprecise"), rows["tone"].map(theme.PALE))
    return rows


def printed(share: float, lo: float, hi: float) -> str:
    """The number beside a mark: the share and its interval; only the interval where the point is not shown."""
    if math.isnan(lo) or math.isnan(hi):
        return percent(share)
    interval = f"({percent_range(lo, hi, share)})"
    return interval if math.isnan(share) else f"{percent(share, lo, hi)} {interval}"


def rows_chart(rows: pd.DataFrame, look: Look) -> Any:
    """Draw rows from top to bottom: names at the left, marks, numbers at the right.

    `rows`: label, level (0, 1, 2), point, lo, hi, tone (hex colour), printed (text), and reference if asked
    for. The chart may be drawn at any height (`usermeta`): rows move apart.
    """
    import altair as alt

    placed = _placed(rows, look.pitch)
    height = int(placed["y"].max()) + look.pitch // 2 + 4
    base = alt.Chart(placed).encode(
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], range=[0, alt.ExprRef("height")], nice=False)),
        color=alt.Color("tone:N", scale=None, legend=None),
        tooltip=[alt.Tooltip("label:N", title="what"), alt.Tooltip("printed:N", title="share")],
    )
    x = _x(placed, look)
    layers = [*_marks(base, look, x), *_baseline(look, x), _numbers(base)]
    layers += [_names(base, level) for level in sorted(set(placed["level"]))]
    chart = alt.layer(*layers, usermeta={"moves_apart": True})
    return theme.themed(chart, look.description, (look.measures, *look.key), height)


def _x(placed: pd.DataFrame, look: Look) -> Any:
    import altair as alt

    low, high = _domain(placed, look)
    room = [alt.ExprRef(NAMES), alt.ExprRef(f"width - {NUMBERS}")]
    if look.is_log:
        scale = alt.Scale(type="log", domain=[low, high], range=room, nice=False)
    else:
        scale = alt.Scale(domain=[low, high], range=room, nice=False, zero=False)
    ticks = _log_ticks(low, high) if look.is_log else _ticks(low, high)
    axis = alt.Axis(format=look.axis_format, title=None, orient="top", values=ticks)
    return alt.X("point:Q", scale=scale, axis=axis)


def _marks(base: Any, look: Look, x: Any) -> list[Any]:
    import altair as alt

    interval = base.transform_filter("isValid(datum.lo)").encode(x=alt.X("lo:Q"), x2="hi:Q")
    drawn = base.transform_filter("isValid(datum.point)").encode(x=x)
    down = {"yOffset": alt.ExprRef(DOWN)}
    if look.mark == "bar":
        bars = drawn.mark_rule(strokeWidth=look.pitch * 0.5, **down).encode(x2=alt.X2Datum(0))
        layers = [bars, interval.mark_rule(strokeWidth=1.3, **down).encode(color=alt.value(theme.INK))]
    else:
        dots = drawn.mark_point(filled=True, opacity=1, size=58, **down)
        layers = [interval.mark_rule(strokeWidth=2, opacity=0.75, **down), dots]
    if look.reference:
        known = base.transform_filter("isValid(datum.reference)")
        tick = known.mark_tick(thickness=2.5, size=look.pitch * 0.72, **down)
        layers.append(tick.encode(x="reference:Q", color=alt.value(theme.INK)))
    return layers


def _baseline(look: Look, x: Any) -> list[Any]:
    import altair as alt

    if look.mark == "dot" and look.baseline is None:
        return []
    at = pd.DataFrame({"at": [look.baseline or 0.0]})
    return [alt.Chart(at).mark_rule(color=theme.INK, strokeWidth=1).encode(x=alt.X("at:Q", scale=x["scale"]))]


def _numbers(base: Any) -> Any:
    import altair as alt

    marks = base.mark_text(align="right", fontSize=11, dy=alt.ExprRef(UP))
    return marks.encode(x=alt.value("width"), text="printed:N", color=alt.value(theme.MUTED))


def _names(base: Any, level: int) -> Any:
    import altair as alt

    marks = base.transform_filter(f"datum.level === {level}").mark_text(
        align="left",
        fontSize=12 if level < 2 else 11,
        fontWeight="bold" if level == 0 else "normal",
        limit=alt.ExprRef(f"{NAME_LIMIT} - datum.indent"),
        dy=alt.ExprRef(UP),
        x=alt.ExprRef("datum.indent"),
    )
    return marks.encode(text="label:N", color=alt.value(theme.MUTED if level == 2 else theme.INK))


def _placed(rows: pd.DataFrame, pitch: int) -> pd.DataFrame:
    """Rows with a y and an indent in pixels: a little air before each row of the first level if there are others."""
    has_levels = rows["level"].nunique() > 1
    air = ((rows["level"].eq(0) & has_levels).cumsum() - int(has_levels)) * (pitch // 2)
    y = pd.Series(range(len(rows)), index=rows.index) * pitch + pitch // 2 + air
    return rows.assign(y=y, indent=(rows["level"] - rows["level"].min()) * INDENT)


def _domain(placed: pd.DataFrame, look: Look) -> tuple[float, float]:
    columns = ["point", "lo", "hi", *(["reference"] if look.reference else [])]
    ends = pd.Series(placed[columns].to_numpy().ravel()).dropna()
    if look.is_log:
        above = [*ends[ends > 0], look.baseline or 1.0]
        return min(above) / 1.15, max(above) * 1.15
    low, high = float(ends.min()), float(ends.max())
    if look.mark == "dot" and look.baseline is not None:
        low, high = min(low, look.baseline), max(high, look.baseline)
        return low - 0.04 * (high - low), high + 0.04 * (high - low)
    return 0.0, high * 1.03


def _ticks(low: float, high: float) -> list[float]:
    """Round values inside the domain, three to six of them."""
    powers = (10.0**power for power in range(-3, 4))
    steps = [step * power for power in powers for step in (1, 2, 5)]
    step = next((step for step in steps if (high - low) / step <= 5.5), steps[-1])
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 6) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each power of ten inside the domain; only the powers if that is crowded."""
    every = [round(step * 10.0**power, 6) for power in range(-4, 5) for step in (1, 2, 5)]
    inside = [tick for tick in every if low <= tick <= high]
    return inside if len(inside) <= 8 else [tick for tick in inside if math.log10(tick).is_integer()]
