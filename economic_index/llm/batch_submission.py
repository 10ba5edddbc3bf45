"""Submits one batch: the intent is recorded before the call, and whatever comes of the call is recorded after it.

Nothing is sent twice here: what got no answer is left to the recovery. Whoever submits holds the lease.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from economic_index.llm.batch_api import BatchApi, RemoteBatch
from economic_index.llm.batch_cache import CachePlan, Part, fingerprint_of
from economic_index.llm.batch_cut import Cutter
from economic_index.llm.batch_lease import Lease
from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_recovery import UNLIKE_SINCE
from economic_index.llm.batch_requests import RunRequests
from economic_index.llm.batch_round import stopped_by
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_spool import Spool, SpoolFolder
from economic_index.llm.batch_store import BatchStore
from economic_index.llm.fault_kinds import Fault, FaultKind
from economic_index.llm.faults import fault_of
from economic_index.llm.judging import OpenRequest, RunContext
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.vocabulary import BatchState

CACHE_LIFE = timedelta(hours=1)
TIMED_OUT = 408


@dataclass(frozen=True)
class Submitter:
    """Submits batches of one run."""

    api: BatchApi
    store: BatchStore
    spools: SpoolFolder
    lease: Lease
    plan: CachePlan
    cutter: Cutter
    budget: Budget
    context: RunContext
    state: RunState
    settings: BatchSettings

    async def submit(self, requests: RunRequests) -> bool:
        """Whether a batch went out; if not, there is no room, no money, or no use in trying before the next look.

        Raises RunStopped, UnpricedModel, Unusable.
        """
        requests.sort_out()
        room = self.settings.queue_limit - self.store.queued()
        if not requests.ready or room < min(len(requests.ready), self.settings.most_requests // 10):
            return False
        now = self.context.now()
        # other processes spend, too: what they spent and set aside stands in the store
        self.budget.spent, self.budget.reserved = self.store.answers.spent_micro_usd(), self.store.reserved_micro()
        self.plan.remember(self.store.recent_caches(now - CACHE_LIFE), requests.ready)
        part = self.plan.next_part(requests.ready, max(self.state.total, len(requests.ready)), now)
        cut = self.cutter.cut(part, room, self.store.sizes_since(now - UNLIKE_SINCE), now.date())
        if not cut.items:
            if not requests.is_waiting:  # else what is on its way may cost less than was set aside for it
                self.state.stopped = self.state.stopped or "budget"
            return False
        return await self._send(requests, part, cut.items, cut.reserved_micro)

    async def _send(self, requests: RunRequests, part: Part, items: Sequence[OpenRequest], reserved: int) -> bool:
        intent_id = secrets.token_hex(4)
        spool = await asyncio.to_thread(self.spools.write, intent_id, items, part.is_cached)
        for item in items:
            item.tries += 1
        await asyncio.to_thread(self.store.add, self._row(intent_id, part, items, spool, reserved), items)
        if not await asyncio.to_thread(self.lease.take):
            self._take_back(intent_id, items, spool)
            return False
        fault: Fault | None = None
        remote: RemoteBatch | None = None
        try:
            remote = await self.api.create(spool)
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                self._leave_unknown(intent_id)
                raise
        if fault is not None and _is_refusal(fault):
            self._take_back(intent_id, items, spool)
            self._after_refusal(fault)
            return False
        if remote is None:
            self._leave_unknown(intent_id)
        else:
            self._record(intent_id, remote)
        self.state.tries += len(items)
        requests.sent(intent_id, items, spool)
        self.plan.sent(intent_id, part, items, self.context.now())
        if fault is not None:
            self.state.faults[fault.kind] += 1
        return fault is None

    def _row(self, intent_id: str, part: Part, items: Sequence[OpenRequest], spool: Spool, reserved: int) -> BatchRow:
        return BatchRow(
            intent_id=intent_id,
            batch_id=None,
            state=BatchState.INTENT,
            week_start=self.context.week_start,
            n=len(items),
            bytes=spool.size,
            prefix=fingerprint_of(items),
            is_cached=part.is_cached,
            is_primer=part.is_primer,
            is_confirmed=False,
            reserved_micro=reserved,
            readings=0,
            read_share=None,
            intent_at=self.context.now(),
        )

    def _record(self, intent_id: str, remote: RemoteBatch) -> None:
        self.store.change(
            intent_id,
            state=BatchState.SUBMITTED,
            batch_id=remote.batch_id,
            is_confirmed=True,
            submitted_at=self.context.now(),
            expires_at=remote.expires_at,
        )

    def _leave_unknown(self, intent_id: str) -> None:
        """It may be on the server: it is looked for, and until then nobody sends these requests."""
        self.store.change(intent_id, state=BatchState.UNKNOWN, unknown_since=self.context.now())

    def _take_back(self, intent_id: str, items: Sequence[OpenRequest], spool: Spool) -> None:
        """Nothing was submitted, for certain."""
        self.store.reject(intent_id)
        for item in items:
            item.tries -= 1
        spool.close()
        self.spools.delete(intent_id)

    def _after_refusal(self, fault: Fault) -> None:
        self.state.faults[fault.kind] += 1
        if fault.kind is FaultKind.SPEND_LIMIT:
            returns = f" Access returns {fault.access_returns}." if fault.access_returns else ""
            self.state.stopped = self.state.stopped or f"the account's spend limit is reached.{returns}"
        elif fault.kind in (FaultKind.FATAL, FaultKind.INVALID):
            raise stopped_by(fault)


def _is_refusal(fault: Fault) -> bool:
    """Whether the server said that it did not take the batch."""
    return fault.status is not None and 400 <= fault.status < 500 and fault.status != TIMED_OUT
