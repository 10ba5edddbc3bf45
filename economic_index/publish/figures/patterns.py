"""How people work with the assistant: the five patterns, and automation against augmentation.

Automation is a style of request, not a job automated; which patterns count as which is the vocabulary's.
"""

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.selection import shares, with_point
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import AUTOMATION, MODES, PATTERN_MEANINGS, PATTERNS, group_title

TONES = {"automation": theme.ORANGE, "augmentation": theme.BLUE}
PALE = {"automation": theme.PALE_ORANGE, "augmentation": theme.PALE_BLUE}
COLUMNS = ["label", "usage_share", "usage_share_lo", "usage_share_hi", "n_conversations", "n_eff", "n_users"]
STYLE_OF_REQUEST = "Automation is a style of request (delegating), not a job automated."
CAVEATS = (STYLE_OF_REQUEST, "The denominator is the conversations in which one of the five patterns was recognised.")

HIDDEN = "A pattern that is missing lies below the floor or had no conversation: missing is not zero."
MEANINGS = {str(key): (PATTERNS[key], meaning) for key, meaning in PATTERN_MEANINGS.items()}


def build(marts: ServedMarts) -> FigureResult:
    """Automation and augmentation, each with its patterns beneath."""
    patterns = shares(marts, "mart_collaboration", "collaboration")
    modes = shares(marts, "mart_automation", "mode")
    if patterns.empty and modes.empty:
        return no_figure("Too few conversations show a pattern that could be recognised.")
    rows = _ordered(modes, patterns)
    tones = [(PALE if level else TONES)[mode] for mode, level in zip(rows["mode"], rows["level"], strict=True)]
    drawn = chart_rows(with_point(rows), rows["label"], tones).assign(level=rows["level"])
    spoken = "; ".join(f"{label} {number}" for label, number in zip(drawn["label"], drawn["printed"], strict=True))
    look = Look(
        "Share of the conversations that show one of five patterns.",
        f"Bars of the patterns of working together: {spoken}.",
        ("Automation: the person delegates. Augmentation: both work on it.", "Lines: 95% intervals."),
        pitch=24,
    )
    evidence = evidence_of(patterns if modes.empty else modes, "conversations with a recognised pattern")
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    hidden = hidden_weight(marts, "mart_collaboration", "collaboration")
    caveats = (*CAVEATS, *((HIDDEN,) if len(patterns) < len(MEANINGS) else ()))
    return FigureResult(rows_chart(drawn, look), "", table, evidence, caveats, hidden)


def _ordered(modes: pd.DataFrame, patterns: pd.DataFrame) -> pd.DataFrame:
    """Each mode, followed by the patterns it is made of."""
    blocks = []
    for mode, title in MODES.items():
        if not modes.empty:
            blocks.append(modes[modes["mode"] == mode].assign(label=title, level=0))
        if not patterns.empty:
            of_mode = patterns["collaboration"].isin(AUTOMATION) == (mode == "automation")
            mine = patterns[of_mode & (patterns["collaboration"] != "none")]
            labels = [_meaning(pattern) for pattern in mine["collaboration"]]
            blocks.append(mine.assign(mode=mode, label=labels, level=1))
    return pd.concat(blocks, ignore_index=True)


def _meaning(pattern: str) -> str:
    name, meaning = MEANINGS.get(pattern, (pattern, ""))
    return f"{name}: {meaning}" if meaning else name


def build_by_group(marts: ServedMarts) -> FigureResult:
    """Automation share within each occupation group."""
    rows = shares(marts, "mart_automation_by_soc_group", "soc_group")
    rows = rows[rows["mode"] == "automation"].reset_index(drop=True) if not rows.empty else rows
    if rows.empty:
        return no_figure("No occupation group has enough conversations with a recognised pattern.")
    titles = rows.apply(lambda row: group_title(row["soc_group"], row["soc_group_title"]), axis=1)
    drawn = chart_rows(with_point(rows), titles, theme.ORANGE).assign(level=1)
    look = Look(
        "Share of automation within each group.",
        f"Automation share by occupation group, from {titles.iloc[0]}, {drawn['printed'].iloc[0]}, "
        f"down to {titles.iloc[-1]}, {drawn['printed'].iloc[-1]}.",
        ("Lines: 95% intervals. Upright line: one half.",),
        mark="dot",
        baseline=0.5,
        pitch=22,
    )
    caption = evidence_of(rows, "conversations with a recognised pattern in the largest group")
    columns = [column for column in ["soc_group", "soc_group_title", *COLUMNS[1:]] if column in rows.columns]
    caveats = (STYLE_OF_REQUEST, "Ranks among groups whose intervals overlap mean nothing.")
    hidden = hidden_weight(marts, "mart_soc_groups", "soc_group")
    return FigureResult(rows_chart(drawn, look), "", rows[columns], caption, caveats, hidden)
