"""Rate limits by model: token buckets of requests, input tokens and output tokens, and the headers that tell them.

What a request costs is counted by its callers.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from economic_index.rehearsal.errors import ApiError
from economic_index.rehearsal.settings import Behaviour


@dataclass
class Bucket:
    """Fills by `rate` a minute up to `capacity`; what is spent after the fact may take it below zero."""

    rate: float
    capacity: float
    level: float
    filled_at: datetime

    def fill(self, now: datetime) -> None:
        """Add what has come in since the last time."""
        seconds = max((now - self.filled_at).total_seconds(), 0.0)
        self.level = min(self.capacity, self.level + self.rate / 60 * seconds)
        self.filled_at = now

    def seconds_until(self, level: float) -> float:
        """How long it takes to hold so much."""
        return max(level - self.level, 0.0) * 60 / self.rate


class ModelLimits:
    """The buckets of one model; those without a limit are left out."""

    def __init__(self, behaviour: Behaviour, now: datetime) -> None:
        rates = {"requests": behaviour.rpm, "input-tokens": behaviour.itpm, "output-tokens": behaviour.otpm}
        share = behaviour.burst_seconds / 60
        self.buckets = {
            name: Bucket(rate, max(rate * share, 1.0), max(rate * share, 1.0), now)
            for name, rate in rates.items()
            if rate
        }

    def admit(self, input_tokens: int, now: datetime) -> None:
        """Take one request and its input tokens. Raises ApiError 429, having taken nothing."""
        wanted = {"requests": 1.0, "input-tokens": float(input_tokens), "output-tokens": 1.0}
        waits = [0.0]
        for name, bucket in self.buckets.items():
            bucket.fill(now)
            waits.append(bucket.seconds_until(min(wanted[name], bucket.capacity)))
        if max(waits) > 0:
            headers = self.headers(now) | {"retry-after": str(math.ceil(max(waits)))}
            raise ApiError(429, "The rate limit of this model is reached.", headers=headers)
        for name in ("requests", "input-tokens"):
            if name in self.buckets:
                self.buckets[name].level -= wanted[name]

    def spend_output(self, tokens: int) -> None:
        """Take the output tokens of an answer."""
        if "output-tokens" in self.buckets:
            self.buckets["output-tokens"].level -= tokens

    def headers(self, now: datetime) -> dict[str, str]:
        """The headers of all limits as they stand; token values in thousands, as the API rounds them."""
        told: dict[str, str] = {}
        for name, bucket in self.buckets.items():
            told |= _told(name, bucket.rate, bucket.level, bucket.seconds_until(bucket.capacity), now)
        tokens = [self.buckets[name] for name in ("input-tokens", "output-tokens") if name in self.buckets]
        if tokens:
            reset = max(bucket.seconds_until(bucket.capacity) for bucket in tokens)
            level = sum(max(bucket.level, 0.0) for bucket in tokens)
            told |= _told("tokens", sum(bucket.rate for bucket in tokens), level, reset, now)
        return told


def _told(name: str, limit: float, level: float, reset_seconds: float, now: datetime) -> dict[str, str]:
    remaining = max(int(level), 0)
    if name != "requests":
        remaining = round(remaining, -3)
    reset = (now + timedelta(seconds=reset_seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    prefix = f"anthropic-ratelimit-{name}"
    return {f"{prefix}-limit": str(int(limit)), f"{prefix}-remaining": str(remaining), f"{prefix}-reset": reset}


class Limits:
    """The limits of every model that was asked."""

    def __init__(self) -> None:
        self._models: dict[str, ModelLimits] = {}

    def of(self, model: str, behaviour: Behaviour, now: datetime) -> ModelLimits:
        """The limits of one model, full at its first request."""
        if model not in self._models:
            self._models[model] = ModelLimits(behaviour, now)
        return self._models[model]

    def forget(self) -> None:
        """Begin again with full buckets: the limits were changed."""
        self._models.clear()
