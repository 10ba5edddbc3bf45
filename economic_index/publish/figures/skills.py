"""Skills that the work needs: how often each of the 35 O*NET skills matters in the occupations of the tasks.

Skills that the assistant exhibited are another measure, never mixed with this one.
"""

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.selection import shares, with_point
from economic_index.publish.served import ServedMarts

COLUMNS = ["skill", "usage_share", "usage_share_lo", "usage_share_hi", "n_conversations", "n_eff", "n_users"]
NEEDED = "skills_needed"
EXHIBITED = "skills"


def build(marts: ServedMarts) -> FigureResult:
    """Bars of the skills needed; of the skills exhibited only if no engine gave the former."""
    rows = shares(marts, "mart_skills", "skill")
    if rows.empty:
        return no_figure("Too few conversations carry a task whose occupation has skill ratings.")
    measure = NEEDED if (rows["measure"] == NEEDED).any() else EXHIBITED
    rows = rows[rows["measure"] == measure].reset_index(drop=True)
    drawn = chart_rows(with_point(rows), rows["skill"], theme.GREEN).assign(level=1)
    first = f"{drawn['label'].iloc[0]}, {drawn['printed'].iloc[0]}"
    look = Look(
        "Share of conversations whose work needs the skill."
        if measure == NEEDED
        else "Share of conversations in which the assistant shows the skill.",
        f"Bars of {len(rows)} skills; the first is {first}.",
        ("Lines: 95% intervals. A conversation may need many skills.",),
    )
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    hidden = hidden_weight(marts, "mart_skills", "skill", measure=measure)
    caption = evidence_of(rows, "conversations with skills")
    return FigureResult(rows_chart(drawn, look), "", table, caption, CAVEATS[measure], hidden)


CAVEATS = {
    NEEDED: (
        "What the occupation of the task needs (importance of at least 3.0 in O*NET 30.1), not what the assistant "
        "or the person showed.",
        "Broad skills matter to most occupations: compare skills, do not add them up.",
    ),
    EXHIBITED: ("Skills that the assistant exhibits; there is no threshold of importance.",),
}
