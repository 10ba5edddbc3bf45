"""The answer store, its batches and its leases, on SQLite and on PostgreSQL alike."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from batch_runs import WEEK, Home, requests
from live_runs import content, questions
from postgres import cluster, programs

from economic_index.llm.batch_lease import Lease
from economic_index.llm.batch_records import BatchRow, custom_id_of
from economic_index.llm.batch_store import BatchStore, open_batches, pending_keys
from economic_index.llm.judging import OpenRequest
from economic_index.llm.prices import Usage
from economic_index.llm.records import Answer, Attempt, Outcome, Settled
from economic_index.llm.store import AnswerStore, StoreError
from economic_index.llm.tables import ATTEMPTS, METADATA
from economic_index.vocabulary import BatchState, Purpose, State, Transport

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MODEL = "claude-haiku-5-5"


@pytest.fixture(scope="module")
def postgres_url():
    found = programs()
    if found is None:
        if os.environ.get("OEI_REQUIRE_SERVICES") == "1":
            pytest.fail("PostgreSQL is required here (OEI_REQUIRE_SERVICES=1) and was not found.")
        pytest.skip("PostgreSQL was not found; install Debian's package `postgresql` to run these tests.")
    pytest.importorskip("psycopg")
    with cluster(found) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'answers.sqlite'}"
    found = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(found)
    METADATA.drop_all(engine)
    engine.dispose()
    return found


@pytest.fixture
def store(url):
    opened = AnswerStore(url)
    yield opened
    opened.close()


@pytest.fixture
def batches(store):
    return BatchStore(store, "http://here")


def settled(request, end="answered", at=NOW, cost=5):
    attempt = Attempt(
        request.key, request.subject, "run", WEEK, Transport.LIVE, 0, 1, at, 12, end, Usage(10, output=3), cost
    )
    if end == "answered":
        return Settled(attempt, Answer(request.key, request.subject, MODEL, '{"a": "é\u2028"}', False, "req_1", at))
    if end == "again":
        return Settled(attempt, None)
    return Settled(attempt, Outcome(request.key, request.subject, State(end), "why", "cyber", 2, at))


def batch(intent_id, n=2, state=BatchState.INTENT, at=NOW, **values):
    return BatchRow(
        intent_id=intent_id,
        batch_id=values.pop("batch_id", None),
        state=state,
        week_start=WEEK,
        n=n,
        bytes=100,
        prefix="",
        is_cached=False,
        is_primer=False,
        is_confirmed=False,
        reserved_micro=700,
        readings=0,
        read_share=None,
        intent_at=at,
        **values,
    )


def items(numbers):
    return [OpenRequest(request, 1) for request in requests(numbers)]


def test_an_answer_is_found_by_its_content_with_all_that_it_says(store):
    request, other = requests([1, 2])
    store.record([settled(request)])
    assert store.answers_of([content(2)], "facets", MODEL) == {}
    (answer,) = store.answers_of([content(1), content(2)], "facets", MODEL)[content(1)]
    assert (answer.key, answer.reply, answer.asked) == (request.key, '{"a": "é\u2028"}', request.subject.asked)
    assert store.answered_keys([request.key, other.key]) == {request.key}
    assert store.answers_of([content(1)], "facets", "another-model") == {}


def test_the_latest_answer_comes_first_and_the_first_of_a_key_stays(store):
    old, new = requests([1])[0], requests([1], questions(draw=1))[0]
    store.record([settled(old, at=NOW)])
    store.record([settled(new, at=NOW + timedelta(hours=1))])
    assert [answer.key for answer in store.answers_of([content(1)], "facets", MODEL)[content(1)]] == [new.key, old.key]
    store.record([settled(old, at=NOW + timedelta(hours=2))])
    assert [answer.key for answer in store.answers_of([content(1)], "facets", MODEL)[content(1)]] == [new.key, old.key]
    assert store.spent_micro_usd() == 15


def test_an_outcome_is_replaced_by_a_later_one_and_can_be_dropped(store):
    one, two = requests([1, 2])
    store.record([settled(one, "dead"), settled(two, "refused")])
    store.record([settled(one, "truncated")])
    (outcome,) = store.outcomes_of([content(1)], "facets", MODEL)[content(1)]
    assert (outcome.state, outcome.reason, outcome.tries) == (State.TRUNCATED, "why", 2)
    assert store.ends_of([one.key, two.key]) == {one.key: State.TRUNCATED, two.key: State.REFUSED}
    assert store.drop_outcomes([State.DEAD]) == 0
    assert store.drop_outcomes([State.TRUNCATED, State.REFUSED], [content(2)]) == 1
    assert store.drop_outcomes([State.TRUNCATED]) == 1
    assert store.ends_of([one.key, two.key]) == {}


def test_a_try_that_ended_nothing_is_in_the_ledger_alone(store):
    (request,) = requests([1])
    store.record([settled(request, "again", cost=7)])
    assert store.ends_of([request.key]) == {}
    assert store.spent_micro_usd() == 7
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(ATTEMPTS)).one()
    assert (row.week_start, row.uncached_tokens, row.transport) == (WEEK, 10, "live")


def test_all_of_a_group_is_written_or_none(store):
    one, two = requests([1, 2])
    broken = settled(two)
    broken = replace(broken, attempt=replace(broken.attempt, run_id=None))
    with pytest.raises(sa.exc.IntegrityError) as raised:
        store.record([settled(one), broken])
    assert "é" not in str(raised.value)  # nor any other part of a reply
    assert one.key not in str(raised.value)
    assert store.ends_of([one.key]) == {}
    assert store.spent_micro_usd() == 0


def test_more_keys_than_a_query_takes(store):
    wanted = requests(range(1200))
    store.record([settled(request) for request in wanted])
    assert len(store.answered_keys([request.key for request in wanted])) == 1200
    assert len(store.answers_of([content(number) for number in range(1200)], "facets", MODEL)) == 1200


def test_what_is_forgotten_is_gone_but_what_it_cost_stays(store):
    store.record([settled(request) for request in requests([1, 2])] + [settled(requests([3])[0], "dead")])
    store.forget_all_but({content(2)})
    assert set(store.answers_of([content(1), content(2)], "facets", MODEL)) == {content(2)}
    assert store.outcomes_of([content(3)], "facets", MODEL) == {}
    assert store.spent_micro_usd() == 15


def test_a_store_that_cannot_be_opened_names_the_setting_and_no_password():
    with pytest.raises(StoreError, match="OEI_ANSWERS_URL") as raised:
        AnswerStore("postgresql+psycopg://me:secret@/none?host=/nowhere")
    assert "secret" not in str(raised.value)


def test_a_live_batch_claims_its_requests_until_they_settle_or_it_is_over(store, batches):
    batches.add(batch("0000000a"), items([1, 2]))
    keys = [request.key for request in requests([1, 2, 3])]
    assert pending_keys(store, keys) == set(keys[:2])
    assert batches.claims(keys) == dict.fromkeys(keys[:2], "0000000a")
    batches.record("0000000a", [settled(requests([1])[0])], [])
    assert pending_keys(store, keys) == {keys[1]}
    for state in (BatchState.SUBMITTED, BatchState.UNKNOWN, BatchState.ENDED):
        batches.change("0000000a", state=state)
        assert pending_keys(store, keys) == {keys[1]}
    for state in (BatchState.COLLECTED, BatchState.INCOMPLETE, BatchState.LOST, BatchState.RELEASED):
        batches.change("0000000a", state=state)
        assert pending_keys(store, keys) == set()


def test_an_intent_and_its_requests_are_recorded_together_or_not_at_all(store, batches):
    with pytest.raises(sa.exc.IntegrityError):
        batches.add(batch("0000000a"), items([1, 1]))
    assert batches.live() == []
    assert pending_keys(store, [requests([1])[0].key]) == set()


def test_a_rejected_batch_keeps_no_list(batches):
    batches.add(batch("0000000a"), items([1, 2]))
    batches.reject("0000000a")
    assert (batches.items("0000000a"), batches.live()) == ({}, [])
    assert batches.rows(["0000000a"])["0000000a"].state is BatchState.REJECTED


def test_a_request_comes_back_from_the_store_as_it_went_in_but_for_its_body(batches):
    sent = OpenRequest(requests([1])[0], 2, was_unparsable=True)
    batches.add(batch("0000000a", 1), [sent])
    found = batches.items("0000000a")
    assert found == {
        custom_id_of("0000000a", sent.request.key): replace(sent, request=replace(sent.request, body=b"{}"))
    }


def test_a_second_chance_is_kept(batches):
    (item,) = items([1])
    batches.add(batch("0000000a", 1), [item])
    item.was_truncated, item.request = True, item.request.doubled()
    batches.record("0000000a", [settled(item.request, "again")], [item])
    (found,) = batches.items("0000000a", is_settled=True).values()
    assert (found.was_truncated, found.request.max_tokens) == (True, 2048)
    assert batches.items("0000000a", is_settled=False) == {}


def test_a_batch_comes_back_as_it_was_recorded_whatever_the_zone(batches):
    at = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    recorded = batch("0000000a", at=at, submitted_at=at + timedelta(seconds=1), batch_id="msgbatch_1")
    batches.add(recorded, items([1, 2]))
    assert batches.live() == [recorded]
    assert batches.known(["msgbatch_1", "msgbatch_2"]) == {"msgbatch_1": recorded}
    elsewhere = at.astimezone(timezone(timedelta(hours=5)))
    assert batches.sizes_since(elsewhere) == {2}
    assert batches.sizes_since(elsewhere + timedelta(seconds=1)) == set()


def test_batches_of_one_server_are_not_those_of_another(store, batches):
    there = BatchStore(store, "http://there")
    batches.add(batch("0000000a"), items([1]))
    there.add(batch("0000000b", 3), items([2]))
    assert [row.intent_id for row in batches.live()] == ["0000000a"]
    assert (batches.queued(), there.queued()) == (2, 3)
    assert batches.reserved_micro() == 1400  # money is one
    assert there.release_elsewhere(NOW) == 0
    assert there.release_elsewhere(NOW + timedelta(seconds=1)) == 1
    assert [row.intent_id for row in there.live()] == ["0000000b"]
    assert batches.live() == []


def test_what_is_shown_of_open_batches(store, batches):
    batches.add(batch("0000000a", submitted_at=NOW + timedelta(seconds=3)), items([1]))
    batches.add(batch("0000000b", state=BatchState.UNKNOWN, at=NOW + timedelta(seconds=1)), items([2]))
    shown = open_batches(store, NOW + timedelta(seconds=10))
    assert [(each.intent_id, each.state, each.since_intent, each.since_submission) for each in shown] == [
        ("0000000a", "intent", 10.0, 7.0),
        ("0000000b", "unknown", 9.0, None),
    ]


def test_a_stranger_is_remembered_once(batches):
    batches.add_foreign("msgbatch_9")
    batches.add_foreign("msgbatch_9")
    assert batches.foreign() == {"msgbatch_9"}


def test_a_lease_is_one_owners_until_it_ends(store):
    moment = NOW
    mine, theirs = (Lease(store, "batches", owner, 60, lambda: moment) for owner in ("a", "b"))
    assert mine.take()
    assert mine.take()
    assert not theirs.take()
    moment = NOW + timedelta(seconds=61)
    assert theirs.take()
    assert not mine.take()
    mine.give_back()
    assert not mine.take()
    theirs.give_back()
    assert mine.take()


def test_a_whole_run_of_batches(url, store, played, clock, tmp_path):
    played.control(batch={"expired": 0.1, "duplicated": 0.2, "drop_create_replies": 1}, faults={"refusal": 0.1})
    home = Home(played.url, tmp_path / "home", clock, store_url=url)
    state = home.run(requests(range(120)), week=date(2026, 1, 12))
    assert state.done == 120
    assert state.ended[State.ANSWERED] == len(home.answered(range(120))) > 90
    assert state.faults["batch_adopted"] == 1
    assert played.stats()["completed_again"] == 0
    assert {row.week_start for row in home.attempts()} == {date(2026, 1, 12)}
    home.store.close()


def test_one_request_is_an_answer_for_each_purpose_and_each_question_that_it_stands_for(store):
    (request,) = requests([1])
    store.record([settled(request)])
    again = replace(request.subject, purpose=Purpose.ORDER)
    store.share({request.key: [request.subject, again]})
    (found,) = store.answers_of([again.content_hash], again.prompt, MODEL, Purpose.ORDER)[again.content_hash]
    assert found.key == request.key
    # a description was asked for again, and came back in the same words: the same request, another question
    renewed = replace(request.subject, asked=(("task", "2.b"),), options=("x", "y"))
    store.record([settled(replace(request, subject=renewed))])
    (main,) = store.answers_of([renewed.content_hash], renewed.prompt, MODEL)[renewed.content_hash]
    assert (main.asked, main.options) == (renewed.asked, renewed.options)
    store.share({request.key: [request.subject]})
    (main,) = store.answers_of([renewed.content_hash], renewed.prompt, MODEL)[renewed.content_hash]
    assert main.asked == request.subject.asked


def test_answers_are_counted_without_their_replies(store):
    (request,) = requests([1])
    store.record([settled(request)])
    subject = request.subject
    (found,) = store.answers_of([subject.content_hash], subject.prompt, MODEL, with_reply=False)[subject.content_hash]
    assert (found.key, found.asked, found.reply) == (request.key, subject.asked, "")


def test_a_store_of_an_earlier_version_is_refused_with_the_remedy(url):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("create table answers (key varchar(64), content_hash varchar(64), primary key (key, content_hash))")
        )
    engine.dispose()
    with pytest.raises(StoreError, match="move it away"):
        AnswerStore(url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("drop table answers"))
    engine.dispose()
