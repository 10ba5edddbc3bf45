"""Rate limits with their headers, and the prompt cache, on a clock turned by hand."""

import asyncio

import pytest
from rehearsal_world import body_of, fence, post, sdk, transcript

HOUR = {"type": "ephemeral", "ttl": "1h"}
FIVE_MINUTES = {"type": "ephemeral"}
LONG = "Rules that are the same for everybody. " * 60


def usage_of(server, number, mark=HOUR, system=LONG, **changes):
    block = {"type": "text", "text": system} | ({"cache_control": mark} if mark else {})
    reply = post(server, body_of(transcript(fence(number)), system=[block], **changes))
    assert reply.status == 200, reply.raw
    return reply.json["usage"]


def cached(usage):
    return usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]


def test_the_first_request_writes_and_later_ones_read(world):
    server = world.server()
    first, second = usage_of(server, 1), usage_of(server, 2)
    written, read = cached(first)
    assert written > 512
    assert read == 0
    assert cached(second) == (0, written)
    assert first["cache_creation"] == {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written}
    assert first["input_tokens"] == second["input_tokens"] < 100
    plain = usage_of(server, 1, mark=None)
    assert plain["input_tokens"] == first["input_tokens"] + written


def test_an_entry_lives_as_long_as_it_was_marked_for_from_its_last_use(world, clock):
    server = world.server()
    usage_of(server, 1, FIVE_MINUTES)
    clock.turn(200)
    assert cached(usage_of(server, 2, FIVE_MINUTES))[1] > 0
    clock.turn(200)
    assert cached(usage_of(server, 3, FIVE_MINUTES))[1] > 0
    clock.turn(301)
    assert cached(usage_of(server, 4, FIVE_MINUTES))[1] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"system": LONG + "."},
        {"thinking": None},
        {"output_config": {"effort": "medium"}},
        {"model": "claude-opus-5", "thinking": None, "output_config": {"effort": "low"}},
    ],
)
def test_another_prefix_format_effort_thinking_or_model_is_another_entry(world, change):
    server = world.server()
    usage_of(server, 1)
    assert cached(usage_of(server, 1, **change))[1] == 0


def test_below_a_models_minimum_nothing_is_cached_and_nothing_says_so(world):
    server = world.server()
    old = {"model": "claude-haiku-4-5", "thinking": None, "output_config": {}}
    assert cached(usage_of(server, 1, **old)) == (0, 0)
    server.control(cache_minimum={"claude-haiku-4-5": 100})
    assert cached(usage_of(server, 1, **old))[0] > 0


def test_two_breakpoints_read_what_they_share(world):
    server = world.server()

    def blocks(second):
        texts = (LONG, second)
        return [{"type": "text", "text": text, "cache_control": HOUR} for text in texts]

    one = post(server, body_of(system=blocks("One set. " * 80))).json["usage"]
    other = post(server, body_of(system=blocks("Another set. " * 80))).json["usage"]
    again = post(server, body_of(system=blocks("One set. " * 80))).json["usage"]
    assert 0 < other["cache_read_input_tokens"] < one["cache_creation_input_tokens"]
    assert cached(again) == (0, one["cache_creation_input_tokens"])


def test_a_lifetime_of_each_breakpoint_is_billed_as_it_is_marked(world):
    server = world.server()
    marks = [(LONG, HOUR), ("A set of its own. " * 80, FIVE_MINUTES)]
    system = [{"type": "text", "text": text, "cache_control": mark} for text, mark in marks]
    first, again = (post(server, body_of(system=system)).json["usage"] for _ in range(2))
    assert all(first["cache_creation"].values())
    assert again["cache_read_input_tokens"] == first["cache_creation_input_tokens"]
    assert not any(again["cache_creation"].values())


def test_of_parallel_first_requests_all_write(world):
    server = world.server(latency=1.0)

    async def at_once():
        return await asyncio.gather(*(asyncio.to_thread(usage_of, server, number) for number in range(4)))

    assert all(cached(usage)[0] > 0 for usage in asyncio.run(at_once()))
    server.control(latency=0.0)
    assert cached(usage_of(server, 9))[1] > 0


def test_the_cache_can_be_switched_off(world):
    server = world.server(cache=False)
    assert [cached(usage_of(server, 1)) for _ in range(2)] == [(0, 0), (0, 0)]


def test_requests_a_minute_are_a_bucket_that_fills(world, clock):
    server = world.server(rpm=60.0, burst_seconds=2.0)
    assert [post(server, body_of()).status for _ in range(3)] == [200, 200, 429]
    limited = post(server, body_of())
    assert limited.json["error"]["type"] == "rate_limit_error"
    assert limited.headers["retry-after"] == "1"
    clock.turn(1)
    allowed = post(server, body_of())
    assert allowed.status == 200
    assert allowed.headers["anthropic-ratelimit-requests-limit"] == "60"
    assert allowed.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert allowed.headers["anthropic-ratelimit-requests-reset"] == "2026-11-23T10:00:03Z"
    assert post(server, body_of(model="claude-opus-5", thinking=None)).status == 200


def test_what_the_limit_held_back_was_no_try_and_is_not_billed(world):
    server = world.server(rpm=1.0)
    for _ in range(3):
        post(server, body_of())
    (seen,) = server.stats(detail=True)["by_identity"].values()
    assert seen == {"arrivals": 3, "tries": 1, "made": 1, "completed": 1}
    assert server.stats()["by_status"] == {"200": 1, "429": 2}


def test_input_tokens_are_limited_but_for_what_the_cache_gives(world, clock):
    server = world.server(itpm=6000.0)
    first = usage_of(server, 1)
    cost = first["input_tokens"]
    assert first["cache_creation_input_tokens"] + cost > 600
    reads = [usage_of(server, number) for number in range(2, 12)]
    assert all(cached(usage)[0] == 0 for usage in reads)
    headers = post(server, body_of(transcript(fence(99)))).headers
    assert headers["anthropic-ratelimit-input-tokens-limit"] == "6000"
    assert int(headers["anthropic-ratelimit-input-tokens-remaining"]) % 1000 == 0
    assert headers["anthropic-ratelimit-tokens-limit"] == "6000"
    statuses = {post(server, body_of("word " * 3000)).status for _ in range(3)}
    assert 429 in statuses
    clock.turn(60)
    assert post(server, body_of("word " * 3000)).status == 200


def test_output_tokens_are_limited_once_they_are_spent(world):
    server = world.server(otpm=10.0)
    assert [post(server, body_of()).status for _ in range(2)] == [200, 429]


def test_new_limits_begin_with_full_buckets(world):
    server = world.server(rpm=1.0)
    post(server, body_of())
    assert post(server, body_of()).status == 429
    server.control(rpm=0.0)
    reply = post(server, body_of())
    assert reply.status == 200
    assert not [name for name in reply.headers if name.lower().startswith("anthropic-ratelimit")]


def test_the_sdk_sees_when_to_come_again(world):
    import anthropic

    server = world.server(rpm=2.0, burst_seconds=1.0)
    sdk(server).messages.create(**body_of())
    with pytest.raises(anthropic.RateLimitError) as raised:
        sdk(server).messages.create(**body_of())
    assert raised.value.response.headers["retry-after"] == "30"
