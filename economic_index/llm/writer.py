"""Writes what settled to the store from one thread: all that waits goes into one transaction.

A slot is free again only when its answer is on disk, so a killed run repeats what was in flight at most.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from economic_index.llm.records import Settled
from economic_index.llm.store import AnswerStore


class StoreWriter:
    """Used from one event loop: `async with`, then `await put(...)`."""

    def __init__(self, store: AnswerStore) -> None:
        self._store = store
        self._waiting: list[tuple[Settled, asyncio.Future[None]]] = []
        self._thread = ThreadPoolExecutor(1, "answers")
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "StoreWriter":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            await self._task
        self._thread.shutdown(wait=True)

    async def put(self, settled: Settled) -> None:
        """Return when it is on disk; raises what the store raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((settled, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        await asyncio.shield(done)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await loop.run_in_executor(self._thread, self._store.record, [settled for settled, _ in batch])
            except Exception as error:
                for _, done in batch:
                    done.set_exception(error)
            else:
                for _, done in batch:
                    done.set_result(None)
