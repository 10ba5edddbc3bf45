"""What the results of batches say, however they come: each request ends in exactly one state, and is written once."""

import orjson
import pytest
from batch_runs import bodies, questions, requests

from economic_index.vocabulary import Facet, State


def test_lines_in_any_order_twice_about_nobody_or_missing(home, played):
    played.control(batch={"duplicated": 0.5, "unknown_id": 3, "missing": 1})
    state = home.run(requests(range(40)))
    # one line of each batch is missing, so one request goes out alone, until it has used up its tries
    assert state.ended == {State.ANSWERED: 39, State.DEAD: 1}
    assert [(row.n, row.state) for row in home.batches()] == [
        (40, "incomplete"),
        (1, "incomplete"),
        (1, "incomplete"),
    ]
    assert state.faults["batch_missing"] == 3
    (dead,) = home.outcomes(range(40)).values()
    assert (dead.state, dead.reason, dead.tries) == (State.DEAD, "missing", 3)
    assert len([row for row in home.attempts() if row.outcome == "answered"]) == 39
    assert played.stats()["batches"].get("deleted") is None  # it may still say what became of the missing


def test_a_result_of_an_unknown_type_is_tried_again(home, played):
    played.control(batch={"unknown_type": 1})
    state = home.run(requests(range(10)))
    assert state.ended == {State.ANSWERED: 9, State.DEAD: 1}
    assert state.faults["batch_rehearsed_type"] == 3


@pytest.mark.parametrize("kind", ["expired", "errored_server"])
def test_what_expired_or_failed_is_queued_again_then_dead(home, played, kind):
    played.control(batch={kind: 0.5})
    state = home.run(requests(range(80)))
    assert state.done == 80
    dead = home.outcomes(range(80))
    assert 2 <= len(dead) == state.ended[State.DEAD] < 30  # one in eight
    assert {(each.state, each.tries) for each in dead.values()} == {(State.DEAD, 3)}
    assert home.answered(range(80)) == set(range(80)) - set(dead)
    assert played.stats()["made_again"] == 0
    assert {row.n for row in home.attempts()} == {1, 2, 3}


def test_what_is_wrong_with_a_request_is_final(home, played):
    played.control(batch={"errored_invalid": 0.3})
    state = home.run(requests(range(40)))
    dead = home.outcomes(range(40))
    assert {(each.state, each.reason, each.tries) for each in dead.values()} == {
        (State.DEAD, "invalid_request_error", 1)
    }
    assert state.ended == {State.ANSWERED: 40 - len(dead), State.DEAD: len(dead)}
    assert played.stats()["arrivals"] == 40


def test_a_refusal_is_kept_with_its_category(home, played):
    played.control(faults={"refusal": 1.0})
    state = home.run(requests(range(5)))
    assert state.ended == {State.REFUSED: 5}
    assert played.stats()["arrivals"] == 5
    assert all(row.usd_micro for row in home.attempts())


def test_an_answer_that_cannot_be_read_is_drawn_once_more(home, played):
    played.control(faults={"not_json": 1.0})
    assert home.run(requests(range(5))).ended == {State.UNPARSABLE: 5}
    assert {each.tries for each in home.outcomes(range(5)).values()} == {2}
    assert played.stats()["arrivals"] == 10


def test_a_truncated_answer_gets_twice_the_room_once(home, played, tmp_path):
    played.control(faults={"max_tokens": 1.0})
    assert home.run(requests(range(3)), deletes_collected=False).ended == {State.TRUNCATED: 3}
    limits = [
        item["params"]["max_tokens"] for body in bodies(tmp_path / "played") for item in orjson.loads(body)["requests"]
    ]
    assert sorted(limits) == [1024] * 3 + [2048] * 3


def test_a_stream_that_is_cut_is_read_again_from_the_top(home, played):
    played.control(batch={"results_cut": 1, "results_short": 1, "results_not_found": 1})
    state = home.run(requests(range(50)))
    assert state.ended == {State.ANSWERED: 50}
    assert len(home.attempts()) == 50
    assert state.faults["broken"] >= 1


def test_a_batch_that_hides_is_waited_for(home, played):
    played.control(batch={"not_found_seconds": 600, "not_found_every": 2})
    state = home.run(requests(range(10)), turning={"minutes": 1})
    assert state.ended == {State.ANSWERED: 10}
    assert played.stats()["batches"]["created"] == 1


def test_a_reply_is_cut_at_line_feeds_alone(home, played):
    played.control(labels={"request": "first\u2028second\x85third"})
    asked = questions(facets=(Facet.REQUEST, Facet.LANGUAGE))
    assert home.run(requests(range(4), asked)).ended == {State.ANSWERED: 4}
