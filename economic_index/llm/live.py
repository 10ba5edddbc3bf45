"""The live transport: requests out of a generator, so many at once, each tried until it ends in exactly one state.

What a reply means stands in replies.py, what a fault means in faults.py, how fast to go in pace.py.
"""

import asyncio
import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from economic_index.llm.client import Endpoint, MessagesClient, Response, Unusable
from economic_index.llm.faults import Fault, FaultKind, fault_of
from economic_index.llm.pace import Pace, PauseTooLong
from economic_index.llm.prices import Prices, Usage
from economic_index.llm.records import Answer, Attempt, Outcome, Settled
from economic_index.llm.replies import Verdict, parse_message, verdict_of
from economic_index.llm.request import Request
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.llm.writer import StoreWriter
from economic_index.vocabulary import State, Transport

# Requests begun and not ended, as a multiple of those in flight: the rest waits for another try.
OPEN_PER_SLOT = 12


class RunStopped(Exception):
    """No request of this run can go through; the message says why and what to do."""


@dataclass(frozen=True)
class LiveSettings:
    """How the live transport behaves (llm: section 6)."""

    concurrency: int = 50
    deadline: float = 120.0
    least_deadline: float = 2.0
    tries: int = 6
    longest_wait: float = 60.0
    quiet_seconds: float = 90.0
    revivals: int = 3
    grace_seconds: float = 30.0
    breaker_in_a_row: int = 20


@dataclass(frozen=True)
class RunContext:
    """Which run this is: recorded on each try, never part of a request."""

    run_id: str
    week_start: date
    now: Callable[[], datetime]


@dataclass
class _Open:
    """A request that has not ended: how often it was tried, and which second chances it has used."""

    request: Request
    tries: int = 0
    was_unparsable: bool = False
    was_truncated: bool = False


