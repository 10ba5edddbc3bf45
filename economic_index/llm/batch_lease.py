"""The right of one process at a time to submit and recover the batches of a store: a row that expires.

What is done with the right is not known here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from economic_index.llm.store import AnswerStore
from economic_index.llm.tables import LEASES


class Lease:
    """One name, one owner at a time. A killed owner's right ends by itself after `seconds`."""

    def __init__(self, store: AnswerStore, name: str, owner: str, seconds: float, now: Callable[[], datetime]) -> None:
        self._store, self._name, self._owner, self._seconds, self._now = store, name, owner, seconds, now

    @asynccontextmanager
    async def held(self) -> AsyncIterator[bool]:
        """Whether it is ours for the length of the context: it is prolonged as long as that takes."""
        if not await asyncio.to_thread(self.take):
            yield False
            return
        done = asyncio.Event()
        keeper = asyncio.create_task(self._keep(done))
        try:
            yield True
        finally:
            done.set()
            await asyncio.gather(keeper, return_exceptions=True)
            self.give_back()

    async def _keep(self, done: asyncio.Event) -> None:
        """Never cancelled: a thread that prolongs it must not outlive its return."""
        while not done.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), self._seconds / 3)
            if not done.is_set():
                await asyncio.to_thread(self.take)

    def take(self) -> bool:
        """Take or prolong it; False while it is another's."""
        now = self._now()
        insert = self._store.insert(LEASES).values(
            name=self._name, owner=self._owner, expires_at=now + timedelta(seconds=self._seconds)
        )
        is_free = (LEASES.c.owner == self._owner) | (LEASES.c.expires_at <= now)
        fresh = {"owner": insert.excluded.owner, "expires_at": insert.excluded.expires_at}
        with self._store.engine.begin() as connection:
            taken = insert.on_conflict_do_update(index_elements=["name"], set_=fresh, where=is_free)
            return connection.execute(taken.returning(LEASES.c.name)).first() is not None

    def give_back(self) -> None:
        """Let the next have it at once."""
        mine = (LEASES.c.name == self._name) & (LEASES.c.owner == self._owner)
        with self._store.engine.begin() as connection:
            connection.execute(sa.delete(LEASES).where(mine))
