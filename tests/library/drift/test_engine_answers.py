"""What two engines are held against each other by: of tasks only what both sides can say."""

import pandas as pd

from economic_index.contracts.lake import ONET_TASK_MAPPINGS
from economic_index.drift.answers import TASK, TASK_GROUP, TASK_LEVEL, UNCLASSIFIED, said_by
from economic_index.taxonomy import facts


def mapping(name, level, node, state="answered"):
    return {"conversation_id": name, "pick": 1, "level": level, "node_id": node, "weight": 1.0, "state": state,
            "engine": "local", "model": "m", "model_hash": "h", "version": "1", "onet_version": "20.1"}  # fmt: skip


def test_a_conversation_that_counts_at_an_activity_has_a_depth_and_no_group_of_its_own():
    groups = facts.soc_groups_of_statements("20.1")
    statement = next(key for key in sorted(groups) if groups[key] == ("27",))
    rows = pd.DataFrame(
        [mapping("task", "task", statement), mapping("coarse", "iwa", "4.A.9"), mapping("group", "soc_group", "13"),
         mapping("open", "unclassified", "", state="unclassified")]
    )  # fmt: skip
    said = {facet: dict(zip(each["conversation_id"], each["label"], strict=True))
            for facet, each in said_by(ONET_TASK_MAPPINGS, rows).items()}  # fmt: skip
    assert said[TASK] == {"task": statement}
    assert said[TASK_LEVEL] == {"task": "task", "coarse": "iwa", "group": "soc_group", "open": UNCLASSIFIED}
    assert said[TASK_GROUP] == {"task": "27", "group": "13", "open": UNCLASSIFIED}
