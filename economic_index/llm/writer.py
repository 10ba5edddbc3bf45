"""Writes what settled to the store from one thread: all that waits goes into one transaction.

Only so much may wait, so a killed run repeats what was in flight, and what had just come back, at most.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from economic_index.llm.records import Settled
from economic_index.llm.store import AnswerStore


class StoreWriter:
    """Used from one event loop: `async with`, then `await put(...)`; to leave it is to have everything on disk.

    `room`: how many may be unwritten before `put` waits. What the store raises is raised by the next `put`, and on
    leaving.
    """

    def __init__(self, store: AnswerStore, room: int) -> None:
        self._store, self._room = store, room
        self._waiting: list[Settled] = []
        self._unwritten = 0
        self._has_room = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "answers")
        self._task: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    async def __aenter__(self) -> "StoreWriter":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            await self._task
        self._thread.shutdown(wait=True)
        if self._error is not None and error is None:
            raise self._error

    async def put(self, settled: Settled) -> None:
        """Hand it over; it is written even if whoever waits here for room is cancelled."""
        if self._error is not None:
            raise self._error
        self._waiting.append(settled)
        self._unwritten += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        while self._unwritten > self._room and self._error is None:
            self._has_room.clear()
            await self._has_room.wait()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._error is None:
            batch, self._waiting = self._waiting, []
            try:
                await loop.run_in_executor(self._thread, self._store.record, batch)
            except Exception as error:
                self._error = error
            self._unwritten -= len(batch)
            self._has_room.set()
