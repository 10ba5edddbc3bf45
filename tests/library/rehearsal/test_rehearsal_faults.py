"""Faults: which try meets one, what it does to the answer, and what the server counts."""

import contextlib
import http.client
import json
import threading
from collections import Counter

import pytest
from rehearsal_world import body_of, call, eventually, fence, form, post, transcript

from economic_index.facets.prompts import FORM, schema_of
from economic_index.rehearsal.faults import FAULTS
from economic_index.rehearsal.truth import truth_of

MIXED = {"http_500": 0.1, "http_529": 0.1, "refusal": 0.1, "max_tokens": 0.1, "cut_json": 0.1}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from rehearsal_world import HandClock, World

    worlds = World(tmp_path_factory.mktemp("faults"), HandClock())
    yield worlds.server(slow_seconds=0.05)
    worlds.close()


def outcome(server, number):
    reply = post(server, body_of(transcript(fence(number))))
    try:
        return reply.status, reply.json.get("stop_reason")
    except json.JSONDecodeError:
        return reply.status, "cut"


def test_a_try_meets_the_same_fault_whatever_came_before_it(world):
    numbers = range(60)
    first, second = world.server(seed=5, faults=MIXED), world.server(seed=5, faults=MIXED)
    forward = {number: [outcome(first, number) for _ in range(3)] for number in numbers}
    backward = {number: [] for number in numbers}
    for _ in range(3):
        for number in reversed(numbers):
            backward[number].append(outcome(second, number))
    assert forward == backward
    assert any(len(set(steps)) > 1 for steps in forward.values())
    seen = Counter(step for steps in forward.values() for step in steps)
    assert len(seen) == 6
    assert first.stats()["by_fault"] == second.stats()["by_fault"]
    assert sum(first.stats()["by_fault"].values()) == 180 - seen[200, "end_turn"]


def test_another_seed_has_other_faults(world):
    servers = [world.server(seed=seed, faults=MIXED) for seed in (1, 2)]
    assert len({tuple(outcome(server, number) for number in range(30)) for server in servers}) == 2


def faulty(server, fault, schema=None, **changes):
    server.control(script=[fault])
    body = body_of(transcript(fence(3)), **changes) if schema is None else body_of(transcript(fence(3)), schema)
    return post(server, body)


@pytest.mark.parametrize(("fault", "blocks"), [("refusal", 1), ("refusal_empty", 0)])
def test_a_refusal_has_a_category_and_is_billed(server, fault, blocks):
    reply = faulty(server, fault)
    assert (reply.status, reply.json["stop_reason"]) == (200, "refusal")
    assert len(reply.json["content"]) == blocks
    assert reply.json["stop_details"]["type"] == "refusal"
    assert reply.json["usage"]["output_tokens"] > 0


def test_every_category_of_refusal_comes(world):
    server = world.server(faults={"refusal": 1.0})
    replies = [post(server, body_of(transcript(fence(number)))) for number in range(60)]
    categories = {reply.json["stop_details"]["category"] for reply in replies}
    assert categories == {"cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms", None}


@pytest.mark.parametrize(
    ("fault", "reason"), [("max_tokens", "max_tokens"), ("context_window", "model_context_window_exceeded")]
)
def test_a_truncated_answer_is_no_json(server, fault, reason):
    reply = faulty(server, fault)
    assert reply.json["stop_reason"] == reason
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.json["content"][0]["text"])


def test_an_answer_longer_than_its_limit_is_cut_without_any_fault(server):
    reply = post(server, body_of(max_tokens=10))
    assert (reply.json["stop_reason"], reply.json["usage"]["output_tokens"]) == ("max_tokens", 10)


def test_a_model_that_thinks_says_so_first_and_bills_it(server):
    thinking = post(server, body_of(model="claude-opus-5-5", thinking=None)).json
    assert [block["type"] for block in thinking["content"]] == ["thinking", "text"]
    assert thinking["usage"]["output_tokens_details"]["thinking_tokens"] == 250
    assert thinking["usage"]["output_tokens"] > 250
    suppressed = post(server, body_of(model="claude-opus-5-5", thinking=None, max_tokens=100)).json
    assert suppressed["stop_reason"] == "max_tokens"
    assert [block["type"] for block in suppressed["content"]] == ["thinking"]


def test_what_the_schema_allows_and_nobody_expects(server):
    schema = schema_of(FORM)
    truth = truth_of(0, fence(3))
    capitals = faulty(server, "enum_capitals", schema).answer
    assert capitals["collaboration"] == str(truth.values["collaboration"]).upper()
    assert all(skill.isupper() for skill in capitals["skills"])
    assert capitals["request"] == truth.label
    assert faulty(server, "out_of_range", schema).answer["human_only_time"] < 0
    assert faulty(server, "enum_unknown", schema).answer["intent"] not in {"asking", "doing", "expressing"}
    first = faulty(server, "thinking_first", schema).json["content"][0]
    assert first["type"] == "thinking"


