"""Batches: taken in from a stream, ended by the clock, kept across a restart, and disturbed as set."""

import http.client
import json
from collections import Counter

import pytest
from rehearsal_world import HEADERS, body_of, call, eventually, fence, post, transcript

from economic_index.llm.request import identity_of_body

PATH = "/v1/messages/batches"
LONG = [{"type": "text", "text": "Rules. " * 400, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]


def item(number, **changes):
    return {"custom_id": f"c-{number}", "params": body_of(transcript(fence(number)), **changes)}


def create(server, count=20, requests=None, **changes):
    requests = requests or [item(number, **changes) for number in range(count)]
    return call(server, "POST", PATH, {"requests": requests})


def ended(server, batch_id):
    return eventually(
        lambda: call(server, "GET", f"{PATH}/{batch_id}"),
        lambda reply: reply.status == 200 and reply.json["processing_status"] == "ended",
    ).json


def lines(server, batch_id):
    reply = call(server, "GET", f"{PATH}/{batch_id}/results")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/x-jsonl"
    return [json.loads(line) for line in reply.raw.splitlines()]


def run(server, count=20, **changes):
    batch = ended(server, create(server, count, **changes).json["id"])
    return batch, lines(server, batch["id"])


def types(found):
    return Counter(line["result"]["type"] for line in found)


def test_a_batch_is_in_processing_until_it_ends(world, clock):
    server = world.server(batch={"end_delay": 100})
    made = create(server, 3).json
    assert made["request_counts"] == {"processing": 3, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    assert (made["processing_status"], made["results_url"], made["ended_at"]) == ("in_progress", None, None)
    assert made["created_at"] == "2026-11-23T10:00:00Z"
    assert made["expires_at"] == "2026-11-24T10:00:00Z"
    clock.turn(99)
    assert call(server, "GET", f"{PATH}/{made['id']}").json == made
    assert call(server, "GET", f"{PATH}/{made['id']}/results").status == 404
    assert call(server, "DELETE", f"{PATH}/{made['id']}").status == 400
    clock.turn(2)
    done = ended(server, made["id"])
    assert done["request_counts"]["succeeded"] == 3
    assert done["results_url"] == f"{server.url}{PATH}/{made['id']}/results"
    assert done["ended_at"] == "2026-11-23T10:01:41Z"
    clock.turn(29 * 24 * 3600)
    old = call(server, "GET", f"{PATH}/{made['id']}").json
    assert old["archived_at"]
    assert old["results_url"] is None


def test_an_answer_in_a_batch_is_the_one_that_it_is_live(world):
    server = world.server(seed=4, error_rate=0.5)
    _, found = run(server, 8)
    live = [post(server, body_of(transcript(fence(number)))).answer for number in range(8)]
    said = {line["custom_id"]: json.loads(line["result"]["message"]["content"][0]["text"]) for line in found}
    assert [said[f"c-{number}"] for number in range(8)] == live
    assert server.stats()["completed_again"] == 8


def test_the_draw_is_told_by_a_custom_id_of_ours(world):
    server = world.server()
    body = body_of()
    keys = [identity_of_body(body, draw) for draw in range(3)]
    requests = [{"custom_id": f"0123abcd-{key[:40]}", "params": body} for key in keys]
    requests.append({"custom_id": "0123abcd-" + "f" * 40, "params": body})
    ended(server, create(server, requests=requests).json["id"])
    assert post(server, body, {"x-oei-draw": "2"}).status == 200
    seen = server.stats(detail=True)["by_identity"]
    assert {key: seen[key]["arrivals"] for key in keys} == {keys[0]: 2, keys[1]: 1, keys[2]: 2}


def test_results_are_shuffled_the_same_way_each_time_or_not_at_all(world):
    server = world.server()
    batch, found = run(server, 20)
    order = [line["custom_id"] for line in found]
    assert order != [f"c-{number}" for number in range(20)]
    assert order == [line["custom_id"] for line in lines(server, batch["id"])]
    server.control(batch={"shuffled": False})
    assert [line["custom_id"] for line in run(server, 20)[1]] == [f"c-{number}" for number in range(20)]


def test_lines_that_are_missing_twice_strange_or_about_nobody(world):
    server = world.server(batch={"missing": 1, "duplicated": 0.5, "unknown_id": 2, "unknown_type": 1})
    batch, found = run(server, 40)
    names = Counter(line["custom_id"] for line in found)
    strangers = [name for name in names if not name.startswith("c-")]
    assert len(strangers) == 2
    assert len(names) == 41
    assert 8 < sum(count == 2 for count in names.values()) < 32
    assert len({line["custom_id"] for line in found if line["result"]["type"] == "rehearsed_type"}) == 1
    assert sum(batch["request_counts"].values()) == 40


def test_expired_and_errored_requests_are_counted_and_succeed_another_time(world):
    settings = {"expired": 0.2, "errored_invalid": 0.2, "errored_server": 0.2}
    server = world.server(batch=settings)
    batch, found = run(server, 100)
    seen = types(found)
    assert batch["request_counts"] == {"processing": 0, "canceled": 0} | {
        name: seen[name] for name in ("succeeded", "errored", "expired")
    }
    kinds = Counter(line["result"]["error"]["error"]["type"] for line in found if line["result"]["type"] == "errored")
    assert set(kinds) == {"invalid_request_error", "api_error"}
    assert all(8 <= count <= 35 for count in (*kinds.values(), seen["expired"]))
    failed = {line["custom_id"] for line in found if line["result"]["type"] != "succeeded"}
    again = {line["custom_id"] for line in run(server, 100)[1] if line["result"]["type"] != "succeeded"}
    assert failed != again
    assert server.stats()["made"] == 200 - len(failed) - len(again)


def test_what_is_wrong_with_a_request_shows_only_in_its_result(world):
    server = world.server()
    reply = create(server, requests=[item(1), item(2, temperature=1)])
    assert reply.status == 200
    ended(server, reply.json["id"])
    wrong = next(line for line in lines(server, reply.json["id"]) if line["custom_id"] == "c-2")
    assert wrong["result"]["error"]["error"]["type"] == "invalid_request_error"
    assert wrong["result"]["error"]["request_id"]


def test_messages_in_batches_have_faults_too_but_connections_do_not(world):
    server = world.server(faults={"refusal": 0.5, "drop_before": 0.5})
    _, found = run(server, 60)
    assert types(found) == {"succeeded": 60}
    reasons = Counter(line["result"]["message"]["stop_reason"] for line in found)
    assert set(reasons) == {"refusal", "end_turn"}


BROKEN = {
    "no body": b"",
    "no json": b'{"requests": [',
    "cut": b'{"requests": [{"custom_id": "a", "params": {}}',
    "another field": b'{"requests": [], "name": "x"}',
    "no requests": b'{"requests": []}',
    "no list": b'{"requests": {}}',
    "a word": b'{"requests": ["a"]}',
    "more behind": b'{"requests": [{"custom_id": "a", "params": {}}]} {}',
    "a bad id": b'{"requests": [{"custom_id": "a b", "params": {}}]}',
    "a long id": b'{"requests": [{"custom_id": "' + b"a" * 65 + b'", "params": {}}]}',
    "no params": b'{"requests": [{"custom_id": "a"}]}',
    "stream": b'{"requests": [{"custom_id": "a", "params": {"stream": true}}]}',
    "max_tokens 0": b'{"requests": [{"custom_id": "a", "params": {"max_tokens": 0}}]}',
    "an id twice": b'{"requests": [{"custom_id": "a", "params": {}}, {"custom_id": "a", "params": {}}]}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_batch_is_rejected_and_leaves_nothing(world, name):
    server = world.server()
    reply = call(server, "POST", PATH, BROKEN[name])
    assert (reply.status, reply.json["error"]["type"]) == (400, "invalid_request_error")
    assert call(server, "GET", PATH).json["data"] == []
    assert list((world.state_dir / "batches").iterdir()) == []


def test_a_batch_that_is_too_large_is_a_413(world):
    server = world.server(batch={"max_requests": 3})
    assert create(server, 4).status == 413
    server.control(batch={"max_requests": 100, "max_bytes": 2000})
    assert create(server, 20).status == 413
    server.control(batch={"max_bytes": 256_000_000})
    assert create(server, 4).status == 200


def test_a_full_queue_is_a_429(world, clock):
    server = world.server(batch={"queue_limit": 30, "end_delay": 10})
    first = create(server, 20)
    assert first.status == 200
    assert (create(server, 20).status, create(server, 10).status) == (429, 200)
    clock.turn(11)
    ended(server, first.json["id"])
    eventually(lambda: create(server, 20), lambda reply: reply.status == 200)


def test_a_body_is_read_however_it_is_written_and_cut(world):
    """Spaces, the other order of keys, texts that look like structure, other scripts, one byte at a time."""
    server = world.server()
    hostile = 'a "},{"custom_id":"z","params":{} ]} \\ \u2028 日本語 \x7f é'
    requests = [{"params": body_of(f"{hostile} {number}"), "custom_id": f"c-{number}"} for number in range(5)] + [
        {"custom_id": "usual", "params": body_of(hostile)}
    ]
    for raw in (
        json.dumps({"requests": requests}, indent=2).encode(),
        json.dumps({"requests": requests}, ensure_ascii=False, separators=(",", ":")).encode(),
    ):
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        pieces = (raw[place : place + 37] for place in range(0, len(raw), 37))
        connection.request("POST", PATH, pieces, HEADERS, encode_chunked=True)
        batch = json.loads(connection.getresponse().read())
        connection.close()
        ended(server, batch["id"])
        assert types(lines(server, batch["id"])) == {"succeeded": 6}
    seen = server.stats(detail=True)["by_identity"]
    assert seen[identity_of_body(body_of(hostile))]["arrivals"] == 2
    assert len(seen) == 6


def test_many_requests_larger_than_the_window_of_the_reader(world):
    server = world.server()
    requests = [item(number) for number in range(30)]
    requests[7]["params"]["messages"][0]["content"] += "x" * 3_000_000
    batch = ended(server, create(server, requests=requests).json["id"])
    assert batch["request_counts"]["succeeded"] == 30


def test_a_prefix_is_written_by_one_batch_and_read_by_the_next(world):
    server = world.server()
    post(server, body_of(system=LONG))

    def use(found):
        usages = [line["result"]["message"]["usage"] for line in found]
        return [usage["cache_read_input_tokens"] > 0 for usage in usages]

    assert not any(use(run(server, 10, system=LONG)[1]))  # cold: not even the live entry is seen
    assert all(use(run(server, 10, system=LONG)[1]))
    server.control(batch={"cache_hit_rate": 0.5})
    assert 20 < sum(use(run(server, 100, system=LONG)[1])) < 80


def test_pages_are_newest_first_both_ways(world):
    server = world.server(batch={"end_delay": 1})
    made = [create(server, 1).json["id"] for _ in range(5)][::-1]

    def page(query=""):
        told = call(server, "GET", PATH + query).json
        return [batch["id"] for batch in told["data"]], told["has_more"]

    assert page() == (made, False)
    assert page("?limit=2") == (made[:2], True)
    assert page(f"?limit=2&after_id={made[1]}") == (made[2:4], True)
    assert page(f"?limit=2&after_id={made[3]}") == (made[4:], False)
    assert page(f"?limit=2&before_id={made[4]}") == (made[2:4], True)
    assert page(f"?limit=9&before_id={made[2]}") == (made[:2], False)
    for bad in ("?limit=0", "?limit=1001", "?limit=x", "?after_id=no"):
        assert call(server, "GET", PATH + bad).status == 400
    told = call(server, "GET", PATH + "?limit=2").json
    assert (told["first_id"], told["last_id"]) == (made[0], made[1])


def test_a_batch_hides_at_first_and_now_and_then(world, clock):
    server = world.server(batch={"not_found_seconds": 5, "not_found_every": 3})
    batch_id = create(server, 1).json["id"]
    assert call(server, "GET", PATH).json["data"][0]["id"] == batch_id
    looks = [call(server, "GET", f"{PATH}/{batch_id}").status for _ in range(3)]
    clock.turn(6)
    looks += [call(server, "GET", f"{PATH}/{batch_id}").status for _ in range(6)]
    assert looks == [404, 404, 404, 200, 200, 404, 200, 200, 404]


def test_results_hide_break_off_and_end_within_a_line_before_they_come(world):
    server = world.server(batch={"results_not_found": 1, "results_cut": 1, "results_short": 1})
    batch_id = create(server, 30).json["id"]
    ended(server, batch_id)
    path = f"{PATH}/{batch_id}/results"
    assert call(server, "GET", path).status == 404
    with pytest.raises(http.client.IncompleteRead) as raised:
        call(server, "GET", path)
    assert raised.value.partial.count(b"\n") > 5
    short = call(server, "GET", path).raw
    with pytest.raises(json.JSONDecodeError):
        json.loads(short.splitlines()[-1])
    assert len(lines(server, batch_id)) == 30


def test_a_batch_whose_reply_was_lost_is_in_the_list_and_one_that_was_lost_before_is_not(world):
    server = world.server()
    server.control(batch={"drop_before_create": 1, "drop_create_replies": 1})
    for expected in (0, 1):
        with pytest.raises(http.client.RemoteDisconnected):
            create(server, 2)
        assert len(call(server, "GET", PATH).json["data"]) == expected
    assert create(server, 2).status == 200
    assert server.stats()["batches"]["created"] == 2


def test_a_cancelled_batch_answers_as_much_as_it_had_time_for(world, clock):
    server = world.server(batch={"end_delay": 100})
    batch_id = create(server, 100).json["id"]
    clock.turn(50)
    told = call(server, "POST", f"{PATH}/{batch_id}/cancel").json
    assert (told["processing_status"], told["request_counts"]["processing"]) == ("canceling", 100)
    counts = ended(server, batch_id)["request_counts"]
    assert counts["canceled"] + counts["succeeded"] == 100
    assert 20 < counts["canceled"] < 80
    assert types(lines(server, batch_id)) == {name: counts[name] for name in ("canceled", "succeeded")}
    again = call(server, "POST", f"{PATH}/{batch_id}/cancel").json
    assert again["processing_status"] == "ended"


def test_a_batch_that_takes_more_than_a_day_expires(world, clock):
    server = world.server(batch={"end_delay": 90_000})
    batch_id = create(server, 3).json["id"]
    clock.turn(86_401)
    assert ended(server, batch_id)["request_counts"]["expired"] == 3


def test_a_restart_loses_nothing_and_sweeps_what_was_half_taken_in(world, clock):
    server = world.server(batch={"end_delay": 10})
    waiting, other = create(server, 4).json, create(server, 2).json
    clock.turn(11)
    results = sorted(map(str, (ended(server, waiting["id"]), lines(server, waiting["id"]))[1]))
    late = create(server, 3).json
    server.stop()
    left = world.state_dir / "batches" / "msgbatch_left"
    left.mkdir()
    (left / "requests.json").write_bytes(b'{"requests": [{"custom_id":')
    clock.turn(20)
    again = world.server()
    assert ended(again, late["id"])["request_counts"]["succeeded"] == 3
    assert not left.exists()
    assert sorted(map(str, lines(again, waiting["id"]))) == results
    assert [batch["id"] for batch in call(again, "GET", PATH).json["data"]] == [late["id"], other["id"], waiting["id"]]
    assert call(again, "DELETE", f"{PATH}/{waiting['id']}").status == 200
    assert not (world.state_dir / "batches" / waiting["id"]).exists()
    assert call(again, "GET", f"{PATH}/{waiting['id']}").status == 404


def test_of_two_servers_that_share_a_folder_one_ends_the_batches(world):
    first = world.server()
    second = world.server()
    batch_id = create(second, 10).json["id"]
    assert ended(second, batch_id)["request_counts"]["succeeded"] == 10
    assert len(lines(second, batch_id)) == 10
    made = [server.stats()["made"] for server in (first, second)]
    assert sorted(made) == [0, 10]
    world.servers[made.index(10)].stop()
    survivor = world.servers[made.index(0)]
    assert ended(survivor, create(survivor, 3).json["id"])["request_counts"]["succeeded"] == 3
