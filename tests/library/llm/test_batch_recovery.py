"""A batch is never paid twice: lost replies, strangers of the same size, and a server that forgets for a while."""

import asyncio
import json
from datetime import timedelta

import anthropic
import pytest
from batch_runs import KEY, Home, batches_on, requests

from economic_index.llm.batches import pending_keys
from economic_index.llm.judging import RunStopped
from economic_index.llm.run_state import RunState
from economic_index.vocabulary import State


@pytest.fixture
def on_server(tmp_path):
    return lambda: batches_on(tmp_path / "played")


def stranger(played, count):
    """A batch of somebody else's who shares the account."""
    client = anthropic.Anthropic(base_url=played.url, api_key=KEY, max_retries=0)
    bodies = [json.loads(request.body) for request in requests(range(1000, 1000 + count))]
    made = [{"custom_id": f"theirs-{number}", "params": body} for number, body in enumerate(bodies)]
    return client.messages.batches.create(requests=made).id


def claimed(home, numbers):
    wanted = requests(numbers)
    return len(pending_keys(home.store, [each.key for each in wanted])) == len(wanted)


def leave_unknown(home, numbers):
    """A run that ends before it looks at the server again."""
    count = len(home.states()) + 1
    is_left = lambda: len(home.states()) == count and home.states()[-1] == "unknown"  # noqa: E731
    home.run(requests(numbers), first_poll=1000, lease_seconds=10_000, stop_when=is_left)


def test_a_batch_whose_reply_was_lost_is_found_by_its_size(home, played):
    played.control(batch={"drop_create_replies": 1})
    state = home.run(requests(range(20)))
    assert state.ended == {State.ANSWERED: 20}
    assert state.faults["batch_adopted"] == 1
    assert home.states() == ["collected"]
    assert played.stats()["batches"]["created"] == 1
    assert played.stats()["arrivals"] == 20


def test_a_batch_that_never_arrived_is_claimed_until_it_is_lost_then_sent_again(home, played, clock):
    played.control(batch={"drop_before_create": 1})
    home.run(requests(range(20)), stop_when=lambda: home.states() == ["unknown"])
    assert claimed(home, range(20))
    clock.turn(minutes=14)
    home.run([])
    assert home.states() == ["unknown"]
    clock.turn(minutes=2)
    home.run([])
    assert home.states() == ["lost"]
    assert not claimed(home, range(20))
    assert home.spooled == []
    assert home.run(requests(range(20))).ended == {State.ANSWERED: 20}
    assert [row.n for row in home.batches()] == [20, 19, 1]  # twenty is the size of another batch of these two days
    assert played.stats()["arrivals"] == 20


def test_what_was_lost_is_sent_again_within_the_same_run(home, played):
    played.control(batch={"drop_before_create": 1})
    state = home.run(requests(range(20)), turning={"minutes": 1})
    assert state.ended == {State.ANSWERED: 20}
    assert state.faults["batch_lost"] == 1
    assert {row.n for row in home.attempts()} == {1}  # it was not tried


def test_a_network_that_swallows_every_batch_stops_the_run(home, played):
    played.control(batch={"drop_before_create": 9})
    with pytest.raises(RunStopped, match="in a row"):
        home.run(requests(range(20)), turning={"minutes": 2})


def test_of_two_candidates_the_results_tell_which_is_ours(home, played):
    theirs = stranger(played, 20)
    played.control(batch={"drop_create_replies": 1})
    state = home.run(requests(range(20)))
    assert state.ended == {State.ANSWERED: 20}
    assert played.stats()["batches"]["created"] == 2
    assert home.batches()[0].batch_id != theirs
    assert played.stats()["batches"]["deleted"] == 1  # ours


def test_a_stranger_that_was_taken_for_ours_is_put_back(home, played, on_server):
    theirs = stranger(played, 20)
    played.control(batch={"drop_before_create": 1})
    state = home.run(requests(range(20)), turning={"minutes": 1})
    assert state.ended == {State.ANSWERED: 20}
    assert home.states() == ["lost", "collected", "collected"]
    assert theirs not in {row.batch_id for row in home.batches()}
    assert on_server() == 1  # theirs is still there
    assert len(home.attempts()) == 20


