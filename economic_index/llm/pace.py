"""How fast one model may be asked: token buckets for requests, input and output, slowed by refusals, taught by headers.

Nothing is sent here. Time is `time.monotonic`; it reaches no table.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

DEPTH_SECONDS = 5.0
LEAST_FACTOR = 0.05
UNTAUGHT_FACTOR, DOUBLING_SECONDS = 0.25, 30.0
OVERLOAD_SHARE, OVERLOAD_SECONDS = 0.3, 5.0
NEARLY_EMPTY = 0.1
LONGEST_PAUSE = 600.0
_NAMES = {"requests": "requests", "input": "input-tokens", "output": "output-tokens"}


class PauseTooLong(Exception):
    """The server asks for a pause of more than ten minutes: the run stops, and goes on later."""


@dataclass(frozen=True)
class Limits:
    """What a minute may hold; None: not limited."""

    requests: float | None = 1_000
    input: float | None = 2_000_000
    output: float | None = 400_000


class Bucket:
    """Tokens that flow in at a rate and are taken out; at most five seconds' worth lie ready."""

    def __init__(self, per_minute: float | None, now: float) -> None:
        self.rate = None if per_minute is None else per_minute / 60
        self.level = 0.0 if self.rate is None else self.rate * DEPTH_SECONDS
        self._filled_at = now
        self._most_remaining = 0.0

    def fill(self, now: float, factor: float) -> None:
        """Let flow in what has come since the last time."""
        if self.rate is not None:
            depth = self.rate * DEPTH_SECONDS
            self.level = min(depth, self.level + (now - self._filled_at) * self.rate * factor)
        self._filled_at = now

    def wait(self, amount: float, factor: float) -> float:
        """Seconds until the amount is there; more than the bucket holds waits for a full one."""
        if self.rate is None or amount <= 0:
            return 0.0
        lacking = min(amount, self.rate * DEPTH_SECONDS) - self.level
        return max(0.0, lacking / (self.rate * factor))

    def learn(self, per_minute: float) -> None:
        """Take the limit that the server names."""
        self.rate = per_minute / 60
        self.level = min(self.level, self.rate * DEPTH_SECONDS)

    def hold(self, remaining: float) -> None:
        """The server's own bucket is nearly empty: wait until it has refilled somewhat.

        Nearly empty as against the most that was ever seen in it: the limit is of a minute, and its bucket may hold
        no more than a second's worth.
        """
        self._most_remaining = max(self._most_remaining, remaining)
        reserve = self._most_remaining * NEARLY_EMPTY
        if remaining < reserve:
            self.level = min(self.level, remaining - reserve)

    def take(self, amount: float) -> None:
        """Take out, or give back a negative amount; the level may fall below zero."""
        if self.rate is not None:
            self.level -= amount


class Pace:
    """The pace for one model: waits before each request, learns from each reply."""

    def __init__(self, limits: Limits, rng: random.Random | None = None) -> None:
        now = time.monotonic()
        self.factor = UNTAUGHT_FACTOR
        self._buckets = {
            "requests": Bucket(limits.requests, now),
            "input": Bucket(limits.input, now),
            "output": Bucket(limits.output, now),
        }
        self._is_free = limits == Limits(None, None, None)  # until the server names a limit
        self._turn = asyncio.Lock()  # first come, first served
        self._paused_until = now
        self._is_taught = False
        self._slowed_at = {"limited": -1e9, "overloaded": -1e9}
        self._grown_at = self._clean_since = now
        self._recent: deque[tuple[float, bool]] = deque()
        self._rng = rng or random.Random()

    async def take(self, input_tokens: int, output_tokens: int) -> None:
        """Wait until a request of this size may be sent."""
        if self._is_free and time.monotonic() >= self._paused_until:
            return
        amounts = {"requests": 1.0, "input": float(input_tokens), "output": float(output_tokens)}
        async with self._turn:
            while (wait := self._wait(amounts)) > 0:
                await asyncio.sleep(min(wait, 1.0))
            for name, amount in amounts.items():
                self._buckets[name].take(amount)

    def _wait(self, amounts: Mapping[str, float]) -> float:
        now = time.monotonic()
        self._grow(now)
        for bucket in self._buckets.values():
            bucket.fill(now, self.factor)
        waits = [self._buckets[name].wait(amount, self.factor) for name, amount in amounts.items()]
        return max(self._paused_until - now, *waits)

    def _grow(self, now: float) -> None:
        if not self._is_taught and self._slowed_at["limited"] < 0 and now - self._grown_at >= DOUBLING_SECONDS:
            self.factor, self._grown_at = min(1.0, self.factor * 2), now
        if (clean := now - self._clean_since) >= 1.0:
            self.factor, self._clean_since = min(1.0, self.factor + 0.02 * clean), now

    def correct(self, input_tokens: int, output_tokens: int) -> None:
        """What the estimate was too high (positive) or too low by."""
        self._buckets["input"].take(-input_tokens)
        self._buckets["output"].take(-output_tokens)

    def learn(self, headers: Mapping[str, str]) -> None:
        """A reply's headers: limits replace the settings', and a nearly empty bucket holds the rest back."""
        self._note(is_overload=False)
        for name, header in _NAMES.items():
            limit = _number(headers.get(f"anthropic-ratelimit-{header}-limit"))
            remaining = _number(headers.get(f"anthropic-ratelimit-{header}-remaining"))
            if not limit or remaining is None:
                continue
            bucket = self._buckets[name]
            bucket.learn(limit)
            self._is_free = False
            if not self._is_taught:
                self._is_taught, self.factor = True, 1.0
            bucket.hold(remaining)

    def limited(self, retry_after: float | None) -> None:
        """A 429: all of this model waits, and goes on at half the pace. Raises PauseTooLong."""
        now, pause = time.monotonic(), retry_after if retry_after is not None else 1.0
        if pause > LONGEST_PAUSE:
            raise PauseTooLong(f"The server asks for a pause of {pause:,.0f} s. Start the same run again after it.")
        self._paused_until = max(self._paused_until, now + pause + self._rng.random())
        self._slow("limited", 0.5, max(1.0, pause), now)

    def overloaded(self) -> None:
        """A 5xx: slower, if they are many."""
        now = self._note(is_overload=True)
        failed = sum(is_overload for _, is_overload in self._recent)
        if failed > OVERLOAD_SHARE * len(self._recent):
            self._slow("overloaded", 0.7, OVERLOAD_SECONDS, now)

    def _note(self, *, is_overload: bool) -> float:
        now = time.monotonic()
        self._recent.append((now, is_overload))
        while self._recent and self._recent[0][0] < now - OVERLOAD_SECONDS:
            self._recent.popleft()
        return now

    def _slow(self, why: str, factor: float, at_most_every: float, now: float) -> None:
        self._clean_since = now
        if now - self._slowed_at[why] >= at_most_every:
            self._slowed_at[why] = now
            self.factor = max(LEAST_FACTOR, self.factor * factor)


def _number(value: str | None) -> float | None:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None
