"""One row a cell: its name, a bar or a dot, its 95% interval, and the number in print.

How rows are chosen is the figures'; nothing is computed here but positions on paper.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.numerals import percent, percent_range

LABELS = "min(290, 0.5 * width)"
INDENT = 14


@dataclass(frozen=True)
class Look:
    """How the rows are drawn.

    `x_title` names the axis; `mark` is bar or dot; `baseline` a value at which a line stands; `reference` whether
    a column `reference` is drawn as ticks; `axis_format` d3's; `pitch` the height of a row in pixels.
    """

    x_title: str
    description: str
    key: tuple[str, ...] = ()
    mark: str = "bar"
    baseline: float | None = None
    reference: bool = False
    axis_format: str = "%"
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
            "printed": [printed(share, lo, hi) for share, lo, hi in ends],
        }
    )
    if "presentation" in shares.columns:
        rows["tone"] = rows["tone"].mask(shares["presentation"].eq("imprecise"), rows["tone"].map(theme.PALE))
    return rows


def printed(share: float, lo: float, hi: float) -> str:
    """The number beside a mark: the share and its interval; only the interval where the point is not shown."""
    if pd.isna(lo) or pd.isna(hi):
        return percent(share)
    return f"{percent(share, lo, hi)} ({percent_range(lo, hi)})" if pd.notna(share) else f"({percent_range(lo, hi)})"


def rows_chart(rows: pd.DataFrame, look: Look) -> Any:
    """Draw rows from top to bottom.

    `rows`: label, level (0, 1, 2), point, lo, hi, tone (hex colour), printed (text), and reference if asked for.
    """
    import altair as alt

    placed = _placed(rows, look.pitch)
    height = int(placed["y"].max()) + look.pitch
    low, high = _domain(placed, look)
    x_scale = alt.Scale(domain=[low, high], range=[alt.ExprRef(LABELS), alt.ExprRef("width")], nice=False, zero=False)
    x_axis = alt.Axis(format=look.axis_format, title=look.x_title, orient="top", tickCount=5, titleAnchor="end")
    base = alt.Chart(placed).encode(
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], range=[0, height], nice=False)),
        color=alt.Color("tone:N", scale=None, legend=None),
        tooltip=[alt.Tooltip("label:N", title="what"), alt.Tooltip("printed:N", title="share")],
    )
    x = alt.X("point:Q", scale=x_scale, axis=x_axis)
    layers = [*_baseline(base, look, x_scale), *_marks(base, look, x, placed)]
    layers += [_labels(base, level) for level in sorted(set(placed["level"]))]
    return theme.themed(alt.layer(*layers), look.description, look.key, height)


def _marks(base: Any, look: Look, x: Any, placed: pd.DataFrame) -> list[Any]:
    import altair as alt

    low = alt.X("lo:Q")
    interval = base.transform_filter("isValid(datum.lo)").encode(x=low, x2="hi:Q")
    number = base.transform_filter("isValid(datum.end)").mark_text(align="left", dx=7, fontSize=11)
    printed = number.encode(x="end:Q", text="printed:N", color=alt.value(theme.MUTED))
    if look.mark == "bar":
        thick = base.transform_filter("isValid(datum.point)").mark_rule(strokeWidth=look.pitch * 0.5)
        layers = [thick.encode(x=x, x2=alt.X2Datum(0)), interval.mark_rule(strokeWidth=1.3).encode(color=_ink())]
    else:
        dots = base.transform_filter("isValid(datum.point)").mark_point(filled=True, opacity=1, size=58)
        layers = [interval.mark_rule(strokeWidth=2, opacity=0.75), dots.encode(x=x)]
    if look.reference:
        tick = base.transform_filter("isValid(datum.reference)").mark_tick(thickness=2.5, size=look.pitch * 0.72)
        layers.append(tick.encode(x="reference:Q", color=_ink()))
    return [*layers, printed]


def _ink() -> Any:
    import altair as alt

    return alt.value(theme.INK)


def _baseline(base: Any, look: Look, x_scale: Any) -> list[Any]:
    import altair as alt

    at = 0.0 if look.baseline is None else look.baseline
    rule = alt.Chart(pd.DataFrame({"at": [at]})).mark_rule(color=theme.INK, strokeWidth=1)
    return [rule.encode(x=alt.X("at:Q", scale=x_scale))] if look.mark == "bar" or look.baseline is not None else []


def _labels(base: Any, level: int) -> Any:
    import altair as alt

    weight, colour = ("bold", theme.INK) if level == 0 else ("normal", theme.INK if level == 1 else theme.MUTED)
    text = base.transform_filter(f"datum.level === {level}").mark_text(
        align="left",
        fontSize=12 if level < 2 else 11,
        fontWeight=weight,
        limit=alt.ExprRef(f"{LABELS} - {12 + INDENT * level}"),
    )
    return text.encode(x=alt.value(INDENT * level), text="label:N", color=alt.value(colour))


def _placed(rows: pd.DataFrame, pitch: int) -> pd.DataFrame:
    """Rows with a y in pixels: a little air before each row of the first level when there are deeper ones."""
    has_levels = rows["level"].nunique() > 1
    air = (rows["level"].eq(0) & has_levels).cumsum() * (pitch // 2)
    ends = ["point", "lo", "hi", *(["reference"] if "reference" in rows.columns else [])]
    y = pd.Series(range(len(rows)), index=rows.index) * pitch + pitch // 2 + air
    return rows.assign(y=y, end=rows[ends].max(axis=1))


def _domain(placed: pd.DataFrame, look: Look) -> tuple[float, float]:
    ends = placed[["point", "lo", "hi"]].stack()
    low = min(float(ends.min()), look.baseline or 0.0) if look.mark == "dot" and look.baseline is not None else 0.0
    high = max(float(placed["end"].max()), (look.baseline or 0.0))
    span = high - low or 1.0
    return low - (0.03 * span if low < 0 else 0), high + 0.32 * span
