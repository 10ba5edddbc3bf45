"""Error rates that a home without reviews rests on: counted as figures count, and of the engine that is here."""

import numpy as np
import pandas as pd
import pytest

from economic_index.contracts.reviews import ENGINE_ERRORS
from economic_index.evaluate.answers import ABSTAINED, Answers
from economic_index.evaluate.engine_errors import committed_errors, error_rows, merged
from economic_index.evaluate.items import TASK_GROUP, fixed_sample, labelled_test_items
from economic_index.labels.label_rows import UNSETTLED, value_of
from economic_index.local.kernel import Kernel
from economic_index.local.versions import model_hash
from economic_index.vocabulary import AnswerKind, Facet


def answers_that_say(items, pattern: str, groups=()) -> Answers:
    said = {
        (Facet.COLLABORATION, AnswerKind.ANSWERED): [pattern] * len(items),
        (Facet.SOC_GROUP, AnswerKind.ANSWERED): ["15"] * len(items),
    }
    if groups:
        said[TASK_GROUP, AnswerKind.ANSWERED] = groups
    return Answers("local", "abc", said, {})


def test_counts_are_the_settled_labels_and_halves_where_coders_stayed_apart():
    items = labelled_test_items()
    rows = error_rows(items, answers_that_say(items, "directive"))
    pattern = rows[rows["facet"] == Facet.COLLABORATION].set_index("settled")["n"]
    assert pattern.sum() == len(items)
    settled = pd.Series([value_of(item.settled, Facet.COLLABORATION) for item in items])
    apart = int((settled == UNSETTLED).sum())
    assert apart > 0
    for label, count in settled[settled != UNSETTLED].value_counts().items():
        assert count <= pattern[label] <= count + apart / 2


def test_no_answer_is_a_label_of_its_own_and_groups_are_those_of_the_tasks():
    items = fixed_sample(labelled_test_items(), 10)
    rows = error_rows(items, answers_that_say(items, ABSTAINED, ["27"] * 4 + [ABSTAINED] * 6))
    said = rows.groupby(["facet", "predicted"])["n"].sum()
    assert said[Facet.COLLABORATION, "_unclassified"] == 10
    assert said[Facet.SOC_GROUP, "27"] == 4
    assert said[Facet.SOC_GROUP, "_unclassified"] == 6


@pytest.mark.parametrize("kernel", list(Kernel))
def test_the_committed_counts_are_of_the_engine_that_is_here(kernel):
    rows = committed_errors()
    own = rows[rows["model_hash"] == model_hash(kernel)]
    totals = own.groupby("facet")["n"].sum()
    assert set(totals.index) == {"is_occupational", "use_case", "collaboration", "intent", "soc_group"}
    assert np.allclose(totals, 520)
    right = own[own["predicted"] == own["settled"]].groupby("facet")["n"].sum() / 520
    assert (right > 0.5).all()


def test_the_newer_of_one_engine_stays_and_others_are_kept():
    rows = pd.DataFrame(
        [("claude", "m1", "intent", "asking", "doing", 3.0)], columns=list(ENGINE_ERRORS.schema.columns)
    )
    known = merged(committed_errors(), rows)
    assert len(known) == len(committed_errors()) + 1
    newer = merged(known, rows.assign(n=5.0))
    assert newer.loc[newer["engine"] == "claude", "n"].tolist() == [5.0]
