"""The calls of Message Batches against a server that says what no rehearsal does: other hosts, odd documents, pages."""

import asyncio
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from batch_runs import KEY, QUICK, requests

from economic_index.llm.batch_api import BatchApi
from economic_index.llm.batch_spool import SpoolFolder
from economic_index.llm.client import Endpoint, MessagesClient
from economic_index.llm.judging import OpenRequest
from economic_index.llm.replies import BrokenReply

PATH = "/v1/messages/batches"
START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def told(name, **changes):
    counts = {"processing": 0, "succeeded": 2, "errored": 1, "canceled": 0, "expired": 4}
    document = {
        "id": name,
        "type": "message_batch",
        "processing_status": "ended",
        "request_counts": counts,
        "created_at": START.isoformat().replace("+00:00", "Z"),
        "expires_at": None,
        "ended_at": None,
        "archived_at": None,
        "results_url": None,
    }
    return document | changes


@contextmanager
def saying(answers):
    """A server that answers paths from a table, and a list of what it was asked: path and credentials."""
    asked = []

    class Says(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("authorization")))
            body = answers[self.path]
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(200)
            self.send_header("x-oei-rehearsal", "1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def call(url, work):
    async def run():
        async with MessagesClient(Endpoint(url, KEY, True), 2) as client:
            return await work(BatchApi(client, QUICK))

    return asyncio.run(run())


async def all_lines(api):
    batch = await api.retrieve("msgbatch_1")
    return [line async for line in api.results(batch)]


def test_the_key_goes_to_our_own_server_alone_wherever_the_results_are_said_to_be():
    with saying({}) as (other, asked_of_other):
        results = f"{PATH}/msgbatch_1/results"
        batch = told("msgbatch_1", results_url=f"{other}/stolen")
        with saying({f"{PATH}/msgbatch_1": batch, results: b'{"custom_id": "a"}\n'}) as (url, asked):
            assert call(url, all_lines) == [{"custom_id": "a"}]
            assert asked[-1] == (results, f"Bearer {KEY}")
    assert asked_of_other == []


def test_results_at_another_path_of_our_server_are_followed():
    answers = {f"{PATH}/msgbatch_1": told("msgbatch_1"), "/elsewhere?x=1": b'{"custom_id": "a"}\n\n{"custom_id": "b"}'}
    with saying(answers) as (url, asked):
        answers[f"{PATH}/msgbatch_1"]["results_url"] = f"{url}/elsewhere?x=1"
        assert [line["custom_id"] for line in call(url, all_lines)] == ["a", "b"]
        assert asked[-1][0] == "/elsewhere?x=1"


def test_a_batch_is_told_by_the_sum_of_its_counts():
    with saying({f"{PATH}/msgbatch_1": told("msgbatch_1")}) as (url, _):
        batch = call(url, lambda api: api.retrieve("msgbatch_1"))
    assert (batch.n, batch.has_ended, batch.created_at) == (7, True, START)


@pytest.mark.parametrize(
    "document",
    [
        b"<html>",
        b"[]",
        b"{}",
        json.dumps(told("x", type="message")).encode(),
        json.dumps(told("x", request_counts=None)).encode(),
        json.dumps(told("x", created_at="yesterday")).encode(),
    ],
)
def test_what_is_no_batch_is_a_broken_reply(document):
    with saying({f"{PATH}/msgbatch_1": document}) as (url, _), pytest.raises(BrokenReply):
        call(url, lambda api: api.retrieve("msgbatch_1"))


@pytest.mark.parametrize("line", [b'{"custom_id": "a"', b"[1]\n", b"nothing\n"])
def test_a_line_that_is_none_breaks_the_reading_off(line):
    answers = {f"{PATH}/msgbatch_1": told("msgbatch_1"), f"{PATH}/msgbatch_1/results": b'{"custom_id": "a"}\n' + line}
    with saying(answers) as (url, _), pytest.raises(BrokenReply):
        call(url, all_lines)


def test_pages_are_read_until_they_are_too_old():
    def page(names, at):
        return {"data": [told(name, created_at=at.isoformat()) for name in names], "has_more": True}

    answers = {
        f"{PATH}?limit=1000": page("ab", START),
        f"{PATH}?limit=1000&after_id=b": page("cd", START - timedelta(minutes=1)),
        f"{PATH}?limit=1000&after_id=d": page("e", START - timedelta(hours=1)),
    }
    with saying(answers) as (url, asked):
        found = call(url, lambda api: api.since(START - timedelta(minutes=5)))
    assert [batch.batch_id for batch in found] == list("abcd")
    assert len(asked) == 3


def test_what_is_on_the_spool_comes_back_body_by_body(tmp_path):
    wanted = [OpenRequest(request) for request in requests(range(5))]
    folder = SpoolFolder(tmp_path / "spool")
    spool = folder.write("0123abcd", wanted, is_cached=False)
    whole = json.loads((tmp_path / "spool" / "0123abcd.batch.json").read_bytes())["requests"]
    names = [item["custom_id"] for item in whole]
    assert [json.loads(body) for _, body in spool.bodies(names)] == [item["params"] for item in whole]
    folder.delete("0123abcd")
    (again,) = spool.bodies([names[3]])
    assert again[0] == names[3]
    assert folder.open("0123abcd") is None
    folder.write("0123abce", wanted, is_cached=False).close()
    folder.sweep({"0123abcd"})
    assert list((tmp_path / "spool").iterdir()) == []
