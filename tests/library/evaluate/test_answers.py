import numpy as np
import pandas as pd
import pytest

from economic_index.evaluate.answers import ABSTAINED, answers_of, ask
from economic_index.evaluate.items import ACTIVITY, AUTOMATION, TASK_GROUP, labelled_test_items
from economic_index.taxonomy import facts
from economic_index.vocabulary import AnswerKind, Collaboration

FACETS = ("is_occupational", "use_case", "collaboration", "intent", "soc_group")
ANSWERED, FORCED = AnswerKind.ANSWERED, AnswerKind.FORCED


def row(name, **changes):
    values = {"is_occupational": True, "use_case": "work", "collaboration": "learning", "intent": "asking",
              "soc_group": "15"}  # fmt: skip
    columns = {"conversation_id": name, "engine": "local", "model": "m", "model_hash": "h"}
    for facet in FACETS:
        columns |= {facet: values[facet], f"{facet}_state": "answered", f"{facet}_confidence": 0.9,
                    f"{facet}_probabilities": None}  # fmt: skip
    return columns | changes


def mapping(name, level, node, weight=1.0, confidence=0.7, state="answered"):
    return {"conversation_id": name, "pick": 1, "bank_task_id": None, "level": level, "node_id": node,
            "weight": weight, "confidence": confidence, "state": state}  # fmt: skip


def test_below_the_threshold_the_likeliest_label_is_the_forced_answer():
    likely = [0.3, 0.2, 0.1, 0.35, 0.05, 0.0]
    rows = [row("a_0", collaboration=None, collaboration_state="unclassified", collaboration_confidence=0.35,
                collaboration_probabilities=likely), row("b_0")]  # fmt: skip
    found = answers_of(["b_0", "a_0"], pd.DataFrame(rows), None)
    assert found.said["collaboration", ANSWERED] == ["learning", ABSTAINED]
    assert found.said["collaboration", FORCED] == ["learning", list(Collaboration)[3]]
    assert found.said[AUTOMATION, ANSWERED] == ["augmentation", ABSTAINED]
    # learning, iteration and validation together
    assert found.confidence[AUTOMATION][1] == pytest.approx(0.1 + 0.35 + 0.05)
    assert found.said["is_occupational", ANSWERED] == ["true", "true"]
    assert (ACTIVITY, ANSWERED) not in found.said


def test_what_is_screened_out_has_no_group_and_no_activity():
    idle = row("a_0", is_occupational=False, soc_group=None, soc_group_state="not_asked", soc_group_confidence=np.nan)
    found = answers_of(
        ["a_0"], pd.DataFrame([idle]), pd.DataFrame([mapping("a_0", "none", "", state="not_occupational")])
    )
    assert found.said["soc_group", ANSWERED] == found.said[TASK_GROUP, ANSWERED] == ["none"]
    assert found.confidence[TASK_GROUP].tolist() == [0.9]
    assert found.said[ACTIVITY, ANSWERED] == [ABSTAINED]
    assert np.isnan(found.confidence[ACTIVITY][0])


def test_an_engine_without_a_head_has_the_group_of_its_task_and_the_activity_that_weighs_most():
    listed = facts.iwas_of_statements("20.1")
    statement = next(key for key in sorted(listed) if len(listed[key]) == 1)
    (activity,) = listed[statement]
    asked = row("a_0", soc_group=None, soc_group_state="not_asked", soc_group_confidence=np.nan)
    mappings = pd.DataFrame([mapping("a_0", "task", statement, 0.6), mapping("a_0", "iwa", "4.A.9", 0.4)])
    found = answers_of(["a_0"], pd.DataFrame([asked]), mappings)
    assert found.said[ACTIVITY, FORCED] == [activity]
    assert found.said[TASK_GROUP, ANSWERED][0] in facts.soc_groups_of_statements("20.1")[statement]
    assert ("soc_group", ANSWERED) not in found.said
    assert found.confidence[ACTIVITY].tolist() == found.confidence[TASK_GROUP].tolist() == [0.7]


def test_the_group_that_figures_count_is_that_of_the_tasks_whatever_the_head_says():
    groups = facts.soc_groups_of_statements("20.1")
    statement = next(key for key in sorted(groups) if groups[key] == ("27",))
    mappings = pd.DataFrame([mapping("a_0", "task", statement, 0.5), mapping("a_0", "soc_group", "13", 0.5)])
    found = answers_of(["a_0"], pd.DataFrame([row("a_0")]), mappings)
    assert found.said["soc_group", ANSWERED] == ["15"]
    # of equal weights the one that reviews take, too
    assert found.said[TASK_GROUP, ANSWERED] == found.said[TASK_GROUP, FORCED] == ["27"]


def test_an_activity_named_without_a_task_is_the_forced_answer_alone():
    statement = next(iter(sorted(facts.iwas_of_statements("20.1"))))
    rows, mappings = pd.DataFrame([row("a_0")]), pd.DataFrame([mapping("a_0", "task", statement)])
    found = answers_of(["a_0"], rows, mappings, {"a_0": ("4.A.9", 0.4)})
    assert found.said[ACTIVITY, FORCED] == ["4.A.9"]
    assert found.said[ACTIVITY, ANSWERED] != ["4.A.9"]


def test_where_a_task_is_held_back_the_group_of_the_facet_counts_and_the_forced_task_is_known():
    groups = facts.soc_groups_of_statements("20.1")
    statement = next(key for key in sorted(groups) if groups[key] == ("27",))
    coarse = pd.DataFrame([mapping("a_0", "iwa", "4.A.9", confidence=0.3)])
    task = pd.DataFrame([mapping("a_0", "task", statement, confidence=0.1) | {"bank_task_id": "27-001"}])
    found = answers_of(["a_0"], pd.DataFrame([row("a_0")]), coarse, forced=task)
    assert (found.said[TASK_GROUP, ANSWERED], found.said[TASK_GROUP, FORCED]) == (["15"], ["27"])
    assert (found.picks, found.is_published) == (["27-001"], [False])
    assert found.confidence["task"].tolist() == [0.1]


def test_a_group_that_nobody_asked_for_is_not_measured():
    unasked = row("a_0", soc_group=None, soc_group_state="not_asked", soc_group_confidence=np.nan)
    assert ("soc_group", ANSWERED) not in answers_of(["a_0"], pd.DataFrame([unasked]), None).said


def test_an_engine_reads_the_first_part_alone_in_the_order_of_ids():
    items = labelled_test_items()[:3][::-1]

    class Engine:
        def label(self, conversations, batches, report, watch):
            (batch,) = batches
            self.ids = batch.column("conversation_id").to_pylist()
            self.turns = [len(each) for each in batch.column("messages").to_pylist()]
            assert conversations["content_hash"].is_unique
            return pd.DataFrame([row(name) for name in conversations["conversation_id"]]), None

    engine = Engine()
    found = ask(engine, items, lambda done, of: None, with_tasks=False)
    assert engine.ids == sorted(item.id for item in items)
    assert all(turns >= item.turn_count for turns, item in zip(engine.turns, items[::-1], strict=True))
    assert found.said["intent", ANSWERED] == ["asking"] * 3
