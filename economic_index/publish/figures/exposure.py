"""Use and exposure: do the occupations that studies call exposed have more use?

Rank correlations and their intervals are dbt's.
"""

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.figures.rows_chart import Look, rows_chart
from economic_index.publish.numerals import count
from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import engine_title

CORRELATION = {"value": "rank_correlation", "value_lo": "correlation_lo", "value_hi": "correlation_hi"}
COLUMNS = ["label", *CORRELATION.values(), "occupation_count", "n_conversations", "n_users"]
NAMES = {
    "gpts_are_gpts_human_alpha": "GPTs are GPTs, people, alpha",
    "gpts_are_gpts_human_beta": "GPTs are GPTs, people, beta",
    "gpts_are_gpts_human_gamma": "GPTs are GPTs, people, gamma",
    "gpts_are_gpts_gpt4_alpha": "GPTs are GPTs, GPT-4, alpha",
    "gpts_are_gpts_gpt4_beta": "GPTs are GPTs, GPT-4, beta",
    "gpts_are_gpts_gpt4_gamma": "GPTs are GPTs, GPT-4, gamma",
    "working_with_ai_applicability": "Working with AI, applicability",
    "observed_exposure_2026": "Observed exposure (Anthropic, 2026)",
}
CAVEATS = (
    "Rank correlation over occupations, unused ones included: it says nothing of persons, and nothing of causes.",
    "Exposure is what studies judged possible (Eloundou et al. 2023; Tomlinson et al. 2025) or saw in published use "
    "(Massenkoff and McCrory 2026), carried to these occupations through the official crosswalks.",
)


def build(marts: ServedMarts) -> FigureResult:
    """A dot a measure of exposure: Spearman's correlation with use, with its interval."""
    rows = rows_of_all(marts, "mart_exposure_correlation")
    rows = rows[rows["value"].notna() & rows["value_lo"].notna()] if not rows.empty else rows
    if rows.empty:
        return no_figure("Too few occupations have use for it to be ranked against exposure.")
    labels = [NAMES.get(str(measure), str(measure).replace("_", " ")) for measure in rows["exposure_measure"]]
    rows = rows.assign(label=labels).rename(columns=CORRELATION | {"n_occupations": "occupation_count"})
    rows = rows.sort_values("rank_correlation", ascending=False).reset_index(drop=True)
    look = Look(
        "Rank correlation of use and exposure, −1 to 1.",
        f"Rank correlation of use with {len(rows)} measures of exposure; the largest, {rows['label'].iloc[0]}, "
        f"{rows['rank_correlation'].iloc[0]:.2f}.",
        ("Dots: Spearman’s correlation, with 95% interval; grey where zero is not left out.",),
        mark="dot",
        baseline=0.0,
        axis_format=".1f",
        pitch=21,
    )
    method = str(rows["interval_method"].iloc[0])
    n, engine = count(float(rows["n_conversations"].max())), engine_title(str(rows["engine"].iloc[0]))
    caption = f"n = {n} conversations with a task; intervals: {method}; engine: {engine}."
    table = rows[[column for column in COLUMNS if column in rows.columns]]
    return FigureResult(rows_chart(_drawn(rows), look), "", table, caption, CAVEATS)


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    is_told = (rows["correlation_lo"] > 0) | (rows["correlation_hi"] < 0)
    return pd.DataFrame(
        {
            "label": rows["label"],
            "level": 1,
            "point": rows["rank_correlation"],
            "lo": rows["correlation_lo"],
            "hi": rows["correlation_hi"],
            "tone": [theme.BLUE if told else theme.MUTED for told in is_told],
            "printed": [f"{value:.2f}".replace("-", "−") for value in rows["rank_correlation"]],
        }
    )
