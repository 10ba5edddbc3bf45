"""Shares as reviews correct them, beside the engine's own: what its errors do to the figures.

How a share is corrected, and what more reviews would buy, is dbt's; nothing is computed here.
"""

import math

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, no_figure
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.numerals import count
from economic_index.publish.selection import rows_of_all, with_point
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import MODES, PATTERNS, engine_title, group_title
from economic_index.vocabulary import Coder

FACETS = {
    "automation": "Delegating or working together",
    "collaboration": "Pattern",
    "use_case": "What it is for",
    "intent": "What is wanted",
    "is_occupational": "About work",
    "soc_group": "Occupation group",
}
CODERS = {str(Coder.PERSON): "a person", str(Coder.MACHINE): "a machine (a language model reading)"}
LABELS = {
    "_none": "No pattern of these",
    "_not_occupational": "Not about work",
    "true": "About work",
    "false": "Not about work",
}
UNKNOWN = (
    "Classifier error is unknown: too few conversations were reviewed to correct any share. "
    "Every share here is as the engine labels it."
)
BESIDE = "the engine’s labels alone"
GROUPS_DRAWN = 6
COLUMNS = [
    *("facet", "label", "coder", "corrected_share", "corrected_share_lo", "corrected_share_hi", "uncorrected_share"),
    *("uncorrected_share_lo", "uncorrected_share_hi", "n_reviews", "reviews_wanted", "wanted_by", "interval_method"),
]


def build(marts: ServedMarts) -> FigureResult:
    """Two dots a label: corrected, and uncorrected beneath it."""
    rows = _corrected(marts)
    if rows.empty:
        return no_figure(UNKNOWN)
    drawn = pd.concat([_block(rows, facet) for facet in FACETS if (rows["facet"] == facet).any()], ignore_index=True)
    coders = " and ".join(CODERS.get(name, name) for name in sorted(set(rows["coder"])))
    look = Look(
        "Share of all conversations.",
        f"Corrected and uncorrected shares of {len(rows)} labels, by reviews of {coders}.",
        ("Blue: corrected by reviews. Grey: the engine’s labels alone.", "Lines: 95% intervals."),
        mark="dot",
        pitch=18,
    )
    frames = ", ".join(sorted(set(rows["frame"].dropna())))
    caption = (
        f"n = {count(float(rows['n_reviews'].max()))} reviewed conversations at most, read by {coders}; "
        f"drawn: {frames}; engine: {', '.join(engine_title(name) for name in sorted(set(rows['engine'])))}."
    )
    caveats = (
        f"Corrected to the settled label under the codebook, of {coders}: not to the truth.",
        "The grey interval takes every label of the engine for true: only the blue one holds what it gets wrong.",
        bought(rows),
    )
    table = rows[COLUMNS].assign(
        facet=rows["facet"].map(FACETS),
        label=[_name(facet, label) for facet, label in zip(rows["facet"], rows["label"], strict=True)],
        coder=rows["coder"].map(CODERS),
    )
    return FigureResult(rows_chart(drawn, look), "", table, caption, caveats)


def bought(rows: pd.DataFrame) -> str:
    """What more reviews would buy for the first label drawn."""
    row = rows.iloc[0]
    label = _name(str(row["facet"]), str(row["label"]))
    width = f"{100 * float(row['wanted_half_width']):g}"
    if row["wanted_by"] == "not by review":
        return (
            f"{label} to within {width} points: not by review. How few people made these conversations leaves it "
            "wider than that, however many are read."
        )
    if row["wanted_by"] == "reached":
        return f"{label} is known to within {width} points; fewer reviews would have done."
    return (
        f"{label} to within {width} points: {count(float(row['reviews_wanted']))} reviews in all; there are "
        f"{count(float(row['n_reviews']))}."
    )


def _corrected(marts: ServedMarts) -> pd.DataFrame:
    """Rows with a corrected share, in the order of the figure; a person's reviews rather than a machine's."""
    rows = rows_of_all(marts, "mart_corrected_shares")
    if rows.empty:
        return rows
    rows = rows[(rows["interval_target"] == "process") & rows["corrected_share"].notna()]
    rows = rows[~rows["is_suppressed"].astype(bool)]
    has_person = set(rows.loc[rows["coder"] == str(Coder.PERSON), "facet"])
    rows = rows[(rows["coder"] == str(Coder.PERSON)) | ~rows["facet"].isin(has_person)]
    order = {facet: place for place, facet in enumerate(FACETS)}
    rows = rows.assign(place=rows["facet"].map(order)).sort_values(
        ["place", "corrected_share", "label"], ascending=[True, False, True]
    )
    is_shown = (rows["facet"] != "soc_group") | (rows.groupby("facet").cumcount() < GROUPS_DRAWN)
    return rows[is_shown].reset_index(drop=True)


def _block(rows: pd.DataFrame, facet: str) -> pd.DataFrame:
    """A heading, and for each label the corrected share and the uncorrected one."""
    mine = rows[rows["facet"] == facet].reset_index(drop=True)
    names = pd.Series([_name(facet, label) for label in mine["label"]])
    ours = chart_rows(with_point(_as_share(mine, "corrected_share")), names, theme.BLUE).assign(level=1)
    theirs = _as_share(mine.drop(columns="presentation"), "uncorrected_share")
    theirs = chart_rows(theirs, pd.Series([BESIDE] * len(mine)), theme.MUTED).assign(level=2)
    theirs["printed"] = theirs["printed"].where(theirs["point"].notna(), "not shown")
    pairs = pd.concat([ours, theirs]).sort_index(kind="stable")
    heading = {"label": FACETS[facet], "level": 0, "tone": theme.INK, "printed": ""}
    return pd.concat([pd.DataFrame([heading | dict.fromkeys(("point", "lo", "hi"), math.nan)]), pairs])


def _as_share(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.assign(**{f"usage_share{end}": rows[f"{column}{end}"] for end in ("", "_lo", "_hi")})


def _name(facet: str, label: str) -> str:
    if facet == "soc_group" and label not in LABELS:
        return group_title(label, label)
    titles = {**MODES, **{str(key): name for key, name in PATTERNS.items()}, **LABELS}
    return titles.get(label, label.replace("_", " ").capitalize())
