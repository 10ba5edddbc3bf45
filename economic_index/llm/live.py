"""The live transport: requests out of a generator, so many at once, each tried until it ends in exactly one state.

What a try means is judged in judging.py, how fast to go in pace.py; what may be spent in spending.py.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from economic_index.llm.client import Endpoint, MessagesClient, Response, Unusable
from economic_index.llm.deadline import Deadline
from economic_index.llm.fault_kinds import Fault, FaultKind
from economic_index.llm.faults import fault_of
from economic_index.llm.judging import (
    Decision,
    OpenRequest,
    RunContext,
    RunStopped,
    Try,
    decide_on_fault,
    decide_on_verdict,
)
from economic_index.llm.pace import Pace, PauseTooLong
from economic_index.llm.prices import Price, Prices, Usage
from economic_index.llm.records import Answer
from economic_index.llm.replies import Verdict, parse_message, verdict_of
from economic_index.llm.request import Request
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.llm.writer import StoreWriter
from economic_index.vocabulary import State

# Requests begun and not ended, as a multiple of those in flight: the rest waits for another try.
OPEN_PER_SLOT = 12
# Ends that may wait to be written, as a share of the slots: a slot does not wait for the disk.
UNWRITTEN_PER_SLOT = 0.5
DRAWN_AT_ONCE = 20
KEPT = "What was answered is kept, and is not asked again."


@dataclass(frozen=True)
class LiveSettings:
    """How the live transport behaves; seconds, counts."""

    concurrency: int = 50
    deadline: float = 120.0
    least_deadline: float = 1.0
    tries: int = 9
    longest_wait: float = 60.0
    quiet_seconds: float = 90.0
    revivals: int = 3
    grace_seconds: float = 30.0
    breaker_in_a_row: int = 20


class _Turn(NamedTuple):
    """A place in the queue."""

    is_new: bool
    number: int
    item: OpenRequest


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
        self._queue: asyncio.PriorityQueue[_Turn] = asyncio.PriorityQueue()
        self._room = asyncio.Semaphore(self._settings.concurrency * OPEN_PER_SLOT)
        self._open = self._in_flight = self._invalid_in_a_row = 0
        self._changed = asyncio.Event()
        self._gates: dict[str, asyncio.Event] = {}
        self._deadline = Deadline(self._settings.deadline, self._settings.least_deadline)
        self._last_end = time.monotonic()
        self._fatal: BaseException | None = None
        self._sending: set[asyncio.Task[Any]] = set()
        self._taken_back: set[asyncio.Task[Any]] = set()
        self._rng = random.Random()
        self._numbers = itertools.count()

    async def run(self, requests: Iterable[Request], on_tick: Callable[[RunState], None] | None = None) -> RunState:
        """Send everything; returns when each request has ended, or the run was stopped.

        Raises RunStopped if no request can go through, and whatever the store raises.
        """
        self._client = MessagesClient(self._endpoint, self._settings.concurrency + 8)
        async with StoreWriter(self._store, int(self._settings.concurrency * UNWRITTEN_PER_SLOT)) as self._writer:
            workers = [asyncio.create_task(self._work()) for _ in range(self._settings.concurrency)]
            others = [asyncio.create_task(self._watch()), asyncio.create_task(self._tick(on_tick))]
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
        self._wake()

    def _fail(self, error: BaseException) -> None:
        self._fatal = self._fatal or error
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._room.release()  # whoever feeds may be waiting for room

    @property
    def _is_over(self) -> bool:
        return bool(self.state.stopped or self._fatal)

    async def _feed(self, requests: Iterator[Request]) -> None:
        """Requests are built in a thread: some take seconds to find their options, and no reply waits for that."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "requests") as thread:
            while True:
                group, error = await loop.run_in_executor(thread, _drawn, requests)
                for request in group:
                    await self._room.acquire()
                    if self._is_over:
                        return
                    self._open += 1
                    self._queue_up(OpenRequest(request))
                if error is not None:
                    raise error
                if not group:
                    return

    def _queue_up(self, item: OpenRequest) -> None:
        """What was tried goes first: a run ends when its most unlucky request does."""
        self._queue.put_nowait(_Turn(not item.tries, next(self._numbers), item))

    async def _wait_for_the_rest(self) -> None:
        while self._open and not self._is_over:
            self._changed.clear()
            await self._changed.wait()
        until = time.monotonic() + self._settings.grace_seconds
        while self._in_flight and time.monotonic() < until:
            await asyncio.sleep(0.01)

    async def _work(self) -> None:
        while True:
            item = (await self._queue.get()).item
            if self._is_over:
                continue
            self._in_flight += 1
            try:
                await self._try(item)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task not in self._taken_back:
                    raise
                self._taken_back.discard(task)
                task.uncancel()
                self._queue_up(item)
            except BaseException as error:
                self._fail(error)
            finally:
                self._in_flight -= 1

    async def _try(self, item: OpenRequest) -> None:
        """One try of a request, from its turn at the gate to the writer."""
        request = item.request
        await self._through_gate(request)
        size = request.prefix_tokens + request.input_tokens
        price = self._prices.of(request.subject.model, self._context.now().date(), size)
        output = self._budget.output_tokens(request.max_tokens)
        # at worst nothing is read from the cache
        reserved = price.micro_usd(Usage(uncached=size, output=output), is_batch=False)
        if not self._budget.reserve(reserved):
            self._gates[request.prefix].set()
            self.stop("budget")
            return
        spent, usage = 0, Usage()
        try:
            await self._pace.take(request.input_tokens, output)
            decision, spent, usage = await self._send(item, price, output)
        finally:
            self._budget.settle(reserved, spent, usage.output or None)
            self._gates[request.prefix].set()
        await self._writer.put(decision.settled)
        self._follow(item, decision)

    async def _through_gate(self, request: Request) -> None:
        """Of many first requests with one prefix each would pay for writing it: one goes first."""
        gate = self._gates.get(request.prefix)
        if gate is not None:
            await gate.wait()
            return
        self._gates[request.prefix] = asyncio.Event()
        if not request.prefix_tokens:
            self._gates[request.prefix].set()

    async def _send(self, item: OpenRequest, price: Price, output: int) -> tuple[Decision, int, Usage]:
        """What to do after the try, what it cost, and its tokens."""
        item.tries += 1
        self.state.tries += 1
        started_at, clock = self._context.now(), time.monotonic()
        try:
            response = await self._exchange(item.request)
            verdict = verdict_of(parse_message(response.body), item.request.subject)
        except Unusable:
            raise
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            return self._after_fault(item, fault, Try(started_at, _ms(clock))), 0, Usage()
        made = Try(started_at, _ms(clock), response.headers.get("request-id"))
        spent = price.micro_usd(verdict.usage, is_batch=False)
        self._learn(item.request, response, verdict, output, spent, made.ms)
        return decide_on_verdict(item, verdict, made, spent, self._context), spent, verdict.usage

    async def _exchange(self, request: Request) -> Response:
        task = asyncio.current_task()
        assert task is not None
        self._sending.add(task)
        try:
            return await self._client.send(request.body, self._deadline.seconds, request.draw)
        finally:
            self._sending.discard(task)

    def _learn(self, request: Request, response: Response, verdict: Verdict, output: int, spent: int, ms: int) -> None:
        usage = verdict.usage
        self._pace.learn(response.headers)
        self._pace.correct(request.input_tokens - usage.uncached - usage.written_5m, output - usage.output)
        self._deadline.learn(ms / 1000)
        self._invalid_in_a_row = 0
        self.state.add_usage(usage, spent)

    def _after_fault(self, item: OpenRequest, fault: Fault, made: Try) -> Decision:
        self.state.faults[fault.kind] += 1
        settings = self._settings
        if fault.kind is FaultKind.LIMITED:
            try:
                self._pace.limited(fault.retry_after)
            except PauseTooLong as error:
                self.stop(str(error))
        elif fault.kind is FaultKind.DEADLINE:
            self._deadline.learn(made.ms / 1000)
        elif fault.kind is FaultKind.OVERLOADED:
            self._pace.overloaded()
        elif fault.kind is FaultKind.INVALID:
            self._count_invalid(fault)
        return decide_on_fault(item, fault, made, self._context, settings.tries, settings.longest_wait, self._rng)

    def _count_invalid(self, fault: Fault) -> None:
        """Many requests that the server calls wrong: it is the request, not the conversation."""
        self._invalid_in_a_row += 1
        is_early = self.state.tries <= 200 and self.state.faults[FaultKind.INVALID] > 10
        if is_early or self._invalid_in_a_row >= self._settings.breaker_in_a_row:
            self._fail(RunStopped(f"The server calls our requests wrong ({fault.reason}): check OEI_MODEL. {KEPT}"))

    def _follow(self, item: OpenRequest, decision: Decision) -> None:
        if decision.stop:
            self.stop(decision.stop)
        if decision.fatal:
            self._fail(RunStopped(f"{decision.fatal} {KEPT}"))
        if decision.again_after is not None:
            # a wait does not hold a slot
            asyncio.get_running_loop().call_later(decision.again_after, self._queue_up, item)
        if (end := decision.settled.end) is not None:
            self.state.ended[State.ANSWERED if isinstance(end, Answer) else end.state] += 1
            self._last_end = time.monotonic()
            self._open -= 1
            self._room.release()
            if not self._open:
                self._changed.set()

    # beside the work

    async def _watch(self) -> None:
        """Nothing ended for long though requests are out: they are taken back and sent by a new client."""
        quiet, revivals = self._settings.quiet_seconds, 0
        while True:
            await asyncio.sleep(min(5.0, quiet / 4))
            if not self._in_flight:
                self._last_end = time.monotonic()
            if time.monotonic() - self._last_end < quiet:
                continue
            revivals += 1
            if revivals > self._settings.revivals:
                self._fail(
                    RunStopped(f"Nothing came back for {quiet:.0f} s, {revivals} times: check the network. {KEPT}")
                )
                return
            await self._revive()

    async def _revive(self) -> None:
        old, self._client = self._client, MessagesClient(self._endpoint, self._settings.concurrency + 8)
        self._taken_back = set(self._sending)  # only these: what is being written is not taken back
        for worker in self._taken_back:
            worker.cancel()
        await old.close()
        self._last_end = time.monotonic()

    async def _tick(self, on_tick: Callable[[RunState], None] | None) -> None:
        while on_tick is not None:
            await asyncio.sleep(1.0)
            on_tick(self.state)


def _drawn(requests: Iterator[Request]) -> tuple[list[Request], Exception | None]:
    """The next requests, and what kept more from being built."""
    group: list[Request] = []
    try:
        for request in requests:
            group.append(request)
            if len(group) == DRAWN_AT_ONCE:
                break
    except Exception as error:
        return group, error
    return group, None


def _ms(clock: float) -> int:
    return round((time.monotonic() - clock) * 1000)


__all__ = ["LiveSettings", "LiveTransport", "RunContext", "RunStopped"]
