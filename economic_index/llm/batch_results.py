"""Reads the results of an ended batch, line by line into the store; what a line says twice is written once.

A reading that breaks off changes nothing that it has not finished: it is begun again from the top.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from economic_index.llm.batch_api import LOOKED_AT, OWN_CUSTOM_ID, BatchApi, RemoteBatch, error_of
from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_recovery import Recovery
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_store import BatchStore
from economic_index.llm.fault_kinds import Fault, FaultKind
from economic_index.llm.judging import Decision, OpenRequest, RunContext, Try, decide_on_fault, decide_on_verdict
from economic_index.llm.prices import Prices, Usage
from economic_index.llm.records import Outcome, Settled
from economic_index.llm.replies import Verdict, verdict_of
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.vocabulary import BatchState, Transport

AT_ONCE = 500
"""Lines in one transaction."""
MISSING = "missing"
INVALID = "invalid_request_error"


@dataclass
class _Reading:
    """One reading of one batch."""

    batch: BatchRow
    items: Mapping[str, OpenRequest]
    seen: set[str] = field(default_factory=set)
    waiting: list[tuple[OpenRequest, Decision]] = field(default_factory=list)
    strangers: int = 0
    stranger: str | None = None
    """An intent that a line names and that is not this one's."""
    read: int = 0
    written: int = 0

    @property
    def is_foreign(self) -> bool:
        """Whether nothing says that this batch is ours, and many lines say that it is not."""
        return not self.batch.is_confirmed and not self.seen and self.strangers >= LOOKED_AT

    @property
    def read_share(self) -> float | None:
        """Of the prefix tokens that were cached or could have been, those read from the cache."""
        return self.read / (self.read + self.written) if self.read + self.written else None


@dataclass(frozen=True)
class Collector:
    """Collects batches. Used by whoever holds the lease."""

    api: BatchApi
    store: BatchStore
    recovery: Recovery
    prices: Prices
    budget: Budget
    context: RunContext
    state: RunState
    settings: BatchSettings

    async def collect(self, batch: BatchRow, remote: RemoteBatch) -> bool:
        """Whether the batch is over. Raises what the API raises; what was read until then is kept."""
        self.store.change(batch.intent_id, state=BatchState.ENDED, ended_at=remote.ended_at or self._now())
        batch = self.store.rows([batch.intent_id])[batch.intent_id]
        reading = _Reading(batch, self.store.items(batch.intent_id))
        settled = self.store.items(batch.intent_id, is_settled=True).keys()
        try:
            async with aclosing(self.api.results(remote)) as lines:
                async for line in lines:
                    self._take(reading, line, settled)
                    if len(reading.waiting) >= AT_ONCE:
                        await self._write(reading)
                    if reading.is_foreign:
                        break
        finally:
            await self._write(reading)
        if not reading.seen and not batch.is_confirmed:
            self.recovery.put_back(batch, remote, reading.stranger)
            return False
        return await self._finish(reading, settled)

    def _take(self, reading: _Reading, line: Mapping[str, Any], settled: Any) -> None:
        name = str(line.get("custom_id"))
        item = reading.items.get(name)
        if item is None:
            named = OWN_CUSTOM_ID.fullmatch(name)
            reading.stranger = reading.stranger or (named[1] if named else None)
            reading.strangers += 1
            self.state.faults["batch_unknown_line"] += 1
            return
        if name in reading.seen:
            self.state.faults["batch_line_twice"] += 1
            return
        reading.seen.add(name)
        result = line.get("result")
        result = result if isinstance(result, dict) else {}
        usage = Usage.of(_message(result).get("usage") or {})
        reading.read += usage.read
        reading.written += usage.written_5m + usage.written_1h
        if name not in settled:
            reading.waiting.append((item, self._judged(item, result, reading.batch)))

    def _judged(self, item: OpenRequest, result: Mapping[str, Any], batch: BatchRow) -> Decision:
        """What a result means for its request."""
        started = batch.submitted_at or batch.intent_at
        kind = str(result.get("type") or MISSING)[:24]
        made = Try(started, round(((batch.ended_at or started) - started).total_seconds() * 1000))
        if kind == "succeeded":
            verdict = _verdict(_message(result), item)
            if verdict is not None:
                price = self.prices.of(item.request.subject.model, started.date(), verdict.usage.input)
                spent = price.micro_usd(verdict.usage, is_batch=True)
                self.state.add_usage(verdict.usage, spent)
                self.budget.settle(0, spent, verdict.usage.output or None)
                return decide_on_verdict(item, verdict, made, spent, self.context)
            kind = FaultKind.BROKEN.value
        elif kind == "errored":
            kind, request_id = error_of(result)
            made = replace(made, request_id=request_id)
        self.state.faults[f"batch_{kind}"] += 1
        fault = Fault(FaultKind.INVALID if kind == INVALID else FaultKind.OVERLOADED, error_type=kind)
        return _named(kind, decide_on_fault(item, fault, made, self.context, self.settings.tries, 0.0, Random(0)))

    async def _write(self, reading: _Reading) -> None:
        waiting, reading.waiting = reading.waiting, []
        if not waiting:
            return
        batch = reading.batch
        settled = [_in_batch(decision.settled, batch) for _, decision in waiting]
        again = [item for item, decision in waiting if decision.settled.end is None]
        if not batch.is_confirmed:
            self.store.change(batch.intent_id, is_confirmed=True)
            reading.batch = replace(batch, is_confirmed=True)
        await asyncio.to_thread(self.store.record, batch.intent_id, settled, again)

    async def _finish(self, reading: _Reading, settled: Any) -> bool:
        batch, now = reading.batch, self._now()
        if len(reading.seen) == batch.n:
            over = {"state": BatchState.COLLECTED, "collected_at": now}
        elif batch.readings + 1 < self.settings.readings:
            self.store.change(batch.intent_id, readings=batch.readings + 1)
            return False
        else:
            lacking = [reading.items[name] for name in reading.items if name not in reading.seen | set(settled)]
            reading.waiting = [(item, self._judged(item, {}, batch)) for item in lacking]
            await self._write(reading)
            over = {"state": BatchState.INCOMPLETE}
        self.store.change(batch.intent_id, read_share=reading.read_share, not_found_since=None, **over)
        self.recovery.spools.delete(batch.intent_id)
        return True

    def _now(self) -> datetime:
        return self.context.now()


def _message(result: Mapping[str, Any]) -> Mapping[str, Any]:
    message = result.get("message")
    return message if isinstance(message, dict) and message.get("type") == "message" else {}


def _verdict(message: Mapping[str, Any], item: OpenRequest) -> Verdict | None:
    """None for what is no message: one strange line must not hold up the others."""
    try:
        return verdict_of(message, item.request.subject) if message else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _named(kind: str, decision: Decision) -> Decision:
    """Said by the type of the result: `expired`, `api_error`."""
    settled = decision.settled
    end = settled.end
    if isinstance(end, Outcome):
        end = replace(end, reason=kind)
    return replace(decision, settled=Settled(replace(settled.attempt, outcome=kind[:24]), end))


def _in_batch(settled: Settled, batch: BatchRow) -> Settled:
    """Recorded as a try of this batch, in the week for which it was made."""
    attempt = replace(
        settled.attempt, transport=Transport.BATCH, batch_intent=batch.intent_id, week_start=batch.week_start
    )
    return replace(settled, attempt=attempt)
