"""Two experiments on the published releases: `python -m benchmarks.published_pictures`, after `make reproduce`.

Depth drawn down to equal numbers of conversations, and how far groups move with O*NET's vintage and the rule for shared
statements. Every number is a cell of a served mart; nothing is computed here.
"""

from pathlib import Path

import pandas as pd

from economic_index.lake import Lake
from economic_index.publish.figures import theme
from economic_index.publish.selection import with_numbers
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import SHORT_GROUPS
from orchestration.settings import PROJECT, REPRODUCTION

PICTURES = PROJECT / "docs" / "pictures"
LARGEST = 10  # groups drawn


def depth(marts: ServedMarts) -> pd.DataFrame:
    """Share of occupations with a quarter of their tasks used, by release of Claude.ai and conversations drawn."""
    rows = with_numbers(marts.mart("mart_depth_rarefied"))
    drawn = (rows["method"] == "conversations") & (rows["statistic"] == "at_least_25") & (rows["draw_floor"] == 15)
    rows = rows[drawn & rows["segment"].str.endswith("claude_ai")]
    return rows.assign(release=rows["segment"].str.removesuffix(" claude_ai"))[["release", "draw_size", "value"]]


def vintage(marts: ServedMarts) -> pd.DataFrame:
    """Share of the largest groups of February 2025 under each rule and O*NET version."""
    rows = with_numbers(marts.mart("mart_taxonomy_sensitivity")).query("segment == '2025-02-10 claude_ai'")
    largest = rows[rows["is_own_version"] & rows["rule"].eq("equal split")].nlargest(LARGEST, "usage_share")
    rows = rows[rows["soc_group"].isin(largest["soc_group"])]
    way = rows["rule"] + ", O*NET " + rows["onet_version"]
    wanted = rows["is_own_version"] | rows["rule"].eq("equal split")
    named = rows.assign(group=rows["soc_group"].map(SHORT_GROUPS), way=way)
    return named[wanted][["group", "way", "usage_share"]]


def draw_depth(rows: pd.DataFrame, path: Path) -> None:
    """A line a release; the last point of each is its raw depth."""
    import altair as alt

    x = alt.X("draw_size:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", title="Conversations drawn"))
    y = alt.Y("value:Q", axis=alt.Axis(format="%", title=None))
    color = alt.Color("release:N", scale=alt.Scale(range=list(theme.SERIES)), legend=alt.Legend(title="release"))
    base = alt.Chart(rows).encode(x=x, y=y, color=color)
    key = ("Occupations with at least a quarter of their tasks used; the last point of a line is its raw depth.",)
    chart = alt.layer(base.mark_line(), base.mark_point(size=24))
    path.write_text(theme.to_svg(theme.themed(chart, "Depth of published releases drawn down.", key, 340)))


def draw_vintage(rows: pd.DataFrame, path: Path) -> None:
    """A dot a way of counting, a row a group."""
    import altair as alt

    order = rows.groupby("group")["usage_share"].max().sort_values(ascending=False).index.tolist()
    y = alt.Y("group:N", sort=order, axis=alt.Axis(title=None, grid=True))
    x = alt.X("usage_share:Q", axis=alt.Axis(format="%", title=None))
    color = alt.Color(
        "way:N", scale=alt.Scale(range=list(theme.SERIES)), legend=alt.Legend(title=None, orient="bottom")
    )
    chart = alt.Chart(rows).mark_point(filled=True, size=55, opacity=0.85).encode(x=x, y=y, color=color)
    key = ("Share of classified conversations, February 2025, by rule and O*NET version.",)
    path.write_text(theme.to_svg(theme.themed(chart, "Groups under other rules and vintages.", key, 320)))


def main() -> None:
    """Draw both, and print what they hold."""
    marts = ServedMarts.of(Lake(REPRODUCTION))
    by_size, by_way = depth(marts), vintage(marts)
    draw_depth(by_size, PICTURES / "depth_drawn_down.svg")
    draw_vintage(by_way, PICTURES / "vintage.svg")
    print(by_size.pivot_table(index="draw_size", columns="release", values="value").map("{:.3f}".format).to_string())
    print(by_way.pivot_table(index="group", columns="way", values="usage_share").map("{:.4f}".format).to_string())


if __name__ == "__main__":
    main()
