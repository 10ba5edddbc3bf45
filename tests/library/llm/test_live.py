"""The live transport against the rehearsal server: every request ends in exactly one state, and is paid once."""

import time

import orjson
import pytest
import sqlalchemy as sa
from live_runs import Live, content, questions, requests

from economic_index.llm.client import Unusable
from economic_index.llm.live import LiveSettings, RunStopped
from economic_index.llm.request import identity_of_body
from economic_index.llm.tables import ATTEMPTS
from economic_index.vocabulary import State


@pytest.fixture
def live(server, tmp_path) -> Live:
    return Live(server.url, tmp_path / "answers.sqlite")


def attempts(live: Live) -> list:
    with live.store.engine.connect() as connection:
        return connection.execute(sa.select(ATTEMPTS).order_by(ATTEMPTS.c.id)).all()


def test_every_request_is_answered_once_and_its_cost_is_kept(live, server):
    state = live.run(requests(range(60)))
    assert state.ended == {State.ANSWERED: 60}
    assert len(live.answers(range(60))) == 60
    stats = server.stats(detail=True)
    assert stats["arrivals"] == stats["identities"] == 60
    rows = attempts(live)
    assert sum(row.usd_micro for row in rows) == live.store.spent_micro_usd() == state.usd_micro > 0
    assert {row.outcome for row in rows} == {"answered"}


def test_the_identity_of_a_request_is_that_of_its_bytes(live):
    for request in requests(range(3)):
        body = orjson.loads(request.body)
        assert request.key == identity_of_body(body) == identity_of_body(body | {"max_tokens": 7})
        assert request.key != identity_of_body(body, draw=1)
        unmarked = [{"type": "text", "text": block["text"]} for block in body["system"]]
        assert request.key == identity_of_body(body | {"system": unmarked})
        assert request.key != identity_of_body(body | {"model": "claude-sonnet-5-5"})


def test_a_prefix_is_written_to_the_cache_once_and_read_by_the_rest(live, server):
    server.control(latency=0.02)
    wanted = requests(range(80))
    live.run(wanted)
    prefixes = {request.prefix for request in wanted}
    assert len(prefixes) == 8
    written = [row for row in attempts(live) if row.written_5m_tokens]
    assert len(written) == len(prefixes)
    assert sum(row.read_tokens > 0 for row in attempts(live)) >= 80 - len(prefixes)


@pytest.mark.parametrize(
    "fault",
    ["http_500", "http_529", "http_504", "drop_before", "drop_after", "cut_json", "html", "short_body", "empty_body"],
)
def test_what_may_pass_is_tried_again(live, server, fault):
    server.control(script=[fault])
    state = live.run(requests([1]))
    assert state.ended == {State.ANSWERED: 1}
    first, second = attempts(live)
    assert (first.n, second.n) == (1, 2)
    assert first.outcome != "answered"
    assert second.outcome == "answered"


def test_after_nine_tries_a_request_is_dead_and_is_not_sent_by_the_next_run(live, server):
    server.control(faults={"http_500": 1.0})
    state = live.run(requests([1]))
    assert state.ended == {State.DEAD: 1}
    (outcome,) = live.outcomes([1])[content(1)]
    assert (outcome.state, outcome.reason, outcome.tries) == (State.DEAD, "500 api_error", 9)
    standing = questions().standings(live.store, [content(1)])[content(1)]
    assert not standing.lacking
    assert live.store.drop_outcomes([State.REFUSED]) == 0
    assert live.store.drop_outcomes([State.DEAD], [content(1)]) == 1
    assert questions().standings(live.store, [content(1)])[content(1)].lacking


@pytest.mark.parametrize("fault", ["refusal", "refusal_empty"])
def test_a_refusal_is_a_state_of_its_own_and_never_tried_again(live, server, fault):
    server.control(script=[fault])
    assert live.run(requests([1])).ended == {State.REFUSED: 1}
    assert len(attempts(live)) == 1
    assert not live.answers([1])


def test_a_truncated_answer_gets_twice_the_room_once(live, server):
    server.control(script=["max_tokens"])
    assert live.run(requests([1])).ended == {State.ANSWERED: 1}
    server.control(script=["max_tokens", "context_window"])
    assert live.run(requests([2])).ended == {State.TRUNCATED: 1}
    assert [row.outcome for row in attempts(live)] == ["truncated, again", "answered", "truncated, again", "truncated"]


@pytest.mark.parametrize("fault", ["not_json", "enum_unknown", "empty_content", "unknown_stop_reason"])
def test_an_unparsable_answer_is_drawn_once_more(live, server, fault):
    server.control(script=[fault])
    assert live.run(requests([1])).ended == {State.ANSWERED: 1}
    server.control(script=[fault, fault])
    assert live.run(requests([2])).ended == {State.UNPARSABLE: 1}
    (outcome,) = live.outcomes([2])[content(2)]
    assert "customer" not in outcome.reason


def test_a_label_in_capitals_is_repaired_and_marked(live, server):
    server.control(script=["enum_capitals"])
    live.run(requests([1]))
    (answer,) = live.answers([1])[content(1)]
    assert answer.is_repaired


