"""The unmodified SDK against the server: nothing of the client is replaced."""

import asyncio
import json

import anthropic
import pytest
from rehearsal_world import MODEL, body_of, fence, sdk, transcript

from economic_index.rehearsal.truth import truth_of


def async_sdk(server):
    return anthropic.AsyncAnthropic(base_url=server.url, api_key="rehearsal", max_retries=0)


def test_messages_models_and_token_counts(world):
    server = world.server(seed=3)

    async def talk():
        async with async_sdk(server) as client:
            body = body_of(transcript(fence(7)))
            message = await client.messages.create(**body)
            count = await client.messages.count_tokens(**{k: v for k, v in body.items() if k != "max_tokens"})
            model = await client.models.retrieve(MODEL)
            with pytest.raises(anthropic.NotFoundError) as raised:
                await client.models.retrieve("claude-of-nowhere")
            return message, count, model, raised.value

    message, count, model, error = asyncio.run(talk())
    assert message.stop_reason == "end_turn"
    assert json.loads(message.content[0].text)["request"] == truth_of(3, fence(7)).label
    assert message.usage.input_tokens == count.input_tokens > 0
    assert model.capabilities.thinking.types.disabled.supported
    assert not model.capabilities.thinking.types.between_tools.supported
    assert model.capabilities.batch.supported
    assert model.lifecycle == "active"
    assert error.type == "not_found_error"
    assert error.request_id


def test_the_life_of_a_batch(world, clock):
    server = world.server(batch={"end_delay": 60})
    requests = [{"custom_id": f"mine-{n}", "params": body_of(transcript(fence(n)))} for n in range(3)]

    async def ended(client, batch_id):
        while (batch := await client.messages.batches.retrieve(batch_id)).processing_status != "ended":
            await asyncio.sleep(0.01)
        return batch

    async def live():
        async with async_sdk(server) as client:
            batches = client.messages.batches
            made = await batches.create(requests=requests)
            other = await batches.create(requests=requests[:1])
            assert made.request_counts.processing == 3
            assert [batch.id async for batch in batches.list(limit=1)] == [other.id, made.id]
            with pytest.raises(anthropic.AnthropicError):
                await batches.results(made.id)
            stopped = await batches.cancel(other.id)
            assert stopped.cancel_initiated_at is not None
            await ended(client, other.id)
            clock.turn(61)
            done = await ended(client, made.id)
            results = [result async for result in await batches.results(made.id)]
            cancelled = [result async for result in await batches.results(other.id)]
            gone = await batches.delete(made.id)
            with pytest.raises(anthropic.NotFoundError):
                await batches.retrieve(made.id)
            return done, results, cancelled, gone

    done, results, cancelled, gone = asyncio.run(live())
    assert done.request_counts.succeeded == 3
    assert done.request_counts.processing == 0
    assert {result.custom_id for result in results} == {"mine-0", "mine-1", "mine-2"}
    for result in results:
        said = json.loads(result.result.message.content[0].text)
        assert said["request"] == truth_of(0, fence(int(result.custom_id[-1]))).label
        assert result.result.message.usage.service_tier == "batch"
    assert [result.result.type for result in cancelled] == ["canceled"]
    assert gone.type == "message_batch_deleted"


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("http_400", anthropic.BadRequestError, None),
        ("http_401", anthropic.AuthenticationError, None),
        ("http_402", anthropic.PaymentRequiredError, None),
        ("http_403", anthropic.PermissionDeniedError, None),
        ("http_404", anthropic.NotFoundError, None),
        ("http_409", anthropic.ConflictError, None),
        ("http_413", anthropic.ContentTooLargeError, None),
        ("http_429", anthropic.RateLimitError, None),
        ("spend_limit", anthropic.RateLimitError, "enforced_spend_limit_reached"),
        ("ramp_limit", anthropic.RateLimitError, "ramp_limit_exceeded"),
        ("http_500", anthropic.InternalServerError, None),
        ("http_529", anthropic.OverloadedError, None),
        ("drop_before", anthropic.APIConnectionError, None),
        ("drop_after", anthropic.APIConnectionError, None),
        ("short_body", anthropic.APIConnectionError, None),
        ("cut_json", json.JSONDecodeError, None),
        ("empty_body", json.JSONDecodeError, None),
    ],
)
def test_a_fault_is_what_the_sdk_makes_of_it(shared, fault, error, code):
    shared.control(script=[fault])
    with pytest.raises(error) as raised:
        sdk(shared).messages.create(**body_of())
    if isinstance(raised.value, anthropic.APIStatusError):
        assert raised.value.error_code == code
        assert raised.value.request_id
        says_when = fault in {"http_429", "ramp_limit"}
        assert ("retry-after" in raised.value.response.headers) == says_when


def test_a_page_of_a_gateway_comes_as_text(shared):
    shared.control(script=["html"])
    assert "<!doctype html>" in sdk(shared).messages.create(**body_of())


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    from rehearsal_world import HandClock, World

    worlds = World(tmp_path_factory.mktemp("shared"), HandClock())
    yield worlds.server()
    worlds.close()