def test_other_strange_messages(server):
    assert faulty(server, "unknown_stop_reason").json["stop_reason"] == "rehearsed_reason"
    assert faulty(server, "empty_content").json["content"] == []
    assert "usage" not in faulty(server, "no_usage").json
    with pytest.raises(json.JSONDecodeError):
        assert faulty(server, "not_json").answer


def test_a_slow_body_comes_whole_in_pieces(server):
    server.control(slow_seconds=0.5)
    reply = faulty(server, "slow_body")
    server.control(slow_seconds=0.05)
    assert reply.answer["request"] == truth_of(0, fence(3)).label
    assert faulty(server, "slow").status == 200


def test_dropped_before_no_answer_was_made_and_dropped_after_one_was(world):
    server = world.server(script=["drop_before", "drop_after", "short_body", "cut_json", ""])
    for error in (http.client.RemoteDisconnected, http.client.RemoteDisconnected, http.client.IncompleteRead):
        with pytest.raises(error):
            post(server, body_of())
    post(server, body_of())
    assert post(server, body_of()).status == 200
    stats = server.stats(detail=True)
    (seen,) = stats["by_identity"].values()
    assert seen == {"arrivals": 5, "tries": 5, "made": 4, "completed": 1}
    assert (stats["made_again"], stats["completed_again"]) == (3, 0)
    assert stats["usage"]["claude-haiku-5-5"]["requests"] == 4


def test_an_answer_to_a_client_that_left_is_not_made(world):
    server = world.server(latency=1.0)
    address = server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address)
    raw = json.dumps(body_of()).encode()
    connection.request("POST", "/v1/messages", raw, {"authorization": "Bearer x", "anthropic-version": "2026-10-21"})
    eventually(server.stats, lambda stats: stats["in_flight"] == 1)
    connection.close()
    stats = eventually(server.stats, lambda stats: stats["in_flight"] == 0)
    assert (stats["arrivals"], stats["made"], stats["completed"]) == (1, 0, 0)


def test_the_most_requests_at_one_time_are_counted(world):
    server = world.server(latency=1.0)
    threads = [threading.Thread(target=post, args=(server, body_of(transcript(fence(number))))) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.stats()["most_in_flight"] == 5


def test_a_script_is_played_once_and_every_answer_says_what_it_is(world):
    server = world.server()
    server.control(script=["http_529", "http_429"])
    server.control(latency=0.001)
    replies = [post(server, body_of()) for _ in range(3)]
    assert [reply.status for reply in replies] == [529, 429, 200]
    assert all(reply.headers["x-oei-rehearsal"] == "1" for reply in replies)
    assert len({reply.headers["request-id"] for reply in replies}) == 3
    for path in ("/_stats", "/v1/nothing", "/v1/messages/batches"):
        assert call(server, "GET", path).headers["x-oei-rehearsal"] == "1"


@pytest.mark.parametrize(
    "changes",
    [
        {"no_such": 1},
        {"faults": {"no_such": 0.1}},
        {"faults": {"http_500": 0.7, "http_529": 0.7}},
        {"faults": {"http_500": -1}},
        {"script": ["no_such"]},
        {"seed": "one"},
        {"latency": "fast"},
        {"batch": {"no_such": 1}},
        {"replay": "/no/such/file"},
        [],
    ],
)
def test_a_setting_that_there_is_not_is_told_and_changes_nothing(server, changes):
    before = call(server, "GET", "/_control").json
    reply = call(server, "POST", "/_control", changes)
    assert reply.status == 400
    assert call(server, "GET", "/_control").json == before


def test_settings_are_merged_and_a_reset_forgets_the_counts(world):
    server = world.server(batch={"missing": 1})
    post(server, body_of())
    told = server.control(batch={"duplicated": 0.5}, latency=1, reset=True)
    assert (told["batch"]["missing"], told["batch"]["duplicated"], told["latency"]) == (1, 0.5, 1.0)
    assert server.stats()["arrivals"] == 0


def test_every_fault_can_be_met(world):
    server = world.server(slow_seconds=0.02, retry_after=0.01)
    for fault in sorted(FAULTS):
        server.control(script=[fault])
        with contextlib.suppress(http.client.HTTPException, ConnectionError):
            post(server, body_of("hello", form(a={"type": "string"})))
    met = server.stats()["by_fault"]
    assert met == dict.fromkeys(FAULTS, 1)
    assert post(server, body_of()).status == 200
