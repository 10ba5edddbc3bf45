"""Usage against employment: how much of the use each occupation group makes, beside how much of the employed.

The ratio and its interval are dbt's.
"""

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.selection import shares, with_point
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import baseline_title, group_title

COLUMNS = [
    "soc_group",
    "soc_group_title",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "employment_share",
    "representation_ratio",
    "representation_ratio_lo",
    "representation_ratio_hi",
    "n_conversations",
    "n_eff",
    "n_users",
]


def build(marts: ServedMarts) -> FigureResult:
    """Share of use of each SOC major group as a bar, share of employment as a tick."""
    rows = shares(marts, "mart_soc_groups", "soc_group")
    if rows.empty:
        return no_figure("No occupation group has enough conversations to be shown.")
    baseline = baseline_title(str(rows["baseline"].iloc[0]))
    titles = rows.apply(lambda row: group_title(row["soc_group"], row["soc_group_title"]), axis=1)
    drawn = chart_rows(with_point(rows), titles, theme.BLUE).assign(level=1, reference=rows["employment_share"])
    look = Look(
        "Share of the conversations with a task, and of the employed.",
        f"Share of use by occupation group beside its share of {baseline}. The largest is {titles.iloc[0]}, "
        f"{drawn['printed'].iloc[0]}.",
        ("Bar: share of use, with its 95% interval.", f"Black tick: share of {baseline}."),
        reference=True,
        pitch=22,
    )
    caveats = (
        f"Baseline of every ratio: {baseline}. It counts the employed of a country, not the people of these logs.",
        "Groups that are missing lie below the floor or had no conversation: missing is not zero.",
    )
    hidden = hidden_weight(marts, "mart_soc_groups", "soc_group")
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(
        rows_chart(drawn, look), "", table, evidence_of(rows, "conversations with a task"), caveats, hidden
    )
