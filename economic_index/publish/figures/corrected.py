"""Shares as reviews correct them, beside the engine's own; without reviews, with the band of assumed error rates.

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
    "Classifier error is unknown: too few conversations were reviewed, or too few of some version of the engine, to "
    "correct any share. "
    "Every share here is as the engine labels it."
)
BENCHMARK = "benchmark error rates assumed"
BESIDE = "the engine’s labels alone"
GROUPS_DRAWN = 6
COLUMNS = [
    *("facet", "label", "coder", "corrected_share", "corrected_share_lo", "corrected_share_hi", "uncorrected_share"),
    *("uncorrected_share_lo", "uncorrected_share_hi", "n_reviews", "reviews_wanted", "wanted_by", "interval_method"),
    *("frame", "engine"),
]
KEY_OF_REVIEWS = "Blue: corrected by reviews, with 95% intervals. Grey: the engine’s labels alone, with theirs."
KEY_OF_BENCHMARK = "Orange: the engine’s labels alone; lines: where the share would lie, benchmark error rates assumed."


def build(marts: ServedMarts) -> FigureResult:
    """Two dots a label, corrected and uncorrected beneath it; one dot and a band where error rates are assumed."""
    every = _of_all(marts)
    rows = _chosen(every)
    if rows.empty:
        return no_figure(UNKNOWN)
    reviewed, assumed = rows[rows["corrected_share"].notna()], rows[rows["corrected_share"].isna()]
    drawn = pd.concat([_block(rows, facet) for facet in FACETS if (rows["facet"] == facet).any()], ignore_index=True)
    by = f"by reviews of {_coders(reviewed)}" if len(reviewed) else f"by no review; {BENCHMARK}"
    key = [*([KEY_OF_REVIEWS] if len(reviewed) else []), *([KEY_OF_BENCHMARK] if len(assumed) else [])]
    description = f"Corrected and uncorrected shares of {len(rows)} labels, {by}."
    look = Look("Share of all conversations.", description, tuple(key), mark="dot", pitch=18)
    table = rows[COLUMNS].assign(
        facet=rows["facet"].map(FACETS),
        label=[_name(facet, label) for facet, label in zip(rows["facet"], rows["label"], strict=True)],
        coder=rows["coder"].map(CODERS),
        engine=rows["engine"].map(engine_title, na_action="ignore"),
    )
    caveats = (*_of_reviews(reviewed), *_of_benchmark(assumed), *_of_the_rest(every, rows))
    return FigureResult(rows_chart(drawn, look), "", table, _caption(rows, reviewed), caveats)


def _caption(rows: pd.DataFrame, reviewed: pd.DataFrame) -> str:
    """Who read how many, drawn from what, and the engine; the frames by facet where they are not the same."""
    engines = f"engine: {', '.join(engine_title(name) for name in sorted(set(rows['engine'].dropna())))}."
    if reviewed.empty:
        return f"No label was corrected by reviews; {engines}"
    of_facets = {facet: ", ".join(sorted(set(mine["frame"].dropna()))) for facet, mine in reviewed.groupby("facet")}
    named = [f"{of_facets[facet]} ({FACETS[facet]})" for facet in FACETS if facet in of_facets]
    frames = named if len(set(of_facets.values())) > 1 else [next(iter(of_facets.values()))]
    return (
        f"n = {count(float(reviewed['n_reviews'].max()))} reviewed conversations at most, read by {_coders(reviewed)}; "
        f"drawn: {', '.join(frames)}; {engines}"
    )


def _coders(rows: pd.DataFrame) -> str:
    return " and ".join(CODERS.get(name, name) for name in sorted(set(rows["coder"])))


def _of_reviews(rows: pd.DataFrame) -> tuple[str, ...]:
    if rows.empty:
        return ()
    return (
        f"Corrected to the settled label under the codebook, of {_coders(rows)}: not to the truth.",
        "The grey interval takes every label of the engine for true: only the blue one holds what it gets wrong.",
        "Shares of classified conversations and changes between periods, in the other figures, are not corrected.",
        bought(rows),
    )


def _of_benchmark(rows: pd.DataFrame) -> tuple[str, ...]:
    if rows.empty:
        return ()
    return (
        f"{_facets(rows)}: {BENCHMARK}. Too few conversations were reviewed, or too few of some version of the engine; "
        "the share would lie in the band if the engine erred here as on the conversations it was tested on, which may "
        "not be like these. "
        "It corrects nothing, and leaves out that users are a sample.",
    )


def _of_the_rest(every: pd.DataFrame, rows: pd.DataFrame) -> tuple[str, ...]:
    """Facets of which no label has a known error, beside those that have."""
    rest = every[~every["facet"].isin(rows["facet"])]
    return () if rest.empty else (f"{_facets(rest)}: classifier error is unknown.",)


def _facets(rows: pd.DataFrame) -> str:
    return ", ".join(title for facet, title in FACETS.items() if (rows["facet"] == facet).any())


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


def _of_all(marts: ServedMarts) -> pd.DataFrame:
    """Rows of the whole that may be shown, of the facets drawn."""
    rows = rows_of_all(marts, "mart_corrected_shares")
    if rows.empty:
        return rows
    rows = rows[(rows["interval_target"] == "process") & rows["facet"].isin(list(FACETS))]
    return rows[~rows["is_suppressed"].astype(bool)]


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of known error, in the order of the figure: a person's reviews rather than a machine's, these rather than
    assumed error rates.
    """
    if rows.empty:
        return rows
    corrected = rows[rows["corrected_share"].notna()]
    has_person = set(corrected.loc[corrected["coder"] == str(Coder.PERSON), "facet"])
    corrected = corrected[(corrected["coder"] == str(Coder.PERSON)) | ~corrected["facet"].isin(has_person)]
    assumed = rows[(rows["interval_method"] == BENCHMARK) & rows["uncorrected_share"].notna()]
    assumed = assumed.sort_values("coder", ascending=False)  # of two who read too few, the person
    rows = pd.concat([corrected, assumed]).drop_duplicates(["facet", "label"])
    order = {facet: place for place, facet in enumerate(FACETS)}
    shown = rows["corrected_share"].fillna(rows["uncorrected_share"])
    rows = rows.assign(place=rows["facet"].map(order), shown=shown).sort_values(
        ["place", "shown", "label"], ascending=[True, False, True]
    )
    is_shown = (rows["facet"] != "soc_group") | (rows.groupby("facet").cumcount() < GROUPS_DRAWN)
    return rows[is_shown].reset_index(drop=True)


