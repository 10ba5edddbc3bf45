from dataclasses import replace

import numpy as np
import pytest

from economic_index.local.bank import (
    BankTask,
    broken_bank_rules,
    links_frame,
    load_bank,
    published_mass_covered,
    published_mass_covered_by_group,
    requests_in_other_languages,
    statement_weights,
    tasks_frame,
)
from economic_index.local.bank_index import soc_groups
from economic_index.taxonomy import facts

GOOD = BankTask("15-900", "Do a thing", {"a" * 16: 0.6, "b" * 16: 0.4}, ("one", "two", "three", "four"))


def test_the_bank_keeps_its_rules():
    assert broken_bank_rules(load_bank()) == []


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (replace(GOOD, statements={"a" * 16: 0.6}), "sum"),
        (replace(GOOD, statements={"a" * 16: 1.2, "b" * 16: -0.2}), "positive"),
        (replace(GOOD, examples=("one", "two")), "fewer"),
        (replace(GOOD, examples=("one", "ONE", "two", "three")), "twice"),
    ],
)
def test_the_lint_finds_what_is_wrong(broken, word):
    assert broken_bank_rules((GOOD,)) == []
    assert any(word in sentence for sentence in broken_bank_rules((broken,)))


def test_a_statement_belongs_to_one_task():
    assert any("statement" in sentence for sentence in broken_bank_rules((GOOD, replace(GOOD, bank_task_id="x"))))


def test_the_bank_covers_every_group_and_nine_tenths_of_the_published_use():
    assert {task.soc_group for task in load_bank()} == set(soc_groups()) - {"55"}
    assert published_mass_covered(facts.load("published_cells")) >= 0.90
    assert len(load_bank()) >= 1_200


def test_no_group_is_left_behind():
    shares = published_mass_covered_by_group(facts.load("published_cells"), facts.soc_groups_of_statements("20.1"))
    assert shares.keys() == set(soc_groups()) - {"55"}
    assert all(0.75 <= share <= 1 + 1e-9 for share in shares.values())


def test_every_statement_of_the_bank_is_one_of_onet_20_1():
    tasks = facts.load("onet_tasks")
    known = set(tasks.loc[tasks["onet_version"] == "20.1", "statement_hash"])
    assert {statement for task in load_bank() for statement in task.statements} <= known


def test_links_sum_to_one_in_each_version_and_every_20_1_task_is_linked():
    links = links_frame(facts.load("onet_tasks"))
    each = links.drop_duplicates(["bank_task_id", "onet_version", "statement_hash"])
    assert np.allclose(each.groupby(["bank_task_id", "onet_version"])["weight"].sum(), 1)
    assert set(links.loc[links["onet_version"] == "20.1", "bank_task_id"]) == set(tasks_frame()["bank_task_id"])


def test_statements_lost_in_30_1_leave_their_weight_to_the_others():
    tasks = facts.load("onet_tasks")
    old, new = statement_weights(tasks, "20.1"), statement_weights(tasks, "30.1")
    thinner = [name for name in new if len(new[name]) < len(old[name])]
    assert thinner
    assert all(abs(sum(new[name].values()) - 1) < 1e-9 for name in thinner)


def test_examples_are_not_near_duplicates(engine):
    """Between tasks two examples may share a topic; nearly the same words they may not have."""
    index = engine.index
    cosines = index.examples @ index.examples.T
    np.fill_diagonal(cosines, 0)
    owner = np.repeat(np.arange(len(index.task_ids)), np.diff(np.append(index.starts, len(index.examples))))
    same = owner[:, None] == owner[None, :]
    assert cosines.max() < 0.97
    assert np.where(same, 0, cosines).max() < 0.95


def test_the_common_tasks_have_requests_in_five_other_languages():
    said = requests_in_other_languages()
    assert len(said) >= 40
    assert said.keys() <= {task.bank_task_id for task in load_bank()}
    assert all(sorted(requests) == ["de", "es", "fr", "pt", "zh"] for requests in said.values())
    texts = [text for requests in said.values() for text in requests.values()]
    assert len(set(texts)) == len(texts) == 5 * len(said)
