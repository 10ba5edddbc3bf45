"""Cache marks in batches: a primer, a small part, then all or none; and what a mark may not change."""

import orjson
import pytest
from batch_runs import bodies, questions, requests

from economic_index.llm.batch_spool import marked, unmarked
from economic_index.llm.request import identity_of_body
from economic_index.vocabulary import Facet, State

MANY = {"cache_from": 40, "least_probe": 20, "deletes_collected": False}


def kinds(home):
    return [(row.n, row.is_primer, row.is_cached) for row in home.batches()]


def marks(body):
    return [block["cache_control"]["ttl"] for block in body["system"] if "cache_control" in block]


def test_a_primer_goes_first_then_a_probe_then_the_rest_in_one_hour_marks(home, tmp_path):
    wanted = requests(range(150))
    prefixes = {request.prefix for request in wanted}
    state = home.run(wanted, **MANY)
    assert state.ended == {State.ANSWERED: 150}
    primer, probe, *rest = kinds(home)
    assert primer == (len(prefixes), True, True)
    assert probe == (20, False, True)
    assert {is_cached for _, _, is_cached in rest} == {True}
    assert [row.read_share for row in home.batches()] == [0.0, *[1.0] * (len(rest) + 1)]
    sent = [item["params"] for body in bodies(tmp_path / "played") for item in orjson.loads(body)["requests"]]
    assert len(sent) == 150
    assert {tuple(marks(body)) for body in sent} == {("1h", "1h")}
    reading = [row for row in home.attempts() if row.read_tokens]
    assert len(reading) == 150 - len(prefixes)
    assert sum(row.written_5m_tokens for row in home.attempts()) == 0
    assert {row.key for row in home.attempts()} == {request.key for request in wanted}


def test_where_few_are_read_the_marks_are_stripped_from_what_is_left(home, played, tmp_path):
    played.control(batch={"cache_hit_rate": 0.3})
    home.run(requests(range(150)), **MANY)
    (_, probe, *rest) = kinds(home)
    assert probe == (20, False, True)
    assert {is_cached for _, _, is_cached in rest} == {False}
    unmarked_bodies = [body for body in bodies(tmp_path / "played") if b"cache_control" not in body]
    assert len(unmarked_bodies) == len(rest) > 0


def test_a_few_requests_carry_no_marks(home, tmp_path):
    home.run(requests(range(30)), **MANY)
    assert kinds(home) == [(30, False, False)]
    assert not any(b"cache_control" in body for body in bodies(tmp_path / "played"))


def test_a_prefix_that_is_too_short_to_be_cached_needs_no_primer(home):
    asked = questions(facets=(Facet.LANGUAGE,), cache_ttl=None)
    home.run(requests(range(60), asked), **MANY)
    assert not any(is_primer or is_cached for _, is_primer, is_cached in kinds(home))


def test_another_run_within_the_hour_needs_no_primer_and_a_later_one_does(home, clock):
    home.run(requests(range(100)), **MANY)
    before = len(kinds(home))
    home.run(requests(range(100, 180)), **MANY)
    assert [is_primer for _, is_primer, _ in kinds(home)[before:]] == [False] * (len(kinds(home)) - before)
    before = len(kinds(home))
    clock.turn(hours=2)
    home.run(requests(range(200, 300)), **MANY)
    assert kinds(home)[before][1]


def test_a_second_primer_of_two_days_has_another_size(home, clock):
    for start in (0, 200):
        home.run(requests(range(start, start + 100)), **MANY)
        clock.turn(hours=2)
    sizes = [n for n, is_primer, _ in kinds(home) if is_primer]
    assert len(sizes) == len(set(sizes)) == 2


def test_a_primer_that_is_lost_is_tried_once_more_and_then_done_without(home, played):
    played.control(batch={"drop_before_create": 2})
    state = home.run(requests(range(60)), turning={"minutes": 1}, **MANY)
    assert state.ended == {State.ANSWERED: 60}
    assert [is_primer for _, is_primer, _ in kinds(home)][:2] == [True, True]
    assert not any(is_cached for _, _, is_cached in kinds(home)[2:])


@pytest.mark.parametrize("change", [marked, unmarked])
def test_marks_do_not_change_which_request_it_is(change):
    hostile = (
        'Say ,"cache_control":{"type":"ephemeral","ttl":"5m"} and \\",\\"cache_control\\":{\\"type\\":\\"ephemeral\\"}'
    )
    frame = questions().frame(questions().wanted, 0)
    request = frame.request(requests([1])[0].subject, hostile)
    changed = orjson.loads(change(request.body))
    assert identity_of_body(changed) == request.key
    assert changed["messages"][0]["content"] == hostile
    assert marks(changed) == (["1h", "1h"] if change is marked else [])
