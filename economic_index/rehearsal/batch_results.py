"""Answers the requests of a batch, one after the other from disk to disk, and disturbs the results as set.

When a batch is due is batches.py's; the requests of one batch never see what each other wrote to the cache.
"""

import asyncio
import os
import re
from collections import Counter
from datetime import datetime
from struct import unpack
from typing import Any, BinaryIO

import orjson

from economic_index.rehearsal.asked import parsed
from economic_index.rehearsal.batch_body import read_places
from economic_index.rehearsal.batch_store import REQUESTS, RESULTS, Batch, BatchStore
from economic_index.rehearsal.cache import CacheUse
from economic_index.rehearsal.draws import drawn_bytes, uniform
from economic_index.rehearsal.errors import ApiError, error_object, new_request_id
from economic_index.rehearsal.faults import MESSAGE
from economic_index.rehearsal.rehearsal import Rehearsal

AT_ONCE = 25
_USUAL = re.compile(rb'\{"custom_id":"([a-zA-Z0-9_-]{1,64})","params":')

Result = dict[str, Any]


class BatchRun:
    """The ending of one batch."""

    def __init__(self, rehearsal: Rehearsal, store: BatchStore, batch: Batch) -> None:
        self._rehearsal, self._store, self._batch = rehearsal, store, batch
        self._behaviour = rehearsal.behaviour
        self._folder = store.folder(batch.batch_id)
        self._written: list[CacheUse] = []

    async def end(self) -> None:
        """Answer all requests, write the results, and record the end; a run that was cut off is begun again."""
        counts: Counter[str] = Counter()
        partial = self._folder / "results.partial"
        with (self._folder / REQUESTS).open("rb") as requests, partial.open("wb") as results:
            for number, (place, (start, length)) in enumerate(self._order()):
                custom_id, params = _parted(os.pread(requests.fileno(), length, start))
                result = self._result(custom_id, params)
                counts[result["type"]] += 1
                self._write(results, place, custom_id, result)
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
            self._add_strangers(results)
        partial.rename(self._folder / RESULTS)
        now = self._rehearsal.clock()
        for use in self._written:
            self._rehearsal.batch_cache.commit(use, now)
        self._store.end(self._batch.batch_id, now, counts)
        self._rehearsal.stats.batches["ended"] += 1

    def _order(self) -> list[tuple[int, tuple[int, int]]]:
        """The requests with their rank in an order that is drawn, in that order if the results are shuffled."""
        places = read_places(self._folder)
        draws = unpack(f">{len(places)}Q", drawn_bytes(8 * len(places), self._behaviour.seed, self._batch.batch_id))
        order = sorted(range(len(places)), key=draws.__getitem__)
        ranks = dict(zip(order, range(len(order)), strict=True))
        chosen = order if self._behaviour.batch.shuffled else range(len(places))
        return [(ranks[number], places[number]) for number in chosen]

    def _write(self, file: BinaryIO, rank: int, custom_id: str, result: Result) -> None:
        """Write a line, or two, or none."""
        settings = self._behaviour.batch
        if rank < settings.missing:
            return
        if rank - settings.missing < settings.unknown_type:
            result = {"type": "rehearsed_type"}
        line = orjson.dumps({"custom_id": custom_id, "result": result}) + b"\n"
        twice = uniform(self._behaviour.seed, "twice", custom_id) < settings.duplicated
        file.write(line * 2 if twice else line)

    def _add_strangers(self, file: BinaryIO) -> None:
        for number in range(self._behaviour.batch.unknown_id):
            line = {"custom_id": f"rehearsal-unknown-{number}", "result": {"type": "expired"}}
            file.write(orjson.dumps(line) + b"\n")

    def _result(self, custom_id: str, params: bytes) -> Result:
        if not self._is_reached(custom_id):
            return {"type": "canceled" if self._batch.cancel_at else "expired"}
        try:
            return self._answered(custom_id, params)
        except ApiError as error:
            return _errored(error)

    def _is_reached(self, custom_id: str) -> bool:
        """Whether a request was answered before its batch was cancelled or expired; as the time went, so the share."""
        batch = self._batch
        if batch.cancel_at is None:
            return batch.ends_at < batch.expires_at
        due = self._behaviour.batch.end_delay
        share = (batch.cancel_at - batch.created_at).total_seconds() / due if due else 0.0
        return uniform(self._behaviour.seed, "reached", custom_id) < share

    def _answered(self, custom_id: str, params: bytes) -> Result:
        rehearsal, settings, seed = self._rehearsal, self._behaviour.batch, self._behaviour.seed
        asked = rehearsal.read(params, custom_id)
        seen = rehearsal.stats.arrived(asked.identity)
        draw = uniform(seed, "outcome", asked.identity, seen.tries)
        fault = rehearsal.drawn_fault(asked, seen, MESSAGE)
        if draw < settings.expired:
            return {"type": "expired"}
        if (draw := draw - settings.expired) < settings.errored_invalid:
            raise ApiError(400, "The rehearsal found this request invalid.")
        if draw - settings.errored_invalid < settings.errored_server:
            raise ApiError(500, "The rehearsal met an error of its own.")
        may_read = uniform(seed, "hit", asked.identity, seen.tries) < settings.cache_hit_rate
        use = rehearsal.cache_use(rehearsal.batch_cache, asked, may_read)
        self._written.append(use)
        message = rehearsal.make(asked, seen, use, fault, "batch")
        seen.completed += 1
        return {"type": "succeeded", "message": message}


def due_at(batch: Batch) -> datetime:
    """When a batch is to be ended."""
    return min(batch.ends_at, batch.expires_at)


def _parted(element: bytes) -> tuple[str, bytes]:
    """Id and params of one request of a batch; written in the usual way, the params need not be parsed here."""
    if usual := _USUAL.match(element):
        return usual[1].decode(), element[usual.end() : -1]
    request = parsed(element)
    return request["custom_id"], orjson.dumps(request["params"])


def _errored(error: ApiError) -> Result:
    return {"type": "errored", "error": error_object(error.status, error.message, new_request_id(), error.error_code)}
