"""The look of every chart: one palette, one type size, no ornament; and a chart as SVG.

Colours are plain hex, so that the page's style sheet can turn each into its dark or printed twin.
"""

from typing import Any

INK = "#1c1c1a"
MUTED = "#6a6a64"
HAIRLINE = "#dcdcd5"
BLUE = "#1f5f8f"
PALE_BLUE = "#9dbdd4"
ORANGE = "#b8541b"
PALE_ORANGE = "#e2b496"
GREEN = "#3c7a57"
PURPLE = "#7a5195"
PALE = {
    BLUE: PALE_BLUE,
    ORANGE: PALE_ORANGE,
    PALE_BLUE: PALE_BLUE,
    PALE_ORANGE: PALE_ORANGE,
    MUTED: HAIRLINE,
    GREEN: HAIRLINE,
}
SERIES = (BLUE, ORANGE, GREEN, PURPLE, INK)
FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
WIDTH = 680


def themed(chart: Any, description: str, key: tuple[str, ...] = (), height: int | None = None) -> Any:
    """The chart with size, description for screen readers, reading key above it, and the house style."""
    import altair as alt

    properties: dict[str, Any] = {"width": WIDTH, "description": description}
    if height is not None:
        properties["height"] = height
    if key:
        properties["title"] = alt.TitleParams(text=list(key))
    return chart.properties(**properties).configure(**_config())


def _config() -> dict[str, Any]:
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "gridColor": HAIRLINE,
        "domain": False,
        "ticks": False,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "titlePadding": 8,
    }
    title = {
        "anchor": "start",
        "frame": "bounds",
        "color": MUTED,
        "fontSize": 12,
        "fontWeight": "normal",
        "offset": 10,
        "lineHeight": 16,
    }
    legend = {
        "labelColor": INK,
        "labelFontSize": 12,
        "symbolSize": 70,
        "labelLimit": 300,
        "symbolOpacity": 1,
        "columns": 2,
    }
    return {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 4},
        "view": {"stroke": None},
        "axis": axis,
        "title": title,
        "legend": legend,
    }


def to_svg(chart: Any) -> str:
    """The chart as one SVG document, without script, readable on a white page."""
    return svg_of(chart.to_dict())


def svg_of(spec: dict[str, Any]) -> str:
    """A Vega-Lite specification as one SVG document."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))
