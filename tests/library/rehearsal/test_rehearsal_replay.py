"""Recorded answers, and the server as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from rehearsal_world import body_of, call, eventually, fence, post, transcript

from economic_index.llm.request import identity_of_body
from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour, UnknownSetting

PROJECT = Path(__file__).resolve().parents[3]


def message(text):
    return {"type": "message", "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "usage": {}}


def write(path, *entries):
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def test_a_recorded_answer_is_given_by_identity_and_others_are_planted(world, tmp_path):
    body = body_of()
    write(
        tmp_path / "answers.jsonl",
        {"key": identity_of_body(body), "message": message("first")},
        {"key": identity_of_body(body, 1), "message": message("drawn again")},
    )
    server = world.server(replay=str(tmp_path / "answers.jsonl"))
    assert post(server, body).json == message("first")
    assert post(server, body, {"x-oei-draw": "1"}).json == message("drawn again")
    assert post(server, body_of("something else")).json["content"][0]["text"] != "first"
    server.control(replay_strict=True)
    unknown = post(server, body_of("something else"))
    assert (unknown.status, unknown.json["error"]["type"]) == (404, "not_found_error")
    assert post(server, body).status == 200


def test_what_was_recorded_can_be_replayed_and_faults_are_not_recorded(world, tmp_path):
    record = tmp_path / "record.jsonl"
    bodies = [body_of(transcript(fence(number))) for number in range(6)]
    server = world.server(seed=8, record=str(record), script=["refusal", "http_500"])
    said = [post(server, body) for body in bodies]
    server.control(record="")
    post(server, bodies[0])
    keys = [json.loads(line)["key"] for line in record.read_text().splitlines()]
    assert keys == [identity_of_body(body) for body in bodies[2:]]
    other = world.server(seed=9, replay=str(record), replay_strict=True)
    assert [post(other, body).json for body in bodies[2:]] == [reply.json for reply in said[2:]]
    assert post(other, bodies[0]).status == 404


def test_strict_replay_in_a_batch_errs_for_what_it_does_not_know(world, tmp_path):
    write(tmp_path / "answers.jsonl", {"key": identity_of_body(body_of("a")), "message": message("known")})
    server = world.server(replay=str(tmp_path / "answers.jsonl"), replay_strict=True)
    requests = [{"custom_id": text, "params": body_of(text)} for text in ("a", "b")]
    batch_id = call(server, "POST", "/v1/messages/batches", {"requests": requests}).json["id"]
    path = f"/v1/messages/batches/{batch_id}"
    eventually(lambda: call(server, "GET", path).json, lambda batch: batch["processing_status"] == "ended")
    found = {
        line["custom_id"]: line["result"]
        for line in map(json.loads, call(server, "GET", path + "/results").raw.splitlines())
    }
    assert found["a"]["message"] == message("known")
    assert found["b"]["error"]["error"]["type"] == "not_found_error"


@pytest.mark.parametrize("line", ["{", "[]", '{"key": 1, "message": {}}', '{"key": "a"}'])
def test_a_record_that_is_none_stops_the_server_before_it_starts(tmp_path, clock, line):
    (tmp_path / "answers.jsonl").write_text(line + "\n")
    with pytest.raises(UnknownSetting, match="line 1"):
        RehearsalServer(Behaviour(replay=str(tmp_path / "answers.jsonl")), tmp_path, clock).start()


def test_a_server_without_a_folder_leaves_nothing_behind(clock):
    with RehearsalServer(Behaviour(), None, clock) as server:
        folder = server._state_dir
        assert post(server, body_of()).status == 200
        assert folder.exists()
    assert not folder.exists()
    server.stop()


def test_as_a_process_it_prints_its_url_and_ends_when_asked(tmp_path):
    command = [
        sys.executable,
        "-m",
        "benchmarks.rehearsal_process",
        "--state",
        str(tmp_path),
        "--settings",
        '{"seed": 5}',
    ]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")

        at = SimpleNamespace(url=url)
        assert call(at, "GET", "/_control").json["seed"] == 5
        secret = "a-word-of-the-conversation"
        assert post(at, body_of(secret)).status == 200
        assert post(at, body_of(secret, temperature=1)).status == 400
    finally:
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert (out, err) == ("", "")
