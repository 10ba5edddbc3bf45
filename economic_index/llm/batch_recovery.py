"""What became of a batch whose submission got no answer: found on the server by its size, waited for, or given up.

The rules by which a batch is never paid twice stand here; they are no settings. Results are read elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from economic_index.llm.batch_api import BatchApi, RemoteBatch
from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_spool import SpoolFolder
from economic_index.llm.batch_store import BatchStore
from economic_index.llm.replies import BrokenReply
from economic_index.vocabulary import BatchState

# The server's clock and ours may differ, and a call may take long.
EARLIER, LATER = timedelta(minutes=5), timedelta(minutes=15)
LOST_AFTER = timedelta(minutes=15)
RELEASED_AFTER = timedelta(hours=25)
NOT_YET = timedelta(minutes=30)
"""A batch that is not found may turn up again for so long."""
UNLIKE_SINCE = timedelta(hours=48)
KEPT = timedelta(days=29)


@dataclass(frozen=True)
class Recovery:
    """Settles what is unknown. Used by whoever holds the lease; `faults` counts what a person should know of."""

    api: BatchApi
    store: BatchStore
    spools: SpoolFolder
    now: Callable[[], datetime]
    faults: Counter[str]

    def begin(self) -> None:
        """At the start of a run: release what waits for servers that nobody asks, and sweep the spool."""
        released = self.store.release_elsewhere(self.now() - RELEASED_AFTER)
        self._count("batch_released", released)
        self.store.forget_items(self.now())
        self.spools.sweep({row.intent_id for row in self.store.live()})

    def mark_dead_intents(self) -> None:
        """Who holds the lease is the only one to submit: an intent without an outcome is a dead process's."""
        for row in self.store.live():
            if row.state is BatchState.INTENT:
                self.store.change(row.intent_id, state=BatchState.UNKNOWN, unknown_since=self.now())

    async def settle(self) -> None:
        """Look for each unknown batch on the server. Raises what the API raises."""
        unknown = [row for row in self.store.live() if row.state is BatchState.UNKNOWN]
        if not unknown:
            return
        listed = await self.api.since(min(row.intent_at for row in unknown) - EARLIER)
        for row in unknown:
            await self._settle_one(row, listed)

    async def _settle_one(self, row: BatchRow, listed: Sequence[RemoteBatch]) -> None:
        current = self.store.rows([row.intent_id])[row.intent_id]
        if current.state is not BatchState.UNKNOWN:  # found while another was looked for
            return
        candidates = self._candidates(row, listed)
        if self.now() - row.intent_at >= RELEASED_AFTER:
            self.give_up(row, BatchState.RELEASED)
        elif not candidates:
            if self.now() - (row.unknown_since or row.intent_at) >= LOST_AFTER:
                self.give_up(row, BatchState.LOST)
        elif len(candidates) == 1 and not self._has_twin(row):
            self._adopt(row, candidates[0], is_confirmed=False)
        else:
            await self._match(candidates)

    def _candidates(self, row: BatchRow, listed: Sequence[RemoteBatch]) -> list[RemoteBatch]:
        """Batches that may be this one: of its size and time, and neither another one of ours nor a stranger's."""
        like = [
            batch
            for batch in listed
            if batch.n == row.n and row.intent_at - EARLIER <= batch.created_at <= row.intent_at + LATER
        ]
        known = self.store.known([batch.batch_id for batch in like])
        foreign = self.store.foreign()
        return [batch for batch in like if batch.batch_id not in known and batch.batch_id not in foreign]

    def _has_twin(self, row: BatchRow) -> bool:
        """Whether another unknown batch is of the same size: then a single candidate may be either."""
        return any(
            other.state is BatchState.UNKNOWN and other.n == row.n and other.intent_id != row.intent_id
            for other in self.store.live()
        )

    def _adopt(self, row: BatchRow, batch: RemoteBatch, is_confirmed: bool) -> None:
        self.store.change(
            row.intent_id,
            state=BatchState.SUBMITTED,
            batch_id=batch.batch_id,
            submitted_at=batch.created_at,
            expires_at=batch.expires_at,
            is_confirmed=is_confirmed,
        )
        self._count("batch_adopted", 1)

    async def _match(self, candidates: Sequence[RemoteBatch]) -> None:
        """The results of an ended batch say whose it is; for the others there is nothing but to wait."""
        from anthropic import NotFoundError  # late, as in client.py

        for batch in candidates:
            if not batch.has_ended:
                continue
            try:
                intent_id = await self.api.owner(batch)
            except (NotFoundError, BrokenReply):  # not yet
                continue
            owner = self.store.rows([intent_id]).get(intent_id) if intent_id else None
            if owner is None or owner.state is not BatchState.UNKNOWN:
                self.store.add_foreign(batch.batch_id)
            else:
                self._adopt(owner, batch, is_confirmed=True)

    def put_back(self, row: BatchRow, batch: RemoteBatch, owner_id: str | None) -> None:
        """The results of an adopted batch are not its own: it is unknown again, and the other is no candidate more."""
        owner = self.store.rows([owner_id]).get(owner_id) if owner_id else None
        self.store.change(row.intent_id, state=BatchState.UNKNOWN, batch_id=None, ended_at=None, submitted_at=None)
        if owner is None or owner.state is not BatchState.UNKNOWN:
            self.store.add_foreign(batch.batch_id)

    def not_found(self, row: BatchRow) -> None:
        """The server does not know a batch that it told us of: that may pass."""
        if row.not_found_since is None:
            self.store.change(row.intent_id, not_found_since=self.now())
        elif self.now() - row.not_found_since >= NOT_YET:
            self.give_up(row, BatchState.LOST)

    def give_up(self, row: BatchRow, state: BatchState) -> None:
        """Release its requests: they are sent again."""
        self.store.change(row.intent_id, state=state)
        self.spools.delete(row.intent_id)
        self._count(f"batch_{state.value}", 1)

    def _count(self, name: str, count: int) -> None:
        if count:
            self.faults[name] += count
