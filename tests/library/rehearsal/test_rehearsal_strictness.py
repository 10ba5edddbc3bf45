"""What the API rejects is rejected, whatever is sent breaks nothing, and no message repeats what was sent."""

import pytest
from rehearsal_world import HEADERS, SMALL_FORM, HandClock, World, body_of, call, choice_of, form, post


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    worlds = World(tmp_path_factory.mktemp("strict"), HandClock())
    yield worlds.server()
    worlds.close()


def with_schema(**changes):
    return {"output_config": {"format": {"type": "json_schema", "schema": SMALL_FORM | changes}}}


def property_schema(node):
    return with_schema(properties={"x": node}, required=["x"])


def marked(count, ttl="5m"):
    mark = {"type": "ephemeral", "ttl": ttl}
    return [{"type": "text", "text": f"part {number}", "cache_control": mark} for number in range(count)]


def user(content, role="user"):
    return {"role": role, "content": content}


RECURSIVE = form(next={"$ref": "#/$defs/node"}) | {"$defs": {"node": form(next={"$ref": "#/$defs/node"})}}

REJECTED = {
    "temperature": {"temperature": 1.0},
    "top_p": {"top_p": 0.9},
    "an unknown field": {"seed": 1},
    "no max_tokens": {"max_tokens": None},
    "max_tokens 0 with a format": {"max_tokens": 0},
    "max_tokens beyond the model": {"max_tokens": 200_000},
    "no messages": {"messages": []},
    "prefill": {"messages": [user("a"), user("{", "assistant")]},
    "assistant first": {"messages": [user("a", "assistant"), user("b")]},
    "a system role": {"messages": [user("a", "system"), user("b")]},
    "empty content": {"messages": [user("")]},
    "an empty block": {"messages": [user([{"type": "text", "text": " "}])]},
    "thinking disabled for sonnet": {"model": "claude-sonnet-5-5"},
    "between_tools for haiku": {"thinking": {"type": "between_tools"}},
    "a thinking budget": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    "effort for haiku 4.5": {"model": "claude-haiku-4-5", "thinking": None},
    "thinking off at high effort": {"output_config": {"effort": "max"}},
    "forced tools": {"model": "claude-opus-5-5", "thinking": None, "tool_choice": {"type": "any"}, "tools": [{"a": 1}]},
    "five breakpoints": {"system": marked(5)},
    "four and one in a message": {"system": marked(4), "messages": [user(marked(1))]},
    "1h after 5m": {"system": marked(1) + marked(1, "1h")},
    "a lifetime of two hours": {"system": marked(1, "2h")},
    "a mark that is none": {"system": [{"type": "text", "text": "a", "cache_control": "yes"}]},
    "stream": {"stream": True},
    "output_format": {"output_format": {}},
    "a format of another type": {"output_config": {"format": {"type": "text"}}},
    "an open object": with_schema(additionalProperties=True),
    "an object that does not say": {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
    "an open object inside": property_schema({"type": "array", "items": {"type": "object", "properties": {}}}),
    "minimum": property_schema({"type": "number", "minimum": 0}),
    "maxLength": property_schema({"type": "string", "maxLength": 9}),
    "maxItems": property_schema({"type": "array", "items": {"type": "string"}, "maxItems": 3}),
    "minItems 2": property_schema({"type": "array", "items": {"type": "string"}, "minItems": 2}),
    "oneOf": property_schema({"oneOf": [{"type": "string"}]}),
    "a foreign reference": property_schema({"$ref": "https://example.org/schema"}),
    "recursion": {"output_config": {"format": {"type": "json_schema", "schema": RECURSIVE}}},
    "a large grammar": property_schema(choice_of(*map(str, range(501)))),
    "25 optional fields": with_schema(properties={f"f{n}": {"type": "string"} for n in range(25)}, required=[]),
    "17 unions": with_schema(
        properties={f"f{n}": {"anyOf": [{"type": "string"}, {"type": "null"}]} for n in range(17)},
        required=[f"f{n}" for n in range(17)],
    ),
    "properties that are a list": with_schema(properties=[]),
    "system that is a number": {"system": 5},
    "output_config that is a list": {"output_config": []},
    "tools that are words": {"tools": ["a"]},
    "a model that is a number": {"model": 5},
}


@pytest.mark.parametrize("name", REJECTED)
def test_is_rejected(server, name):
    secret = "a-word-of-the-conversation"
    body = body_of(**REJECTED[name])
    body.setdefault("metadata", {"user_id": secret})
    reply = post(server, body)
    assert reply.status == 400, reply.raw
    assert reply.json["error"]["type"] == "invalid_request_error"
    assert reply.json["request_id"] == reply.headers["request-id"]
    assert secret.encode() not in reply.raw
    assert server.stats()["identities"] == 0


ACCEPTED = {
    "as it is": {},
    "a system text": {"system": "Rules."},
    "no system": {"system": None},
    "no format": {"output_config": {"effort": "low"}},
    "no format, nothing to say": {"output_config": None},
    "four breakpoints": {"system": marked(2, "1h") + marked(2)},
    "sonnet with between_tools": {"model": "claude-sonnet-5-5", "thinking": {"type": "between_tools"}},
    "opus that thinks": {"model": "claude-opus-5-5", "thinking": None},
    "haiku 4.5 by its date": {
        "model": "claude-haiku-4-5-20251001",
        "thinking": None,
        "output_config": {"format": {"type": "json_schema", "schema": SMALL_FORM}},
    },
    "blocks as content": {"messages": [user([{"type": "text", "text": "hello"}])]},
    "a conversation": {"messages": [user("a"), user("b", "assistant"), user("c")]},
    "metadata": {"metadata": {}},
    "a definition used twice": {
        "output_config": {
            "format": {
                "type": "json_schema",
                "schema": form(a={"$ref": "#/$defs/d"}, b={"$ref": "#/$defs/d"})
                | {"$defs": {"d": choice_of("x", "y")}},
            }
        }
    },
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_is_accepted(world, name):
    reply = post(world.server(), body_of(**ACCEPTED[name]))
    assert reply.status == 200, reply.raw
    assert reply.json["stop_reason"] == "end_turn"


def test_a_key_and_a_version_are_wanted(server):
    assert post(server, body_of(), {"authorization": "rehearsal"}).status == 401
    address = dict(HEADERS)
    del address["anthropic-version"]
    import http.client
    from urllib.parse import urlsplit

    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.request("POST", "/v1/messages", b"{}", address)
    assert connection.getresponse().status == 400
    connection.close()


def test_an_unknown_model_is_not_found_and_a_lenient_server_does_not_mind(world):
    strange = body_of(model="claude-of-nowhere", temperature=1, thinking=None)
    assert post(world.server(), strange).status == 404
    assert post(world.server(strict=False), strange).status == 200


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"model": 1}', b"\xff\xfe", b'"text"'])
def test_what_is_no_request_is_a_400(server, raw):
    reply = post(server, raw)
    assert reply.status == 400
    assert reply.json["type"] == "error"


@pytest.mark.parametrize(
    "change",
    [
        {"system": marked(1, "2h")},
        {"output_config": {"format": {"type": "json_schema", "schema": {"properties": {"a": {"enum": []}}}}}},
        {"output_config": {"format": {"schema": 5}}},
        {"messages": [user([{"type": "image", "source": {}}])]},
        {"max_tokens": "many"},
    ],
)
def test_a_lenient_server_answers_whatever_has_the_shape_of_a_request(world, change):
    assert post(world.server(strict=False), body_of(**change)).status == 200


def test_the_shared_beginning_of_requests_hides_no_fault_of_a_later_one(server):
    assert post(server, body_of("a usual message")).status == 200
    assert post(server, body_of("another")).status == 200
    assert post(server, body_of("")).status == 400
    import json

    raw = json.dumps(body_of("x"), separators=(",", ":")).encode()
    assert post(server, raw).status == 200
    assert post(server, raw.replace(b'"x"}]}', b'"x",}]}')).status == 400
    assert post(server, raw.replace(b'"x"}]}', b'"x"},{"role":"assistant","content":"y"}]}')).status == 400
    assert post(server, raw.replace(b'"x"}]}', b'"x"}],"temperature":1}')).status == 400
    assert post(server, raw.replace(b'"x"}]}', b"7}]}")).status == 400
    assert post(server, raw.replace(b'"x"}]}', b'""}]}')).status == 400


def test_paths_and_methods_that_there_are_not(server):
    lost = call(server, "GET", "/v1/nothing")
    assert (lost.status, lost.json["error"]["type"]) == (404, "not_found_error")
    assert call(server, "DELETE", "/v1/messages").status == 405


def test_a_body_beyond_32_megabytes_is_too_large(server):
    reply = post(server, body_of("x" * (33 * 1024 * 1024)))
    assert (reply.status, reply.json["error"]["type"]) == (413, "request_too_large")
