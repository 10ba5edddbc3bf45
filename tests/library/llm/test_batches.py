"""The batch transport against the rehearsal server: what goes out when, what is waited for, and what it costs."""

from datetime import date

import pytest
from batch_runs import WEEK, requests

from economic_index.llm.batch_store import BatchStore
from economic_index.llm.batches import open_batches, pending_keys
from economic_index.llm.client import Unusable
from economic_index.llm.judging import RunStopped
from economic_index.vocabulary import BatchState, State


def test_every_request_is_answered_once_at_the_price_of_a_batch(home, played):
    state = home.run(requests(range(120)))
    assert state.ended == {State.ANSWERED: 120}
    assert home.answered(range(120)) == set(range(120))
    stats = played.stats()
    assert stats["arrivals"] == stats["identities"] == 120
    rows = home.attempts()
    assert {(row.transport, row.outcome, row.n) for row in rows} == {("batch", "answered", 1)}
    assert {row.batch_intent for row in rows} == {row.intent_id for row in home.batches()}
    assert sum(row.usd_micro for row in rows) == home.store.spent_micro_usd() == state.usd_micro
    # haiku-5-5: 0.10 and 0.50 USD a million, half of it in a batch
    one = rows[0]
    assert one.usd_micro == round((one.uncached_tokens * 0.10 + one.output_tokens * 0.50) / 2) > 0


def test_batches_hold_so_many_requests_each_another_number_of_them(home):
    home.run(requests(range(120)))
    sizes = [row.n for row in home.batches()]
    assert sum(sizes) == 120
    assert max(sizes) <= 50
    assert len(set(sizes)) == len(sizes)


def test_batches_hold_so_many_bytes(home):
    size = len(requests([0])[0].body)
    home.run(requests(range(40)), most_bytes=10 * size)
    assert sum(row.n for row in home.batches()) == 40
    assert max(row.bytes for row in home.batches()) <= 10.5 * size
    assert len(home.batches()) >= 4


def test_a_second_run_sends_nothing(home, played):
    home.run(requests(range(20)))
    state = home.run(requests(range(20)))
    assert state.ended == {State.ANSWERED: 20}
    assert played.stats()["arrivals"] == 20


def test_a_full_queue_is_waited_out(home, played, clock):
    played.control(batch={"queue_limit": 60, "end_delay": 60})
    state = home.run(requests(range(120)), turning={"seconds": 5})
    assert state.ended == {State.ANSWERED: 120}
    assert "rejected" in home.states()
    assert played.stats()["batches"]["requests"] == 120
    assert state.faults["limited"] >= 1


def test_no_more_is_submitted_than_may_be_in_the_queue(home, played, clock):
    played.control(batch={"queue_limit": 60, "end_delay": 60})
    state = home.run(requests(range(120)), turning={"seconds": 5}, queue_limit=60)
    assert state.ended == {State.ANSWERED: 120}
    assert "rejected" not in home.states()


def test_a_budget_stops_the_run_and_a_larger_one_goes_on(home, played):
    wanted = requests(range(120))
    one = wanted[0].prefix_tokens + wanted[0].input_tokens
    home.budget = 30 * round((one * 0.10 + 1024 * 0.50) / 2)
    state = home.run(wanted)
    assert state.stopped == "budget"
    answered = home.answered(range(120))
    assert 30 < len(answered) == state.done < 120  # answers are shorter than they may be, so more than 30 go out
    assert home.store.spent_micro_usd() <= home.budget
    assert not home.spooled
    home.budget = None
    assert home.run(wanted).ended == {State.ANSWERED: 120}
    assert played.stats()["completed_again"] == 0


def test_a_budget_for_nothing_sends_nothing(home, played):
    home.budget = 10
    state = home.run(requests(range(3)))
    assert (state.stopped, state.done) == ("budget", 0)
    assert played.stats()["batches"] == {}


def test_bodies_are_on_disk_for_their_owner_alone_and_as_long_as_they_are_needed(home, played):
    played.control(batch={"end_delay": 1000})
    home.run(requests(range(5)), stop_when=lambda: home.states() == ["submitted"])
    (path,) = home.spool.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert home.spool.stat().st_mode & 0o077 == 0
    left = home.spool / "0123abcd.batch.json"
    left.write_bytes(b"what a process had written when it was killed")
    home.run([])
    assert list(home.spool.iterdir()) == [path]
    home.clock.turn(hours=1)
    home.collect()
    assert home.spooled == []


