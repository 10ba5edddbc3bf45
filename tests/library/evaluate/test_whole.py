"""Whole conversations beside their first parts: only long ones are asked again, and their scores stand apart."""

import numpy as np
import pandas as pd
import pytest

from economic_index.contracts.lake import FACET_SUMMARIES
from economic_index.evaluate.answers import ask
from economic_index.evaluate.items import labelled_test_items
from economic_index.evaluate.scores import engine_scores, find
from economic_index.evaluate.whole import BOTH, EVERY, FIRST, READING, WHOLE, several_parts, whole_scores
from economic_index.labels.corpus import open_parts

FACETS = ("is_occupational", "use_case", "collaboration", "intent", "soc_group")
LABELS = {"is_occupational": True, "use_case": "work", "intent": "asking", "soc_group": "15"}


class ByLength:
    """An engine to which a conversation is learning, if it reads no more than its first part, and directive else."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def label(self, conversations: pd.DataFrame, batches, *_) -> tuple[pd.DataFrame, pd.DataFrame]:
        self.asked.append(conversations["conversation_id"].tolist())
        rows = [self._row(each) for batch in batches for each in batch.to_pylist()]
        return pd.DataFrame(rows), pd.DataFrame()

    def _row(self, read: dict) -> dict:
        is_more = len(read["messages"]) > len(open_parts()[read["conversation_id"]].turns)
        row = dict.fromkeys(FACET_SUMMARIES.schema.columns) | {"conversation_id": read["conversation_id"]}
        said = LABELS | {"collaboration": "directive" if is_more else "learning"}
        for facet, label in said.items():
            row |= {facet: label, f"{facet}_state": "answered", f"{facet}_confidence": 0.9}
        return row | {"engine": "local", "model": "m", "model_hash": "h"}


@pytest.fixture(scope="module")
def items():
    found = labelled_test_items()
    short = [item for item in found if item.part_count == 1]
    return [*several_parts(found)[:25], *short[:15]]


@pytest.fixture(scope="module")
def scored(items):
    engine = ByLength()
    answers = ask(engine, items, lambda *_: None, with_tasks=False)
    scores = whole_scores(engine, items, answers, lambda *_: None, with_tasks=False)
    return engine, answers, scores


def figure(scores, cut, **wanted):
    return find(scores, facet="collaboration", cut_kind=READING, cut=cut, measure="accuracy", **wanted)


def truth(items, label):
    return np.array([dict(item.truth("collaboration")).get(label, 0.0) for item in items])


def test_only_long_conversations_are_asked_again(items, scored):
    engine, _, _ = scored
    assert engine.asked == [sorted(item.id for item in items), sorted(item.id for item in several_parts(items))]
    assert len(engine.asked[1]) == 25


def test_scores_are_of_what_each_reading_says(items, scored):
    _, _, scores = scored
    long = several_parts(items)
    is_more = np.array([len(open_parts()[item.id].whole) > len(open_parts()[item.id].turns) for item in long])
    assert is_more.any()
    credits = np.where(is_more, truth(long, "directive"), truth(long, "learning"))
    weights = np.array([item.weight for item in long])
    assert figure(scores, FIRST, answer="forced").value == pytest.approx(truth(long, "learning").mean())
    assert figure(scores, WHOLE, answer="forced").value == pytest.approx(credits.mean())
    weighted = figure(scores, WHOLE, answer="forced", is_weighted=True)
    assert weighted.value == pytest.approx(np.average(credits, weights=weights))
    every = np.concatenate([credits, truth([i for i in items if i.part_count == 1], "learning")])
    assert figure(scores, EVERY, answer="answered").value == pytest.approx(every.mean())
    assert figure(scores, BOTH, scoring="between").value == pytest.approx(1 - is_more.mean())
    assert figure(scores, BOTH, scoring="between", is_weighted=True).value == pytest.approx(
        np.average(~is_more, weights=weights)
    )


def test_they_are_never_taken_for_scores_of_first_parts(items, scored):
    _, answers, scores = scored
    assert {score.cut_kind for score in scores} == {READING}
    plain = engine_scores(items, answers)
    wanted = {"facet": "collaboration", "measure": "accuracy", "answer": "forced", "scoring": "strict"}
    assert find([*scores, *plain], **wanted) == find(plain, **wanted)
    keys = [(s.facet, s.answer, s.scoring, s.cut, s.is_weighted, s.measure) for s in scores]
    assert len(keys) == len(set(keys))