def _block(rows: pd.DataFrame, facet: str) -> pd.DataFrame:
    """A heading, and for each label the corrected share and the uncorrected one, or this one with its band."""
    mine = rows[rows["facet"] == facet].reset_index(drop=True)
    names = pd.Series([_name(facet, label) for label in mine["label"]])
    is_corrected = mine["corrected_share"].notna()
    first = with_point(_as_share(mine, "corrected_share"))
    first["usage_share"] = first["usage_share"].where(is_corrected, mine["uncorrected_share"])
    tones = is_corrected.map({True: theme.BLUE, False: theme.ORANGE}).tolist()
    ours = chart_rows(first, names, tones).assign(level=1)
    theirs = _as_share(mine.drop(columns="presentation"), "uncorrected_share")
    theirs = chart_rows(theirs, pd.Series([BESIDE] * len(mine)), theme.MUTED).assign(level=2)
    theirs["printed"] = theirs["printed"].where(theirs["point"].notna(), "not shown")
    pairs = pd.concat([ours, theirs[is_corrected]]).sort_index(kind="stable")
    heading = {"label": FACETS[facet], "level": 0, "tone": theme.INK, "printed": ""}
    return pd.concat([pd.DataFrame([heading | dict.fromkeys(("point", "lo", "hi"), math.nan)]), pairs])


def _as_share(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.assign(**{f"usage_share{end}": rows[f"{column}{end}"] for end in ("", "_lo", "_hi")})


def _name(facet: str, label: str) -> str:
    if facet == "soc_group" and label not in LABELS:
        return group_title(label, label)
    titles = {**MODES, **{str(key): name for key, name in PATTERNS.items()}, **LABELS}
    return titles.get(label, label.replace("_", " ").capitalize())
