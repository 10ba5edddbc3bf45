"""The tables of review: what coders said of conversations drawn for them, and what is known of an engine's errors.

Texts that a reviewer reads are no part of either; how many reviews a figure needs is computed by dbt.
"""

from typing import Any

from economic_index.contracts.columns import day, flag, label, real, table, text
from economic_index.vocabulary import Coder, ReviewOutcome

REVIEWS = table(
    "lake",
    "reviews",
    "One row per review and facet: what one coder said of one conversation that was drawn for review.",
    {
        "review_id": text("Id of the review: one coder's reading of one conversation."),
        "conversation_id": text("As in lake/conversations."),
        "facet": text("Facet that was judged."),
        "value": text("Label, as the vocabulary spells it; true or false; null unless labelled.", nullable=True),
        "second_value": text("The next plausible label.", nullable=True),
        "outcome": label(ReviewOutcome, "How the review ended; all but labelled are non-response."),
        "coder": label(Coder, "Who judged: a person, or a machine. The one is never called the other."),
        "coder_id": text("Pseudonym of the coder, or the name of the model that read."),
        "codebook_version": text("Version of the codebook that the coder followed."),
        "draw_id": text("Draw by which the conversation came to review."),
        "frame": text("What was drawn from; training and tuning: labels that made an engine, never used to correct."),
        "predicted": text("Label of the engine at the draw; null where it gave none.", nullable=True),
        "predicted_version": text("Version of the prompt or head that gave it."),
        "inclusion_probability": real(
            "Chance to come to its kind of coder: of the draws read, together; each frozen at the draw."
        ),
        "is_settled": flag("Coders agree on it, or a later reading settled what they disagreed on."),
        "reviewed_on": day("Day of the review."),
        "seconds": real("Time that the review took.", nullable=True),
    },
    unique=("review_id", "facet"),
)

ERRORS_UNIQUE = ("engine", "model_hash", "facet", "predicted", "settled")


def error_columns() -> dict[str, Any]:
    """Columns of counts of an engine's errors: those that figures read, and those that a home measured."""
    return {
        "engine": text("Engine that was evaluated."),
        "model_hash": text("Hash of its weights, heads and kernel; its model where it has no hash."),
        "facet": text("Facet that was judged."),
        "predicted": text("Label of the engine; _unclassified where it gave none."),
        "settled": text("Settled label under the codebook."),
        "n": real("Conversations of the evaluation set; half of one where two labels share it."),
    }


ENGINE_ERRORS = table(
    "reference",
    "engine_errors",
    "One row per engine, its weights, facet, predicted and settled label: counts of its evaluation set.",
    error_columns(),
    unique=ERRORS_UNIQUE,
)

REVIEW_TABLES = (REVIEWS, ENGINE_ERRORS)
