"""One look at all batches of a server: what is unknown is searched for, what has ended is collected, then deleted.

When to look is not decided here, and nothing is submitted. Whoever looks holds the lease.
"""

from collections.abc import Awaitable
from dataclasses import dataclass

from economic_index.llm.batch_api import BatchApi
from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_recovery import KEPT, Recovery
from economic_index.llm.batch_results import Collector
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_store import BatchStore
from economic_index.llm.fault_kinds import Fault, FaultKind
from economic_index.llm.faults import fault_of
from economic_index.llm.judging import RunStopped
from economic_index.llm.run_state import RunState
from economic_index.vocabulary import BatchState

NOT_FOUND = 404
_KEPT_WORDS = "What was submitted is collected by the next run; nothing is paid twice."
_REMEDIES = {
    401: "Check ANTHROPIC_API_KEY.",
    402: "Check the account's billing.",
    403: "The key may not do this.",
    404: "Check ANTHROPIC_BASE_URL: a server without batches takes live requests alone.",
}


def stopped_by(fault: Fault) -> RunStopped:
    """The end of the run, with what to do."""
    remedy = _REMEDIES.get(fault.status or 0, "Check OEI_MODEL and ANTHROPIC_BASE_URL.")
    return RunStopped(f"The server refuses the batches of this run ({fault.reason}). {remedy} {_KEPT_WORDS}")


async def fault_in(call: Awaitable[object], state: RunState) -> Fault | None:
    """The fault of a call, counted. Raises what is no fault of the other side, and RunStopped for what never passes."""
    try:
        await call
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        state.faults[fault.kind] += 1
        if fault.kind is FaultKind.FATAL and fault.status != NOT_FOUND:
            raise stopped_by(fault) from None
        return fault
    return None


@dataclass(frozen=True)
class Round:
    """Looks at batches."""

    api: BatchApi
    store: BatchStore
    recovery: Recovery
    collector: Collector
    state: RunState
    settings: BatchSettings

    async def look(self) -> bool:
        """Whether the server answered; if it does not, what was not looked at waits for the next time."""
        self.recovery.mark_dead_intents()
        if (fault := await fault_in(self.recovery.settle(), self.state)) is not None:
            if fault.status == NOT_FOUND:
                raise stopped_by(fault)
            return False
        for row in self.store.live():
            if row.batch_id is None:
                continue
            fault = await fault_in(self._look_at(row), self.state)
            if fault is not None and fault.status == NOT_FOUND:
                self.recovery.not_found(row)
            elif fault is not None and fault.kind is not FaultKind.BROKEN:
                return False
        return await self._delete()

    async def _look_at(self, row: BatchRow) -> None:
        remote = await self.api.retrieve(row.batch_id or "")
        if not remote.has_ended:
            if row.not_found_since is not None:
                self.store.change(row.intent_id, not_found_since=None)
        elif remote.is_archived or self.recovery.now() - remote.created_at >= KEPT:
            self.recovery.give_up(row, BatchState.LOST)
        else:
            await self.collector.collect(row, remote)

    async def _delete(self) -> bool:
        if not self.settings.deletes_collected:
            return True
        now = self.recovery.now()
        for row in self.store.undeleted(now - KEPT):
            fault = await fault_in(self.api.delete(row.batch_id or ""), self.state)
            if fault is None or fault.status == NOT_FOUND:
                self.store.change(row.intent_id, deleted_at=now)
            else:
                return False
        return True