class LiveTransport:
    """One run over one model; used once."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: AnswerStore,
        prices: Prices,
        budget: Budget,
        pace: Pace,
        context: RunContext,
        state: RunState,
        settings: LiveSettings | None = None,
    ) -> None:
        self._endpoint, self._store, self._prices = endpoint, store, prices
        self._budget, self._pace, self._context, self.state = budget, pace, context, state
        self._settings = settings or LiveSettings()
        self._queue: asyncio.Queue[_Open | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(self._settings.concurrency * OPEN_PER_SLOT)
        self._open = 0
        self._all_ended = asyncio.Event()
        self._gates: dict[str, asyncio.Event] = {}
        self._latencies: deque[float] = deque(maxlen=200)
        self._deadline = self._settings.deadline
        self._invalid_in_a_row = 0
        self._last_end = time.monotonic()
        self._in_flight = 0
        self._fatal: BaseException | None = None
        self._rng = random.Random()

    async def run(self, requests: Iterable[Request], on_tick: Callable[[RunState], None] | None = None) -> RunState:
        """Send everything; returns when each request has ended, or the run was stopped.

        Raises RunStopped if no request can go through, and whatever the store raises.
        """
        self._client = MessagesClient(self._endpoint, self._settings.concurrency + 8)
        async with StoreWriter(self._store) as self._writer:
            workers = [asyncio.create_task(self._work()) for _ in range(self._settings.concurrency)]
            others = [asyncio.create_task(self._watch(workers)), asyncio.create_task(self._tick(on_tick))]
            try:
                await self._feed(iter(requests))
                await self._wait_for_the_rest()
            finally:
                for task in [*workers, *others]:
                    task.cancel()
                await asyncio.gather(*workers, *others, return_exceptions=True)
                await self._client.close()
        if self._fatal is not None:
            raise self._fatal
        return self.state

    def stop(self, why: str) -> None:
        """Begin no new request; what is in flight ends, and is kept."""
        self.state.stopped = self.state.stopped or why
        self._all_ended.set()

    async def _feed(self, requests: Iterator[Request]) -> None:
        for request in requests:
            await self._room.acquire()
            if self.state.stopped or self._fatal:
                return
            self._open += 1
            self._all_ended.clear()
            self._queue.put_nowait(_Open(request))

    async def _wait_for_the_rest(self) -> None:
        while self._open and not (self.state.stopped or self._fatal):
            self._all_ended.clear()
            await self._all_ended.wait()
        until = time.monotonic() + self._settings.grace_seconds
        while self._in_flight and time.monotonic() < until:
            await asyncio.sleep(0.01)

    async def _work(self) -> None:
        while True:
            item = await self._queue.get()
            if item is None or self.state.stopped or self._fatal:
                continue
            self._in_flight += 1
            try:
                await self._try(item)
            except asyncio.CancelledError:
                if not self._is_reviving:
                    raise
                self._again(item, 0.0)
            except BaseException as error:
                self._fatal = self._fatal or error
                self._all_ended.set()
            finally:
                self._in_flight -= 1

    _is_reviving = False

    async def _try(self, item: _Open) -> None:
        request = item.request
        await self._through_gate(request)
        price = self._prices.of(request.subject.model, self._context.now().date(), _size(request))
        output = self._budget.output_tokens(request.max_tokens)
        reserved = price.micro_usd(_worst(request, output), is_batch=False)
        if not self._budget.reserve(reserved):
            self._gates[request.prefix].set()
            self.stop("budget")
            return
        await self._pace.take(request.input_tokens, output)
        item.tries += 1
        self.state.tries += 1
        started, clock = self._context.now(), time.monotonic()
        spent, usage = 0, None
        try:
            response = await self._client.send(request.body, self._deadline, request.draw)
            verdict = verdict_of(parse_message(response.body), request.subject)
            usage, spent = verdict.usage, price.micro_usd(verdict.usage, is_batch=False)
        except (Unusable, asyncio.CancelledError):
            raise
        except Exception as error:
            ended = self._failed(item, _fault(error), started, clock)
        else:
            self._learn(request, response, usage, output, time.monotonic() - clock)
            ended = self._judged(item, verdict, spent, response, started, clock)
        finally:
            self._budget.settle(reserved, spent, usage.output if usage else None)
            self._gates[request.prefix].set()
        await self._writer.put(ended)
        if ended.end is not None:
            self._end(ended.end)

    async def _through_gate(self, request: Request) -> None:
        """Of many first requests with one prefix each would pay for writing it: one goes first."""
        gate = self._gates.get(request.prefix)
        if gate is None:
            self._gates[request.prefix] = asyncio.Event()
            if not request.prefix_tokens:
                self._gates[request.prefix].set()
        else:
            await gate.wait()

    def _learn(self, request: Request, response: Response, usage: Usage, output: int, seconds: float) -> None:
        self._pace.learn(response.headers)
        self._pace.correct(request.input_tokens - usage.uncached - usage.written_5m, output - usage.output)
        self.state.add_usage(usage, 0)
        self._latencies.append(seconds)
        if len(self._latencies) >= 50 and self.state.tries % 50 == 0:
            usual = 20 * statistics.median(self._latencies)
            self._deadline = min(self._settings.deadline, max(self._settings.least_deadline, usual))

    # what came of a try

    def _judged(
        self, item: _Open, verdict: Verdict, spent: int, response: Response, started: datetime, clock: float
    ) -> Settled:
        request, now = item.request, self._context.now()
        self.state.usd_micro += spent
        self._invalid_in_a_row = 0
        request_id = response.headers.get("request-id")
        end: Answer | Outcome | None
        if verdict.state is State.ANSWERED:
            end = Answer(
                request.key, request.subject, verdict.served_model, verdict.text, verdict.is_repaired, request_id, now
            )
        elif self._may_ask_again(item, verdict.state):
            end = None
        else:
            end = Outcome(
                request.key, request.subject, verdict.state, verdict.reason, verdict.category, item.tries, now
            )
        attempt = self._attempt(item, started, clock, verdict.state.value if end else f"{verdict.state.value}, again")
        attempt = replace(
            attempt,
            usage=verdict.usage,
            usd_micro=spent,
            http_status=200,
            request_id=request_id,
            service_tier=verdict.service_tier,
        )
        return Settled(attempt, end)

    def _may_ask_again(self, item: _Open, state: State) -> bool:
        """Unparsable: once more, it is a new draw. Truncated: once, with room for twice as much."""
        if state is State.UNPARSABLE and not item.was_unparsable:
            item.was_unparsable = True
        elif state is State.TRUNCATED and not item.was_truncated:
            item.was_truncated = True
            item.request = item.request.doubled()
        else:
            return False
        self._again(item, 0.0)
        return True

    def _failed(self, item: _Open, fault: Fault, started: datetime, clock: float) -> Settled:
        self.state.faults[fault.kind] += 1
        end = self._after_fault(item, fault)
        attempt = self._attempt(item, started, clock, fault.kind)
        attempt = replace(
            attempt,
            http_status=fault.status,
            error_type=fault.error_type,
            error_code=fault.error_code,
            request_id=fault.request_id,
        )
        return Settled(attempt, end)

    def _after_fault(self, item: _Open, fault: Fault) -> Outcome | None:
        """Try again later, end this request, or stop the run."""
        if fault.kind is FaultKind.LIMITED:
            item.tries -= 1
            self._limit(fault)
            self._again(item, 0.0)
            return None
        if fault.kind is FaultKind.SPEND_LIMIT:
            returns = f" Access returns {fault.access_returns}." if fault.access_returns else ""
            self.stop(f"spend limit ({fault.error_code or 'set by the account'}).{returns}")
            return None
        if fault.kind is FaultKind.FATAL:
            self._fatal = self._fatal or RunStopped(_fatal_text(fault))
            self._all_ended.set()
            return None
        if fault.kind is FaultKind.INVALID:
            self._count_invalid(fault)
        else:
            if fault.kind is FaultKind.OVERLOADED:
                self._pace.overloaded()
            if item.tries < self._settings.tries:
                wait = min(self._settings.longest_wait, 2.0**item.tries) * self._rng.uniform(0.5, 1.0)
                self._again(item, max(wait, min(fault.retry_after or 0.0, self._settings.longest_wait)))
                return None
        return Outcome(
            item.request.key, item.request.subject, State.DEAD, fault.reason, None, item.tries, self._context.now()
        )

    def _limit(self, fault: Fault) -> None:
        try:
            self._pace.limited(fault.retry_after)
        except PauseTooLong as error:
            self.stop(str(error))

    def _count_invalid(self, fault: Fault) -> None:
        """Many requests that the server calls wrong: it is the request, not the conversation."""
        self._invalid_in_a_row += 1
        early = self.state.tries <= 200 and self.state.faults[FaultKind.INVALID] > 10
        if self._invalid_in_a_row >= self._settings.breaker_in_a_row or early:
            self._fatal = self._fatal or RunStopped(
                f"The server refuses our requests as wrong ({fault.reason}). Check OEI_MODEL and ANTHROPIC_BASE_URL; "
                "what was answered is kept."
            )
            self._all_ended.set()

    def _attempt(self, item: _Open, started: datetime, clock: float, outcome: str) -> Attempt:
        return Attempt(
            key=item.request.key,
            subject=item.request.subject,
            run_id=self._context.run_id,
            week_start=self._context.week_start,
            transport=Transport.LIVE,
            draw=item.request.draw,
            n=max(item.tries, 1),
            started_at=started,
            ms=round((time.monotonic() - clock) * 1000),
            outcome=outcome[:24],
            usage=Usage(),
            usd_micro=0,
        )

    def _again(self, item: _Open, wait: float) -> None:
        if wait <= 0:
            self._queue.put_nowait(item)
        else:
            asyncio.get_running_loop().call_later(wait, self._queue.put_nowait, item)

    def _end(self, end: Answer | Outcome) -> None:
        self.state.ended[State.ANSWERED if isinstance(end, Answer) else end.state] += 1
        self._last_end = time.monotonic()
        self._open -= 1
        self._room.release()
        if not self._open:
            self._all_ended.set()

    # beside the work

    async def _watch(self, workers: list[asyncio.Task[None]]) -> None:
        """Nothing ended for long though requests are out: they are taken back and sent by a new client."""
        revivals, looked_at = 0, self._last_end
        while True:
            await asyncio.sleep(min(5.0, self._settings.quiet_seconds / 4))
            if not self._in_flight:
                self._last_end = max(self._last_end, looked_at)
            looked_at = time.monotonic()
            if not self._in_flight or looked_at - self._last_end < self._settings.quiet_seconds:
                continue
            revivals += 1
            if revivals > self._settings.revivals:
                self._fatal = self._fatal or RunStopped(
                    f"Nothing came back for {self._settings.quiet_seconds:.0f} s, {revivals} times. Check "
                    "ANTHROPIC_BASE_URL and the network, then start again: what was answered is kept."
                )
                self._all_ended.set()
                return
            await self._revive(workers)

    async def _revive(self, workers: list[asyncio.Task[None]]) -> None:
        self._is_reviving = True
        for worker in workers:
            worker.cancel()
        await asyncio.sleep(0)
        with suppress(Exception):
            await self._client.close()
        self._client = MessagesClient(self._endpoint, self._settings.concurrency + 8)
        await asyncio.sleep(0)
        self._is_reviving = False
        self._last_end = time.monotonic()

    async def _tick(self, on_tick: Callable[[RunState], None] | None) -> None:
        while True:
            await asyncio.sleep(1.0)
            if on_tick is not None:
                on_tick(self.state)


def _fault(error: Exception) -> Fault:
    fault = fault_of(error)
    if fault is None:
        raise error
    return fault


def _size(request: Request) -> int:
    return request.prefix_tokens + request.input_tokens


def _worst(request: Request, output: int) -> Usage:
    """Nothing read from the cache."""
    return Usage(uncached=_size(request), output=output)


def _fatal_text(fault: Fault) -> str:
    remedy = {401: "Check ANTHROPIC_API_KEY.", 402: "Check the account's billing.", 403: "The key may not do this."}
    return (
        f"The server refuses the run ({fault.reason}). {remedy.get(fault.status or 0, 'Check OEI_MODEL.')} "
        "What was answered is kept."
    )


__all__ = ["LiveSettings", "LiveTransport", "RunContext", "RunStopped"]
