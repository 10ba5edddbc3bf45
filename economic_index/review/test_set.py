"""The test set as reviews of the demonstration: what a language model read, set against the engine's labels there.

The coder stays a machine. Test labels trained and tuned nothing, so they may correct; of other logs they say nothing.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.review_items import REVIEWED
from economic_index.contracts.reviews import REVIEWS
from economic_index.conversations.identify import conversation_id
from economic_index.conversations.readers.sharegpt import READER, split_id
from economic_index.labels.corpus import open_parts
from economic_index.labels.label_rows import UNSETTLED, value_of
from economic_index.labels.label_sets import CODERS, SETTLED, LabelSet, load_set
from economic_index.vocabulary import Coder, ReviewOutcome

DRAW = "test set"
FRAME = (
    "demonstration: first parts of open conversations that did not train the engine "
    "(its error rates there stand for all)"
)
DRAWN_FROM = 3_631
"""Open conversations that had no label when the test set was drawn: given the engine, no others could come to it."""
OPEN_SHARE = 7 / 8
"""A part is open with this chance, and a conversation if all of its parts are."""


def conversation_of(record_id: str) -> str:
    """The id that a home gives to the conversation of a corpus record."""
    return conversation_id(READER.system, split_id(record_id)[0])


def reviews_of_test_set(predicted: pd.DataFrame) -> pd.DataFrame:
    """Rows of lake/reviews: both coders of every facet, and the third reading where it settled a dispute.

    `predicted` is the engine's labels as predictions.predictions gives them; what it lacks has no review.
    """
    engine = {row["conversation_id"]: row for row in predicted.to_dict("records")}
    sets = map(load_set, (*CODERS, SETTLED))
    rows = [_row(each, row, facet, engine) for each in sets for row in each.rows for facet in _said(each, row)]
    known = [row for row in rows if row is not None]
    return validated(REVIEWS, pd.DataFrame(known, columns=list(REVIEWS.schema.columns)))


def _said(each: LabelSet, row: Mapping[str, Any]) -> list[str]:
    """Facets of which the row says something of its own: settled rows, of disputes that were settled."""
    if each.name != SETTLED:
        return list(REVIEWED)
    return [facet for facet in row["disputed"] if value_of(row, facet) != UNSETTLED]


def _row(
    each: LabelSet, row: Mapping[str, Any], facet: str, engine: Mapping[str, Mapping[Any, Any]]
) -> dict[str, Any] | None:
    name = conversation_of(row["id"])
    if name not in engine:
        return None
    parts = open_parts()[row["id"]].part_count
    return {
        "review_id": f"{each.name}:{name}",
        "conversation_id": name,
        "facet": facet,
        "value": value_of(row, facet),
        "second_value": row.get("collaboration_second") if facet == "collaboration" else None,
        "outcome": ReviewOutcome.LABELLED.value,
        "coder": Coder(each.coder.kind).value,
        "coder_id": each.coder.name,
        "codebook_version": str(each.codebook),
        "draw_id": DRAW,
        "frame": FRAME,
        "predicted": engine[name][facet],
        "predicted_version": engine[name][f"{facet}_version"],
        "inclusion_probability": len(each.rows) / DRAWN_FROM * OPEN_SHARE**parts,
        "is_settled": each.name == SETTLED,
        "reviewed_on": pd.Timestamp(each.date).date(),
        "seconds": float("nan"),
    }
