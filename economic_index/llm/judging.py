"""What becomes of a request after a try: an answer, an end without one, another try, or the end of the run.

Decisions only: nothing is sent, waited for or written here. The rules are those of docs/design (Live).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from economic_index.llm.fault_kinds import Fault, FaultKind
from economic_index.llm.prices import Usage
from economic_index.llm.records import Answer, Attempt, Outcome, Settled
from economic_index.llm.replies import Verdict
from economic_index.llm.request import Request
from economic_index.vocabulary import State, Transport

# Seconds before another try, doubled each time: the vendor's client begins with twice as long, and ends at as long.
FIRST_BACKOFF, LONGEST_BACKOFF = 0.25, 8.0
_REMEDIES = {401: "Check ANTHROPIC_API_KEY.", 402: "Check the account's billing.", 403: "The key may not do this."}


class RunStopped(Exception):
    """No request of this run can go through; the message says why and what to do."""


@dataclass(frozen=True)
class RunContext:
    """Which run this is: recorded on each try, never part of a request."""

    run_id: str
    week_start: date
    now: Callable[[], datetime]


@dataclass
class OpenRequest:
    """A request that has not ended: how often it was tried, and which second chances it has used."""

    request: Request
    tries: int = 0
    was_unparsable: bool = False
    was_truncated: bool = False


@dataclass(frozen=True)
class Decision:
    """What to write, and what to do: try again after so many seconds, stop cleanly, or fail."""

    settled: Settled
    again_after: float | None = None
    stop: str | None = None
    fatal: str | None = None


@dataclass(frozen=True)
class Try:
    """One try as it went: when, for how long, and under which ids."""

    started_at: datetime
    ms: int
    request_id: str | None = None


def decide_on_verdict(item: OpenRequest, verdict: Verdict, made: Try, usd_micro: int, context: RunContext) -> Decision:
    """After a message: it is an answer, or ends the request, or is worth another draw."""
    request, now = item.request, context.now()
    is_again = verdict.state is not State.ANSWERED and _may_ask_again(item, verdict.state)
    end: Answer | Outcome | None = None
    if verdict.state is State.ANSWERED:
        end = Answer(
            request.key, request.subject, verdict.served_model, verdict.text, verdict.is_repaired, made.request_id, now
        )
    elif not is_again:
        end = Outcome(request.key, request.subject, verdict.state, verdict.reason, verdict.category, item.tries, now)
    attempt = replace(
        _attempt(item, request, made, f"{verdict.state.value}, again" if is_again else verdict.state.value, context),
        usage=verdict.usage,
        usd_micro=usd_micro,
        http_status=200,
        service_tier=verdict.service_tier,
    )
    return Decision(Settled(attempt, end), again_after=0.0 if is_again else None)


def _may_ask_again(item: OpenRequest, state: State) -> bool:
    """Unparsable: once more, it is a new draw. Truncated: once, with room for twice as much. Refused: never."""
    if state is State.UNPARSABLE and not item.was_unparsable:
        item.was_unparsable = True
        return True
    if state is State.TRUNCATED and not item.was_truncated:
        item.was_truncated = True
        item.request = item.request.doubled()
        return True
    return False


def decide_on_fault(
    item: OpenRequest, fault: Fault, made: Try, context: RunContext, tries: int, longest_wait: float, rng: random.Random
) -> Decision:
    """After a fault: 429 is waited out and not counted, what may pass is tried again, what is wrong ends."""
    request = item.request
    attempt = replace(
        _attempt(item, request, made, fault.kind, context),
        http_status=fault.status,
        error_type=fault.error_type,
        error_code=fault.error_code,
        request_id=fault.request_id,
    )
    if fault.kind is FaultKind.LIMITED:
        item.tries -= 1
        return Decision(Settled(attempt, None), again_after=0.0)
    if fault.kind is FaultKind.SPEND_LIMIT:
        returns = f" Access returns {fault.access_returns}." if fault.access_returns else ""
        return Decision(Settled(attempt, None), stop=f"the account's spend limit is reached.{returns}")
    if fault.kind is FaultKind.FATAL:
        remedy = _REMEDIES.get(fault.status or 0, "Check OEI_MODEL and ANTHROPIC_BASE_URL.")
        return Decision(Settled(attempt, None), fatal=f"The server refuses the run ({fault.reason}). {remedy}")
    if fault.kind is not FaultKind.INVALID and item.tries < tries:
        wait = min(longest_wait, LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** (item.tries - 1)) * rng.uniform(0.5, 1.0)
        return Decision(Settled(attempt, None), again_after=max(wait, min(fault.retry_after or 0.0, longest_wait)))
    end = Outcome(request.key, request.subject, State.DEAD, fault.reason, None, item.tries, context.now())
    return Decision(Settled(attempt, end))


def _attempt(item: OpenRequest, request: Request, made: Try, outcome: str, context: RunContext) -> Attempt:
    return Attempt(
        key=request.key,
        subject=request.subject,
        run_id=context.run_id,
        week_start=context.week_start,
        transport=Transport.LIVE,
        draw=request.draw,
        n=max(item.tries, 1),
        started_at=made.started_at,
        ms=made.ms,
        outcome=outcome[:24],
        usage=Usage(),
        usd_micro=0,
        request_id=made.request_id,
    )