def test_two_unknown_batches_of_one_size_are_told_apart_by_their_results(home, played):
    for number in (1, 2):
        played.control(batch={"drop_create_replies": 1, "end_delay": 300})
        leave_unknown(home, [number])
    assert [row.n for row in home.batches()] == [1, 1]
    assert home.run(requests([1, 2]), turning={"minutes": 1}).ended == {State.ANSWERED: 2}
    assert played.stats()["arrivals"] == 2
    assert home.states() == ["collected", "collected"]


def test_of_two_unknown_batches_of_one_size_the_one_that_never_arrived_is_lost(home, played):
    for number, what in ((1, "drop_before_create"), (2, "drop_create_replies")):
        played.control(batch={what: 1, "end_delay": 1200})
        leave_unknown(home, [number])
    assert home.run(requests([1, 2]), turning={"minutes": 1}).ended == {State.ANSWERED: 2}
    assert home.states() == ["lost", "collected", "collected"]
    assert played.stats()["arrivals"] == 2


def test_a_batch_that_is_not_found_for_half_an_hour_is_lost(home, played, clock):
    played.control(batch={"not_found_seconds": 10**6})
    home.run(requests(range(5)), stop_when=lambda: home.states() == ["submitted"])
    home.run([])
    clock.turn(minutes=29)
    home.run([])
    assert home.states() == ["submitted"]
    clock.turn(minutes=2)
    home.run([])
    assert home.states() == ["lost"]


def test_results_that_are_not_found_for_half_an_hour_are_lost(home, played):
    played.control(batch={"results_not_found": 10**6})
    with pytest.raises(RunStopped, match="in a row"):
        home.run(requests(range(5)), turning={"minutes": 3})
    assert home.states()[0] == "lost"


def test_what_cannot_be_settled_in_a_day_is_released(home, played, clock):
    stranger(played, 5)
    played.control(batch={"drop_create_replies": 1, "results_not_found": 10**6})
    home.run(requests(range(5)), first_poll=1000, stop_when=lambda: home.states() == ["unknown"])
    clock.turn(hours=24)
    home.run([])
    assert home.states() == ["unknown"]
    assert claimed(home, range(5))
    clock.turn(hours=1)
    assert home.run([]).faults["batch_released"] == 1
    assert home.states() == ["released"]
    assert not claimed(home, range(5))


def test_batches_of_a_server_that_is_asked_no_longer_are_released_after_a_day(home, played, clock):
    played.control(batch={"end_delay": 10**6})
    home.run(requests(range(5)), stop_when=lambda: home.states() == ["submitted"])
    home.url = played.url + "/"  # the same place
    home.run([])
    assert home.states() == ["submitted"]
    home.url = played.url.replace("127.0.0.1", "localhost")
    home.run([])
    assert claimed(home, range(5))
    clock.turn(hours=26)
    home.run([])
    assert home.states() == ["released"]


def test_a_batch_whose_results_are_kept_no_longer_is_sent_again(home, played, clock):
    played.control(batch={"end_delay": 60})
    home.run(requests(range(5)), stop_when=lambda: home.states() == ["submitted"])
    clock.turn(days=30)
    state = home.run(requests(range(5)), turning={"minutes": 1})
    assert state.ended == {State.ANSWERED: 5}
    assert home.states() == ["lost", "collected"]


def test_two_processes_at_once_submit_each_request_once(home, played, clock):
    other = Home(home.url, home.folder, clock)
    wanted = requests(range(150))
    states = [RunState(total=150), RunState(total=150)]

    async def both():
        async with asyncio.timeout(30):
            await asyncio.gather(
                *(each.transport(state).run(wanted) for each, state in zip((home, other), states, strict=True))
            )

    asyncio.run(both())
    assert [state.ended for state in states] == [{State.ANSWERED: 150}] * 2
    assert played.stats()["arrivals"] == 150
    assert len(home.attempts()) == 150


def test_a_killed_owner_holds_others_up_for_as_long_as_its_lease(home, played, clock):
    dead = home.transport(None)._lease
    assert dead.take()
    late = clock() + timedelta(seconds=home.settings.lease_seconds)
    state = home.run(requests(range(3)), turning={"seconds": 2}, first_poll=0.005)
    assert state.ended == {State.ANSWERED: 3}
    assert home.batches()[0].intent_at >= late
