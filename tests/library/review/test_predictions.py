"""The engine's label of a conversation, as reviewers' answers are held against it."""

import pandas as pd
import pytest

from economic_index.contracts.review_items import REVIEWED
from economic_index.review.predictions import predictions

GROUPS = {"statement": ("27",)}


def conversation(name):
    row = {"conversation_id": name, "content_hash": f"hash of {name}", "engine": "local"}
    for facet in REVIEWED:
        row |= {facet: "15" if facet == "soc_group" else "label", f"{facet}_state": "answered"}
        row |= {f"{facet}_confidence": 0.9, f"{facet}_version": "heads"}
    return row


def mapping(name, level, node, confidence):
    return {"conversation_id": name, "pick": 1, "level": level, "node_id": node, "weight": 1.0, "state": "answered",
            "confidence": confidence, "version": "mappings"}  # fmt: skip


@pytest.mark.parametrize(
    ("level", "node", "group", "confidence"), [("task", "statement", "27", 0.4), ("iwa", "4.A.9", "15", 0.9)]
)
def test_a_group_has_the_confidence_of_what_said_it(level, node, group, confidence):
    facets, mappings = pd.DataFrame([conversation("a")]), pd.DataFrame([mapping("a", level, node, 0.4)])
    (found,) = predictions(facets, mappings, GROUPS).to_dict("records")
    assert (found["soc_group"], found["soc_group_confidence"], found["soc_group_version"]) == (
        group,
        confidence,
        "mappings",
    )
