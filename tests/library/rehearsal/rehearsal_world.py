"""Servers, requests and a clock turned by hand, for the tests of the rehearsal."""

import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import anthropic

from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour, changed

MODEL = "claude-haiku-5-5"
HEADERS = {"authorization": "Bearer rehearsal", "anthropic-version": "2026-10-21", "content-type": "application/json"}


class HandClock:
    def __init__(self):
        self.now = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def __call__(self):
        return self.now

    def turn(self, seconds):
        self.now += timedelta(seconds=seconds)


class World:
    def __init__(self, state_dir, clock):
        self.state_dir, self.clock, self.servers = state_dir, clock, []

    def server(self, **settings):
        behaviour = changed(Behaviour(), settings)
        self.servers.append(RehearsalServer(behaviour, self.state_dir, self.clock).start())
        return self.servers[-1]

    def close(self):
        for server in self.servers:
            server.stop()


def choice_of(*options):
    return {"type": "string", "enum": list(options)}


def form(**properties):
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def pick_form():
    pick = form(option=choice_of(*map(str, range(1, 21))), weight=choice_of("1", "2", "3", "4"))
    return form(evidence={"type": "string"}, picks={"type": "array", "items": pick})


SMALL_FORM = form(
    request={"type": "string"},
    is_occupational=choice_of("yes", "no"),
    human_only_time={"type": "number"},
)


def transcript(fence_id, text="[user 1]\nhello"):
    return f'<transcript id="{fence_id}">\n{text}\n</transcript id="{fence_id}">\nFill in the form.'


def fence(number):
    return f"{number:012x}"


def body_of(user=None, schema=SMALL_FORM, **changes):
    """A request body; a change to None takes the field away."""
    body = {
        "model": MODEL,
        "max_tokens": 1024,
        "thinking": {"type": "disabled"},
        "system": [{"type": "text", "text": "Rules of ours."}],
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": schema}},
        "messages": [{"role": "user", "content": transcript(fence(1)) if user is None else user}],
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


class Reply:
    def __init__(self, response):
        self.status, self.headers, self.raw = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def answer(self):
        return json.loads(next(block["text"] for block in self.json["content"] if block["type"] == "text"))


def call(server, method, path, body=None, headers=None):
    """One request on a connection of its own, written without spaces, as our own client writes."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        raw = body if isinstance(body, bytes | None) else json.dumps(body, separators=(",", ":")).encode()
        connection.request(method, path, raw, HEADERS | (headers or {}))
        return Reply(connection.getresponse())
    finally:
        connection.close()


def post(server, body, headers=None):
    return call(server, "POST", "/v1/messages", body, headers)


def sdk(server):
    return anthropic.Anthropic(base_url=server.url, api_key="rehearsal", max_retries=0)


def eventually(look, until):
    """What `look` gives once `until` holds of it; the server's own loop gets it there."""
    for _ in range(2000):
        if until(found := look()):
            return found
        time.sleep(0.005)
    raise AssertionError("it never came to that")
