"""The requests of one run on their way through batches: to come, ready to go, claimed by a batch, ended.

A body is in memory only while it is ready to go; after that it is on the spool. Nothing is sent here.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_spool import Spool, SpoolFolder, with_body
from economic_index.llm.batch_store import BatchStore
from economic_index.llm.judging import OpenRequest
from economic_index.llm.request import Request, Sha
from economic_index.llm.run_state import RunState
from economic_index.vocabulary import BatchState, State

LOOKED_UP = 500
# After these, a request that did not end has used one of its tries.
_TRIED = (BatchState.COLLECTED, BatchState.INCOMPLETE)


@dataclass
class _OnTheWay:
    """Requests of this run that one batch claims, and their bodies, if this home has them."""

    keys: set[Sha]
    spool: Spool | None


@dataclass
class RunRequests:
    """Which requests of the run stand where; `left` counts those whose bodies another home has, and which came back."""

    source: Iterator[Request]
    store: BatchStore
    spools: SpoolFolder
    state: RunState
    ready: list[OpenRequest] = field(default_factory=list)
    left: int = 0
    _on_the_way: dict[str, _OnTheWay] = field(default_factory=dict)
    _coming_back: deque[Iterator[OpenRequest]] = field(default_factory=deque)
    _is_exhausted: bool = False
    _is_dropped: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether any request is in a batch."""
        return bool(self._on_the_way)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing more to send for now."""
        return not (self.ready or self._coming_back) and self._is_exhausted

    @property
    def intent_ids(self) -> list[str]:
        """The batches that requests of this run are in."""
        return list(self._on_the_way)

    async def fill(self, most: int, most_bytes: int) -> None:
        """Have so many requests ready, or so many bytes, or all there are."""
        size = sum(len(item.request.body) for item in self.ready)
        while len(self.ready) < most and size < most_bytes:
            group = self._next_group()
            if not group:
                return
            added = self._sorted_out(group)
            self.ready += added
            size += sum(len(item.request.body) for item in added)
            await asyncio.sleep(0)

    def sort_out(self) -> None:
        """Look again at what is ready: another process may have taken it meanwhile."""
        ready, self.ready = self.ready, []
        for start in range(0, len(ready), LOOKED_UP):
            self.ready += self._sorted_out(ready[start : start + LOOKED_UP])

    def drop_the_rest(self) -> None:
        """Send nothing more: what is on its way is all that is waited for."""
        self.ready, self._is_exhausted, self._is_dropped = [], True, True
        self._coming_back.clear()

    def sent(self, intent_id: str, items: Sequence[OpenRequest], spool: Spool) -> None:
        """These are no longer ready: a batch has them, or may have."""
        keys = {item.request.key for item in items}
        self.ready = [item for item in self.ready if item.request.key not in keys]
        self._on_the_way[intent_id] = _OnTheWay(keys, spool)

    def account(self) -> list[BatchRow]:
        """Batches that are over: what became of their requests is counted, and what did not end comes back."""
        over = [row for row in self.store.rows(self._on_the_way).values() if not row.is_live]
        for row in over:
            mine = self._on_the_way.pop(row.intent_id)
            rest = self._unended(sorted(mine.keys))
            if mine.spool and (self._is_dropped or not rest):
                mine.spool.close()
            elif mine.spool:
                self._coming_back.append(self._again(row, set(rest), mine.spool))
            else:
                self.left += len(rest)
        return over

    def close(self) -> None:
        """Give the files back."""
        self._coming_back.clear()
        for each in self._on_the_way.values():
            if each.spool:
                each.spool.close()

    def _next_group(self) -> list[OpenRequest]:
        while self._coming_back:
            if group := list(islice(self._coming_back[0], LOOKED_UP)):
                return group
            self._coming_back.popleft()
        if self._is_exhausted:
            return []
        group = [OpenRequest(request) for request in islice(self.source, LOOKED_UP)]
        self._is_exhausted = not group
        return group

    def _sorted_out(self, group: Iterable[OpenRequest]) -> list[OpenRequest]:
        """Those that have not ended, are in no batch, and are not ready twice."""
        known = {item.request.key for item in self.ready}
        items = {item.request.key: item for item in group if item.request.key not in known}
        return [items[key] for key in self._unended(list(items))]

    def _unended(self, keys: Sequence[Sha]) -> list[Sha]:
        """Requests that are to be sent: those that ended are counted, those in another batch are waited for."""
        ends = self.store.ends(keys)
        for state in ends.values():
            self.state.ended[State(state)] += 1
        open_keys = [key for key in keys if key not in ends]
        claims = self.store.claims(open_keys)
        for key, intent_id in claims.items():
            if intent_id not in self._on_the_way:
                self._on_the_way[intent_id] = _OnTheWay(set(), self.spools.open(intent_id))
            self._on_the_way[intent_id].keys.add(key)
        return [key for key in open_keys if key not in claims]

    def _again(self, row: BatchRow, keys: set[Sha], spool: Spool) -> Iterator[OpenRequest]:
        """Requests of a batch that is over, with their bodies; read when they are asked for."""
        items = self.store.items(row.intent_id)
        wanted = {name: item for name, item in items.items() if item.request.key in keys}
        try:
            for name, body in spool.bodies(wanted):
                item = with_body(wanted[name], body)
                item.tries -= row.state not in _TRIED
                yield item
        finally:
            spool.close()
