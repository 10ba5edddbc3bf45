"""Tasks by retrieve-then-choose: the nearest statements, shuffled, up to three picks or none."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from engine_weeks import WEEK, conversations, engine, label, map_tasks, transcripts
from live_runs import content

from economic_index.classifier import Watch
from economic_index.contracts import broken_rules
from economic_index.contracts.lake import ONET_TASK_MAPPINGS
from economic_index.facets.task.reply import Reply
from economic_index.llm.prices import Usage
from economic_index.llm.records import Answer, Attempt, Settled
from economic_index.llm.request import Request
from economic_index.local.bank import load_bank
from economic_index.vocabulary import Algorithm, Facet, Transport

COUNT = 40


def test_each_work_conversation_is_mapped_and_nothing_is_asked_twice(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir)
    facets, _ = label(asked, range(COUNT))
    rows, rejected = map_tasks(asked, range(COUNT), facets)
    assert rejected.empty
    assert not broken_rules(ONET_TASK_MAPPINGS, rows)
    assert rows.groupby("conversation_id")["weight"].sum().round(9).eq(1).all()
    assert rows["conversation_id"].nunique() == COUNT
    work = int(facets["is_occupational"].sum())
    assert server.stats()["arrivals"] == COUNT + work
    assert set(rows["algorithm"]) == {"choice"}
    assert set(rows["engine"]) == {"rehearsal"}
    idle = set(facets.loc[facets["is_occupational"].eq(False), "conversation_id"])
    assert set(rows.loc[rows["state"] == "not_occupational", "conversation_id"]) == idle
    again, _ = map_tasks(asked, range(COUNT), facets)
    assert again.equals(rows)
    assert server.stats()["arrivals"] == COUNT + work


def test_the_planted_task_is_found_among_the_options(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir)
    facets, _ = label(asked, range(COUNT))
    rows, _ = map_tasks(asked, range(COUNT), facets)
    labels = {task.bank_task_id: task.label for task in load_bank()}
    first = rows.loc[rows["pick"].eq(1) & rows["bank_task_id"].notna()].drop_duplicates("conversation_id")
    said = first.merge(facets[["conversation_id", "request"]], on="conversation_id")
    found = [labels[task] == request for task, request in zip(said["bank_task_id"], said["request"], strict=True)]
    assert len(found) > COUNT / 2
    assert sum(found) / len(found) > 0.9


def test_options_stand_in_an_order_of_their_own_for_each_conversation(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir)
    facets, _ = label(asked, range(COUNT))
    map_tasks(asked, range(COUNT), facets)
    answers = asked.store.answers_of([content(n) for n in range(COUNT)], Facet.TASK, "claude-haiku-5-5")
    options = [answer.options for found in answers.values() for answer in found]
    assert all(len(set(each)) == 20 for each in options)
    assert len({each[0] for each in options}) > len(options) / 2


def test_none_is_a_choice(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir)
    facets, _ = label(asked, range(6))
    facets["is_occupational"] = True
    plan = asked.algorithms.plan(Algorithm.CHOICE, facets)
    asked.store.record([none_chosen(request) for each in plan.rounds() for request in each.requests("5m")])
    rows, rejected = map_tasks(asked, range(6), facets)
    assert server.stats()["arrivals"] == 6
    assert rejected.empty
    assert set(rows["level"]) == {"none"}
    assert set(rows["state"]) == {"answered"}


def none_chosen(request: Request) -> Settled:
    now = datetime.now(UTC)
    attempt = Attempt(
        request.key, request.subject, "run", WEEK, Transport.LIVE, 0, 1, now, 1, "answered", Usage(), usd_micro=0
    )
    reply = '{"evidence": "", "picks": []}'
    return Settled(attempt, Answer(request.key, request.subject, "claude-haiku-5-5", reply, False, None, now))


def test_a_task_that_was_refused_is_not_none(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir)
    facets, _ = label(asked, range(3))
    facets["is_occupational"] = True
    server.control(faults={"refusal": 1.0})
    rows, rejected = map_tasks(asked, range(3), facets)
    assert set(rows["state"]) == {"refused"}
    assert set(rows["level"]) == {"unclassified"}
    assert set(rejected["reason"]) == {"refused"}


@pytest.mark.parametrize(
    ("picks", "shares", "was_cut"),
    [
        ([], {}, False),
        ([("4", "2")], {4: 1.0}, False),
        ([("4", "1"), ("9", "3")], {9: 0.75, 4: 0.25}, False),
        ([("4", "1"), ("4", "3"), ("2", "1")], {4: 0.5, 2: 0.5}, True),
        ([("1", "1"), ("2", "2"), ("3", "2"), ("4", "4")], {4: 0.5, 2: 0.25, 3: 0.25}, True),
    ],
)
def test_picks_become_shares(picks, shares, was_cut):
    reply = Reply.model_validate(
        {"evidence": "", "picks": [{"option": option, "weight": weight} for option, weight in picks]}
    )
    assert reply.shares() == (shares, was_cut)


def test_descriptions_that_another_store_had_are_asked_for_again(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir)
    facets, _ = label(asked, range(COUNT))
    (tmp_path / "other").mkdir()
    other = engine(server.url, tmp_path / "other", shared_model_dir)
    work = int(facets["is_occupational"].sum())
    batches = iter(transcripts(range(COUNT)))
    rows, rejected = other.map_tasks(conversations(range(COUNT)), facets, batches, lambda done, of: None, Watch(WEEK))
    assert rejected.empty
    assert server.stats()["arrivals"] == COUNT + 2 * work
    mine, _ = map_tasks(asked, range(COUNT), facets)
    assert pa.Table.from_batches(list(rows)).to_pandas().equals(mine)


def test_without_a_description_a_task_is_a_dead_letter(server, tmp_path, shared_model_dir):
    asked = engine(server.url, tmp_path, shared_model_dir, tolerated=1.0)
    facets, _ = label(asked, range(6))
    (tmp_path / "other").mkdir()
    other = engine(server.url, tmp_path / "other", shared_model_dir, tolerated=1.0)
    rows, rejected = map_tasks(other, range(6), facets)  # no transcript is there, either
    work = set(facets.loc[facets["is_occupational"].eq(True), "conversation_id"])
    assert set(rejected["conversation_id"]) == work
    assert set(rejected["reason"]) == {"dead"}
    assert set(rows.loc[rows["conversation_id"].isin(work), "state"]) == {"dead"}
