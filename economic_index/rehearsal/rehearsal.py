"""The state of one rehearsal: its settings, counts, limits and caches, and the answer to one request.

No HTTP here: live requests (messages.py) and batches both ask this for their answers.
"""

from collections import deque
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from economic_index.rehearsal.altering import alter
from economic_index.rehearsal.answers import answer
from economic_index.rehearsal.asked import Asked, Prefixes
from economic_index.rehearsal.cache import CacheUse, PromptCache
from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.faults import FAULTS, MESSAGE, drawn_fault
from economic_index.rehearsal.heads import Heads
from economic_index.rehearsal.known_branches import KnownBranches
from economic_index.rehearsal.limits import Limits
from economic_index.rehearsal.message import message_of
from economic_index.rehearsal.replay import BrokenRecord, Recorder, Replay
from economic_index.rehearsal.settings import Behaviour, UnknownSetting, changed
from economic_index.rehearsal.stats import Seen, Stats

DROPS = ("drop_before_create", "drop_create_replies")
Clock = Callable[[], datetime]


class Rehearsal:
    """Everything that requests share. `clock` gives times with a zone; what it named is kept in `state_dir`, if any."""

    def __init__(self, behaviour: Behaviour, clock: Clock, state_dir: Path | None = None) -> None:
        self.clock = clock
        self._branches = KnownBranches(state_dir / "branches.jsonl" if state_dir else None)
        self._replay: Replay | None = None
        self._recorder: Recorder | None = None
        self.script: deque[str] = deque()
        self.drops_left = dict.fromkeys(DROPS, 0)
        self.reset()
        self._take(behaviour)

    def reset(self) -> None:
        """Forget counts, tries, caches, limits, and what was to happen next; batches stay."""
        self.script.clear()
        self.drops_left = dict.fromkeys(DROPS, 0)
        self.stats, self.limits = Stats(), Limits()
        self.live_cache, self.batch_cache = PromptCache(), PromptCache()

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change some settings; `reset: true` among them begins the counts again. Raises UnknownSetting."""
        wanted = dict(changes)
        begins_again = wanted.pop("reset", False)
        behaviour = changed(self.behaviour, wanted)
        if begins_again:
            self.reset()
        self._take(behaviour)
        self.limits.forget()

    def _take(self, behaviour: Behaviour) -> None:
        replay, recorder = self._opened(behaviour)
        self.close()
        self._replay, self._recorder = replay, recorder
        # what is said of the next tries and batches holds once
        self.script.extend(behaviour.script)
        for name in self.drops_left:
            self.drops_left[name] += getattr(behaviour.batch, name)
        batch = replace(behaviour.batch, drop_before_create=0, drop_create_replies=0)
        self.behaviour = replace(behaviour, script=(), batch=batch)
        self._heads = Heads(Prefixes(behaviour.strict, behaviour.grammar_limit))

    @staticmethod
    def _opened(behaviour: Behaviour) -> tuple[Replay | None, Recorder | None]:
        try:
            replay = Replay(Path(behaviour.replay)) if behaviour.replay else None
            return replay, Recorder(Path(behaviour.record)) if behaviour.record else None
        except (OSError, BrokenRecord) as error:
            told = str(error) if isinstance(error, BrokenRecord) else error.strerror
            raise UnknownSetting(f"the file of answers cannot be opened: {told}") from None

    def close(self) -> None:
        """Close the files of answers."""
        for file in (self._replay, self._recorder):
            if file is not None:
                file.close()

    def read(self, raw: bytes, draw: int | str) -> Asked:
        """A request from the bytes of its body, and its draw or custom_id. Raises ApiError."""
        return self._heads.read(raw, draw)

    def next_fault(self, asked: Asked, seen: Seen) -> str:
        """The fault of the next try of a live request: a scripted one, else a drawn one; counts the try."""
        if not self.script:
            return self.drawn_fault(asked, seen, FAULTS)
        seen.tries += 1
        fault = self.script.popleft()
        self.stats.met(fault)
        return fault

    def drawn_fault(self, asked: Asked, seen: Seen, among: Set[str]) -> str:
        """The fault of the next try of a request, if it is among these; counts the try."""
        number, seen.tries = seen.tries, seen.tries + 1
        fault = drawn_fault(self.behaviour.faults, self.behaviour.seed, asked.identity, number)
        if fault not in among:
            return ""
        self.stats.met(fault)
        return fault

    def cache_use(self, cache: PromptCache, asked: Asked, may_read: bool = True) -> CacheUse:
        """How the input of a request would be billed now."""
        if not self.behaviour.cache:
            return CacheUse(asked.input_tokens)
        row = asked.prefix.row
        minimum = self.behaviour.cache_minimum.get(asked.model, row.cache_minimum)
        return cache.use(asked.ends, asked.input_tokens, minimum, self.clock(), may_read)

    def make(self, asked: Asked, seen: Seen, use: CacheUse, fault: str, tier: str = "standard") -> dict[str, Any]:
        """The message that answers a request, with its fault, counted and billed. Raises ApiError in strict replay."""
        message = self._replay.message(asked.identity) if self._replay else None
        if message is None and self._replay is not None and self.behaviour.replay_strict:
            raise ApiError(404, "There is no recorded answer to this request.")
        if message is None:
            text = orjson.dumps(answer(asked, self.behaviour, self._branches)).decode()
            message = message_of(asked, text, use, seen.tries, tier)
        if self._recorder is not None and fault not in MESSAGE:
            self._recorder.add(asked.identity, message)
        seen.made += 1
        self.stats.billed(asked.model, message.get("usage") or {})
        return alter(message, fault, asked)
