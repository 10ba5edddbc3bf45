"""The records of review: what was drawn and with which chance, who was handed which text, and what was put aside.

No text of a conversation is in any of them, and dbt reads none: what it needs is in lake/reviews.
"""

import pyarrow as arrow

from economic_index.contracts.columns import day, flag, items, label, moment, real, table, text, whole
from economic_index.vocabulary import ReadingKind, ReviewDesign, ReviewFault

REVIEWED = ("is_occupational", "use_case", "collaboration", "intent", "soc_group")
"""Facets that a reviewer fills in, in the codebook's order."""


def _prediction(name: str) -> dict[str, object]:
    return {
        name: text(f"Label of the engine for {name} at the draw; null where it gave none.", nullable=True),
        f"{name}_version": text("Version of the prompt, head or bank that gave it, or gave none."),
    }


REVIEW_DRAWS = table(
    "lake",
    "review_draws",
    "One row per draw: what was drawn from, how, and how many.",
    {
        "draw_id": text("Id of the draw, from which its random numbers follow.", unique=True),
        "frame": text("What was drawn from, in words."),
        "week_start": day("Monday (UTC) of the week that was drawn from."),
        "design": label(ReviewDesign, "How it was drawn."),
        "facet": text("Facet by which strata or uncertainty were told."),
        "engine": text("Engine whose labels stood at the draw."),
        "versions": items(arrow.string(), "Versions that its labels of the facet had, ascending."),
        "frame_count": whole("Conversations that could be drawn."),
        "left_out_count": whole("Conversations of the week that could not: reserved, or their labels made an engine."),
        "wanted_count": whole("Conversations that were asked for."),
        "item_count": whole("Conversations that were drawn."),
        "drawn_on": day("Day of the draw."),
    },
    unique=("draw_id",),
)

REVIEW_ITEMS = table(
    "lake",
    "review_items",
    "One row per draw and conversation drawn for review, with the engine's labels at the draw; never its text.",
    {
        "draw_id": text("As in lake/review_draws."),
        "frame": text("What was drawn from, in words."),
        "conversation_id": text("As in lake/conversations."),
        "content_hash": text("Keyed hash of what the engine had read."),
        "week_start": day("Monday (UTC) of the conversation's week."),
        **{name: column for facet in REVIEWED for name, column in _prediction(facet).items()},
        "inclusion_probability": real("Chance of the conversation to be in this draw, frozen."),
        "drawn_on": day("Day of the draw."),
    },
    unique=("draw_id", "conversation_id"),
)

REVIEW_FRAMES = table(
    "lake",
    "review_frames",
    "One row per draw and conversation that could be drawn, with its chance: so that draws combine exactly.",
    {
        "draw_id": text("As in lake/review_draws."),
        "conversation_id": text("As in lake/conversations."),
        "inclusion_probability": real("Chance of the conversation to be in this draw, frozen."),
    },
    unique=("draw_id", "conversation_id"),
    weekly=True,
)

REVIEW_ACCESS = table(
    "lake",
    "review_access",
    "Counts of what was handed out before lake/review_access_log was kept: one row per export and draw; none is added.",
    {
        "exported_at": moment("When."),
        "exported_by": text("Pseudonym of the account of the operating system."),
        "draw_id": text("As in lake/review_draws."),
        "kind": label(ReadingKind, "What the texts were to be read for."),
        "text_count": whole("Texts of the draw that were handed out."),
    },
)

REVIEW_ACCESS_LOG = table(
    "lake",
    "review_access_log",
    "One row per text and reviewer of an export: who took it out of the lake, and when. Written before the files.",
    {
        "exported_at": moment("When."),
        "exported_by": text("Pseudonym of the account of the operating system."),
        "reviewer": whole("Number of the reviewer whose sheet (reviewer_N.csv) and project (tasks_N.json) hold it."),
        "draw_id": text("As in lake/review_draws."),
        "conversation_id": text("As in lake/conversations."),
        "kind": label(ReadingKind, "What the text was to be read for."),
        "shows_predictions": flag("The engine's labels stand beside it."),
    },
)

REVIEWS_REJECTED = table(
    "lake",
    "reviews_rejected",
    "One row per row of a reviewers' file that was put aside, with the reason; never what it said.",
    {
        "file_name": text("Name of the file, without its folder."),
        "line": whole("Line of the spreadsheet, or number of the task, from 1."),
        "draw_id": text("Draw, if there is such a one.", nullable=True),
        "conversation_id": text("Conversation, if it was drawn.", nullable=True),
        "reason": label(ReviewFault, "Why."),
        "detail": text("Column names and labels of the codebook only, never values."),
        "rejected_on": day("Day on which the file was read."),
    },
)

REVIEW_RECORDS = (REVIEW_DRAWS, REVIEW_ITEMS, REVIEW_FRAMES, REVIEW_ACCESS, REVIEW_ACCESS_LOG, REVIEWS_REJECTED)