def test_a_stopped_run_leaves_its_batch_to_the_next_which_may_be_of_another_week(home, played):
    played.control(batch={"end_delay": 600})
    state = home.run(requests(range(10)), stop_when=lambda: home.states() == ["submitted"])
    assert (state.stopped, state.done) == ("by the test", 0)
    assert pending_keys(home.store, [each.key for each in requests(range(12))]) == {
        each.key for each in requests(range(10))
    }
    (shown,) = open_batches(home.store, home.clock())
    assert (shown.state, shown.n, shown.since_submission) == (BatchState.SUBMITTED, 10, 0.0)
    played.control(batch={"end_delay": 3600})  # its own batch ends well after the one that it finds
    state = home.run(requests(range(100, 105)), week=date(2026, 1, 12), run_id="later", turning={"minutes": 2})
    assert state.ended == {State.ANSWERED: 5}
    assert home.answered(range(10)) == set(range(10))
    weeks = {row.batch_intent: row.week_start for row in home.attempts()}
    assert list(map(weeks.get, (row.intent_id for row in home.batches()))) == [WEEK, date(2026, 1, 12)]
    assert open_batches(home.store, home.clock()) == []


def test_a_claimed_request_is_waited_for_and_not_sent(home, played):
    played.control(batch={"end_delay": 600})
    home.run(requests(range(10)), stop_when=lambda: home.states() == ["submitted"])
    state = home.run(requests(range(15)), turning={"minutes": 2})
    assert state.ended == {State.ANSWERED: 15}
    assert [row.n for row in home.batches()] == [10, 5]
    assert played.stats()["completed_again"] == 0


def test_what_comes_back_unanswered_from_an_earlier_process_is_sent_again_from_its_spool(home, played):
    played.control(batch={"end_delay": 600, "expired": 1.0})
    home.run(requests(range(10)), stop_when=lambda: home.states() == ["submitted"])
    state = home.run(requests(range(10)), turning={"minutes": 2}, tries=2)
    assert state.ended == {State.DEAD: 10}
    assert {row.n for row in home.attempts()} == {1, 2}


def test_without_its_spool_the_next_run_sends_it_again(home, played):
    played.control(batch={"end_delay": 600, "expired": 1.0})
    home.run(requests(range(10)), stop_when=lambda: home.states() == ["submitted"])
    for path in home.spool.iterdir():
        path.unlink()
    state = home.run(requests(range(10)), turning={"minutes": 2})
    assert state.done == 0
    assert state.stopped.startswith("10 requests")
    played.control(batch={"expired": 0.0})
    assert home.run(requests(range(10)), turning={"minutes": 2}).ended == {State.ANSWERED: 10}


def test_a_stop_may_cancel(home, played):
    played.control(batch={"end_delay": 600})
    home.run(requests(range(10)), stop_when=lambda: home.states() == ["submitted"], cancels_on_stop=True)
    state = home.run(requests(range(10)), turning={"minutes": 2})
    assert state.ended == {State.ANSWERED: 10}
    assert state.faults["batch_canceled"] == 10


@pytest.mark.parametrize("is_deleted", [True, False])
def test_what_is_collected_is_deleted_on_the_server_if_so_set(home, played, is_deleted):
    home.run(requests(range(60)), deletes_collected=is_deleted)
    assert played.stats()["batches"].get("deleted", 0) == (2 if is_deleted else 0)
    assert all((row.deleted_at is not None) == is_deleted for row in home.batches())


def test_a_server_of_the_other_kind_gets_nothing(home, played):
    home.is_rehearsal = False
    with pytest.raises(Unusable, match="OEI_ENGINE"):
        home.run(requests(range(3)))
    assert (home.states(), played.stats()["batches"]) == ([], {})


def test_a_run_that_nobody_lets_in_stops_before_anything_is_claimed(home, played):
    home.url += "/elsewhere"
    with pytest.raises(RunStopped, match="ANTHROPIC_BASE_URL"):
        home.run(requests(range(3)))
    assert home.states() == []


def test_a_batch_that_is_refused_claims_nothing(home, played):
    played.control(batch={"max_bytes": 1000})
    with pytest.raises(RunStopped, match="413"):
        home.run(requests(range(3)))
    assert home.states() == ["rejected"]
    assert home.spooled == []
    assert pending_keys(home.store, [each.key for each in requests(range(3))]) == set()


def test_requests_of_old_batches_are_forgotten_with_time(home, clock):
    home.run(requests(range(3)))
    (old,) = home.batches()
    clock.turn(days=3)
    home.run(requests(range(5)))
    batches = BatchStore(home.store, home.url)
    assert batches.items(old.intent_id) == {}
    assert len(home.batches()) == 2