def test_a_429_is_waited_out_and_is_no_try(live, server):
    server.control(script=["http_429"], retry_after=0.05)
    assert live.run(requests([1])).ended == {State.ANSWERED: 1}
    assert [row.n for row in attempts(live)] == [1, 1]


@pytest.mark.parametrize(
    ("fault", "said"), [("http_401", "ANTHROPIC_API_KEY"), ("http_402", "billing"), ("http_403", "key")]
)
def test_what_no_request_can_pass_ends_the_run_with_its_remedy(live, server, fault, said):
    server.control(faults={fault: 1.0})
    with pytest.raises(RunStopped, match=said) as raised:
        live.run(requests(range(30)))
    assert "nobody-may-see" not in str(raised.value)
    assert not live.outcomes(range(30))


def test_a_wrong_request_is_dead_at_once_and_many_stop_the_run(live, server):
    server.control(script=["http_400"])
    assert live.run(requests([1])).ended == {State.DEAD: 1}
    server.control(faults={"http_400": 1.0})
    with pytest.raises(RunStopped, match="OEI_MODEL"):
        live.run(requests(range(2, 60)))


@pytest.mark.parametrize("fault", ["spend_limit", "user_limit"])
def test_a_spend_limit_stops_cleanly_and_blames_no_conversation(live, server, fault):
    server.control(faults={fault: 1.0})
    state = live.run(requests(range(30)))
    assert "spend limit" in (state.stopped or "")
    assert not live.outcomes(range(30))


def test_the_budget_is_never_overspent_and_the_rest_is_not_sent(server, tmp_path):
    live = Live(server.url, tmp_path / "answers.sqlite", budget=3_000)
    state = live.run(requests(range(100)))
    assert state.stopped == "budget"
    assert 0 < state.ended[State.ANSWERED] < 100
    assert live.store.spent_micro_usd() <= 3_000
    sent = server.stats()["arrivals"]
    assert sent == state.ended[State.ANSWERED]
    live.budget = None
    live.run(requests(set(range(100)) - {n for n in range(100) if live.answers([n])}))
    assert server.stats()["arrivals"] == 100


def test_a_slow_body_is_given_up_after_the_deadline_of_the_whole_try(server, tmp_path):
    live = Live(server.url, tmp_path / "answers.sqlite", LiveSettings(concurrency=2, deadline=0.3, longest_wait=0.01))
    server.control(script=["slow_body"], slow_seconds=30.0)
    assert live.run(requests([1])).ended == {State.ANSWERED: 1}
    assert [row.outcome for row in attempts(live)] == ["deadline", "answered"]


def test_silence_is_noticed_and_the_requests_go_out_again(server, tmp_path):
    quiet = LiveSettings(concurrency=2, deadline=60.0, quiet_seconds=0.4, revivals=1, grace_seconds=0.1)
    live = Live(server.url, tmp_path / "answers.sqlite", quiet)
    server.control(script=["slow"], slow_seconds=30.0)
    assert live.run(requests([1])).ended == {State.ANSWERED: 1}
    server.control(faults={"slow": 1.0}, slow_seconds=30.0)
    with pytest.raises(RunStopped, match="Nothing came back"):
        live.run(requests([2]))


def test_a_rehearsal_never_passes_for_a_model(server, tmp_path):
    live = Live(server.url, tmp_path / "answers.sqlite", is_rehearsal=False)
    with pytest.raises(Unusable, match="OEI_ENGINE"):
        live.run(requests(range(5)))
    assert not live.answers(range(5))


def test_under_mixed_faults_every_request_ends_in_exactly_one_state(live, server):
    rates = [
        "http_500",
        "http_529",
        "drop_before",
        "drop_after",
        "cut_json",
        "html",
        "refusal",
        "max_tokens",
        "http_429",
    ]
    server.control(faults=dict.fromkeys(rates, 0.025), retry_after=0.01)
    state = live.run(requests(range(300)))
    answered, ended = set(live.answers(range(300))), set(live.outcomes(range(300)))
    assert not answered & ended
    assert len(answered) + len(ended) == 300 == state.done
    assert state.ended[State.ANSWERED] == len(answered)
    assert all(row.usd_micro == 0 or row.http_status == 200 for row in attempts(live))


def test_a_store_that_fails_ends_the_run(live, server):
    live.store.engine.dispose()
    with live.store.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE attempts"))
    with pytest.raises(sa.exc.OperationalError):
        live.run(requests([1]))


def test_no_reply_is_lost_while_requests_take_long_to_build(server, tmp_path):
    def slowly():
        for number, request in enumerate(requests(range(60))):
            if number == 30:
                time.sleep(1.0)
            yield request

    server.control(latency=0.2)
    live = Live(server.url, tmp_path / "answers.sqlite", LiveSettings(concurrency=8, deadline=0.6, least_deadline=0.6))
    state = live.run(slowly())
    assert state.ended == {State.ANSWERED: 60}
    assert state.faults == {}
    assert server.stats()["arrivals"] == 60


def test_what_keeps_a_request_from_being_built_ends_the_run_once_the_others_are_sent(live, server):
    def broken():
        yield from requests(range(5))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        live.run(broken())
