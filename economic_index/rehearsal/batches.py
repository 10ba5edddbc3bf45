"""`/v1/messages/batches`: create, retrieve, list, results, cancel, delete, and the loop that ends what is due.

How requests are answered is batch_results.py's, how they are kept batch_store.py's.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
from aiohttp import web

from economic_index.rehearsal.batch_body import BatchBody
from economic_index.rehearsal.batch_results import BatchRun, due_at
from economic_index.rehearsal.batch_store import RESULTS, Batch, BatchStore
from economic_index.rehearsal.delivery import dropped, json_response, streamed
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.messages import check_headers
from economic_index.rehearsal.rehearsal import Rehearsal
from economic_index.rehearsal.strictness import invalid

PATH = "/v1/messages/batches"
CHUNK = 1 << 18
TICK_SECONDS = 0.02
LARGEST_PAGE = 1000


class Batches:
    """The endpoints of batches."""

    def __init__(self, rehearsal: Rehearsal, state_dir: Path) -> None:
        self._rehearsal, self._store = rehearsal, BatchStore(state_dir)

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.post(PATH, self.create),
            web.get(PATH, self.list),
            web.get(PATH + "/{batch_id}", self.retrieve),
            web.get(PATH + "/{batch_id}/results", self.results),
            web.post(PATH + "/{batch_id}/cancel", self.cancel),
            web.delete(PATH + "/{batch_id}", self.delete),
        ]

    async def while_running(self, _: web.Application) -> AsyncIterator[None]:
        """End what is due, for as long as the server runs."""
        loop = asyncio.create_task(self._end_what_is_due())
        yield
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
        self._store.close()

    async def _end_what_is_due(self) -> None:
        failed: set[str] = set()
        while True:
            for batch in self._store.unfinished() if self._store.takes_charge() else ():
                if batch.batch_id in failed or due_at(batch) > self._rehearsal.clock():
                    continue
                try:
                    await BatchRun(self._rehearsal, self._store, batch).end()
                except Exception as error:  # one batch that cannot be ended must not hold up the others
                    failed.add(batch.batch_id)
                    self._rehearsal.stats.failed(error)
            await asyncio.sleep(TICK_SECONDS)

    async def create(self, request: web.Request) -> web.Response:
        """Take a batch in; its requests are judged for shape alone. Raises ApiError."""
        check_headers(request, self._rehearsal)
        if self._rehearsal.drops_left["drop_before_create"] > 0:
            self._rehearsal.drops_left["drop_before_create"] -= 1
            return dropped(request)
        if (request.content_length or 0) > self._rehearsal.behaviour.batch.max_bytes:
            raise ApiError(413, "The batch is larger than it may be.")
        batch = await self._taken_in(request)
        if self._rehearsal.drops_left["drop_create_replies"] > 0:
            self._rehearsal.drops_left["drop_create_replies"] -= 1
            return dropped(request)
        return self._told(request, batch)

    async def _taken_in(self, request: web.Request) -> Batch:
        batch_id = f"msgbatch_{uuid4().hex[:24]}"
        folder = self._store.folder(batch_id)
        folder.mkdir()
        settings = self._rehearsal.behaviour.batch
        body = BatchBody(folder, settings)
        try:
            async for chunk in request.content.iter_chunked(CHUNK):
                body.add(chunk)
            body.finish()
            self._check_queue(body.count)
            now = self._rehearsal.clock()
            batch = self._store.add(batch_id, body.count, now, now + timedelta(seconds=settings.end_delay))
        except BaseException:
            shutil.rmtree(folder)
            raise
        finally:
            body.close()
        self._rehearsal.stats.batches.update(created=1, requests=body.count)
        return batch

    def _check_queue(self, count: int) -> None:
        limit = self._rehearsal.behaviour.batch.queue_limit
        if limit and sum(batch.request_count for batch in self._store.unfinished()) + count > limit:
            raise ApiError(429, "Too many requests are in the queue of batches.")

    def _told(self, request: web.Request, batch: Batch) -> web.Response:
        return json_response(orjson.dumps(self._as_json(request, batch)))

    def _as_json(self, request: web.Request, batch: Batch) -> dict[str, object]:
        return batch.as_json(f"{request.scheme}://{request.host}", self._rehearsal.clock())

    def _found(self, request: web.Request) -> Batch:
        check_headers(request, self._rehearsal)
        batch = self._store.get(request.match_info["batch_id"])
        if batch is None:
            raise ApiError(404, "There is no such batch.")
        return batch

    async def retrieve(self, request: web.Request) -> web.Response:
        """One batch. Raises ApiError 404 as often as it is set to."""
        batch = self._found(request)
        self._store.looked(batch.batch_id)
        settings = self._rehearsal.behaviour.batch
        age = (self._rehearsal.clock() - batch.created_at).total_seconds()
        every = settings.not_found_every
        if age < settings.not_found_seconds or (every and (batch.looks + 1) % every == 0):
            raise ApiError(404, "There is no such batch.")
        return self._told(request, batch)

    async def list(self, request: web.Request) -> web.Response:
        """A page of batches, newest first. Raises ApiError 400."""
        check_headers(request, self._rehearsal)
        query = request.query
        limit = query.get("limit", "20")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= LARGEST_PAGE:
            raise invalid(f"limit: should be from 1 to {LARGEST_PAGE}")
        after_id, before_id = query.get("after_id"), query.get("before_id")
        if any(batch_id and self._store.get(batch_id) is None for batch_id in (after_id, before_id)):
            raise invalid("after_id, before_id: there is no such batch")
        found = self._store.page(int(limit), after_id, before_id)
        has_more = len(found) > int(limit)
        page = found[-int(limit) :] if before_id else found[: int(limit)]
        told = {
            "data": [self._as_json(request, batch) for batch in page],
            "has_more": has_more,
            "first_id": page[0].batch_id if page else None,
            "last_id": page[-1].batch_id if page else None,
        }
        return json_response(orjson.dumps(told))

    async def results(self, request: web.Request) -> web.StreamResponse:
        """The results, streamed from disk, cut off as often as it is set to. Raises ApiError."""
        batch = self._found(request)
        if not batch.has_results(self._rehearsal.clock()):
            raise ApiError(404, "The batch has no results (any more).")
        self._store.was_read(batch.batch_id)
        settings = self._rehearsal.behaviour.batch
        reading = batch.readings - settings.results_not_found
        if reading < 0:
            raise ApiError(404, "There is no such batch.")
        path = self._store.folder(batch.batch_id) / RESULTS
        is_cut = reading < settings.results_cut + settings.results_short
        response = streamed("application/x-jsonl")
        await response.prepare(request)
        await _write_file(response, path, _within_a_line(path) if is_cut else path.stat().st_size)
        if reading < settings.results_cut:
            dropped(request)
        return response

    async def cancel(self, request: web.Request) -> web.Response:
        """Have a batch end early; one that has ended stays as it is. Raises ApiError 404."""
        batch = self._found(request)
        if batch.ended_at is None and batch.cancel_at is None:
            self._store.cancel(batch.batch_id, self._rehearsal.clock())
            batch = self._found(request)
        return self._told(request, batch)

    async def delete(self, request: web.Request) -> web.Response:
        """Forget a batch that has ended. Raises ApiError."""
        batch = self._found(request)
        if batch.ended_at is None:
            raise invalid("The batch has not ended: cancel it first.")
        self._store.delete(batch.batch_id)
        self._rehearsal.stats.batches["deleted"] += 1
        return json_response(orjson.dumps({"id": batch.batch_id, "type": "message_batch_deleted"}))


def _within_a_line(path: Path) -> int:
    """A place about half-way, before the last character of a line: the half itself may lie between two."""
    with path.open("rb") as file:
        file.seek(path.stat().st_size // 2)
        file.readline()
        return file.tell() - len(b"}\n")


async def _write_file(response: web.StreamResponse, path: Path, size: int) -> None:
    with path.open("rb") as file:
        for start in range(0, size, CHUNK):
            await response.write(file.read(min(CHUNK, size - start)))
