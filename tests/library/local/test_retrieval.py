import numpy as np
import pytest

from economic_index.assign.retrieval import (
    ACTIVITY_WEIGHT,
    GROUP_WEIGHT,
    LABEL_WEIGHT,
    PRIOR_FLOOR,
    build_index,
    evidence,
    likeness,
    pick_tasks,
    task_scores,
)
from economic_index.local.bank import BankTask

TASKS = (
    BankTask("11-001", "first", {"s1": 0.75, "s2": 0.25}, ("a", "b", "c")),
    BankTask("15-001", "second", {"s3": 1.0}, ("d", "e")),
)


@pytest.fixture
def index():
    examples = np.eye(6, dtype=np.float32)[[0, 1, 2, 3, 4]]
    labels = np.eye(6, dtype=np.float32)[[5, 4]]
    return build_index(
        TASKS, examples, labels, ["I1", "I2"], ["11", "15"], {"s1": frozenset({"I1"}), "s3": frozenset({"I1", "I2"})}
    )


def test_the_index_knows_activities_by_share_and_groups(index):
    np.testing.assert_allclose(index.activity_of_task, [[0.75, 1.0], [0.0, 1.0]])
    assert index.group_of_task.tolist() == [0, 1]
    assert index.starts.tolist() == [0, 3]


def test_likeness_is_the_mean_of_the_two_nearest_examples_and_the_label(index):
    vector = np.array([[0.6, 0.0, 0.0, 0.8, 0.2, 0.0]], np.float32)
    np.testing.assert_allclose(likeness(vector, index), [[0.3, 0.5 + LABEL_WEIGHT * 0.2]], atol=1e-6)


def test_priors_decide_between_equals(index):
    vector = np.array([[1, 0, 0, 1, 0, 0]], np.float32) / np.sqrt(2).astype(np.float32)
    sure_of_first = task_scores(vector, np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]), index)
    sure_of_second = task_scores(vector, np.array([[0.1, 0.9]]), np.array([[0.0, 1.0]]), index)
    assert sure_of_first.argmax() == 0
    assert sure_of_second.argmax() == 1


def test_each_prior_counts_by_its_weight(index):
    vector = np.array([[1, 0, 0, 1, 0, 0]], np.float32) / np.sqrt(2).astype(np.float32)
    scores = task_scores(vector, np.array([[0.4, 0.6]]), np.array([[0.3, 0.7]]), index)
    of_activity, of_group = np.log(np.array([[0.3, 1.0], [0.3, 0.7]]) + PRIOR_FLOOR)
    wanted = ACTIVITY_WEIGHT * of_activity + GROUP_WEIGHT * of_group
    np.testing.assert_allclose((scores - likeness(vector, index))[0], wanted)


def test_evidence_takes_the_priors_out_of_the_first_picks_score(index):
    vector = np.array([[0.6, 0.0, 0.0, 0.8, 0.2, 0.0]], np.float32)
    activities, groups = np.array([[0.1, 0.9]]), np.array([[0.2, 0.8]])
    scores = task_scores(vector, activities, groups, index)
    (found,) = evidence(scores, activities, groups, index)
    first = scores.argmax()
    said = [np.log(1.0 + PRIOR_FLOOR), np.log(0.8 + PRIOR_FLOOR), likeness(vector, index)[0, first], 1.0]
    assert first == 1
    np.testing.assert_allclose(found[1:], said)


def test_picks_sum_to_one_and_a_far_second_is_left_out(index):
    near, far = pick_tasks(np.array([[1.0, 0.99], [1.0, 0.5]]), index)
    assert [pick.bank_task_id for pick in near] == ["11-001", "15-001"]
    assert sum(pick.weight for pick in near) == pytest.approx(1)
    assert near[0].weight > near[1].weight > 0.4
    assert [(pick.bank_task_id, pick.weight) for pick in far] == [("11-001", 1.0)]


def test_one_task_a_conversation_is_a_setting(index):
    (picks,) = pick_tasks(np.array([[1.0, 0.999]]), index, single=True)
    assert [(pick.bank_task_id, pick.weight) for pick in picks] == [("11-001", 1.0)]


def test_evidence_grows_with_the_lead(index):
    activities, groups = np.full((2, 2), 0.5), np.full((2, 2), 0.5)
    close, clear = evidence(np.array([[1.0, 0.99], [1.0, 0.5]]), activities, groups, index)
    assert clear[0] > close[0]
    assert close.shape == (5,)
