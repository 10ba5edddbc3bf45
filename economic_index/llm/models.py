"""What a model can do, as far as a request must know it: smallest cached prefix, how thinking is switched off, effort.

A dated table, not code: these facts move. Prices stand in prices.py.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("models.csv")
_THINKING: Mapping[str, dict[str, str] | None] = {
    "disabled": {"type": "disabled"},
    "between_tools": {"type": "between_tools"},
    "off": None,  # off unless asked for
    "always": None,  # cannot be switched off
}
# Thinking counts against the limit, so where it cannot be off the answer needs this much room.
MAX_TOKENS_THINKING = 4_096


_DATE = re.compile(r"-20\d{6}$")


def undated(model: str) -> str:
    """A model's name without the date of its snapshot; a version (`-5-1`) is another model, and stays."""
    return _DATE.sub("", model)


class UnknownModel(Exception):
    """A model of which the tables say nothing; the message names the remedy."""


@dataclass(frozen=True)
class Capability:
    """What the requests to one model look like."""

    model: str
    cache_minimum: int
    thinking: dict[str, str] | None
    always_thinks: bool
    effort: str | None

    def max_tokens(self, wanted: int) -> int:
        """Room for an answer of `wanted` tokens."""
        return MAX_TOKENS_THINKING if self.always_thinks else wanted

    def can_cache(self, prefix_tokens: int) -> bool:
        """Whether a prefix of so many tokens is cached at all; below the minimum nothing says that it is not."""
        return prefix_tokens >= self.cache_minimum * 1.2

    def request_options(self) -> dict[str, Any]:
        """Thinking and effort, as they stand in a request."""
        return {"thinking": self.thinking, "effort": self.effort}


@cache
def capabilities() -> dict[str, Capability]:
    """The table, by model."""
    with _TABLE.open(newline="") as file:
        return {
            row["model"]: Capability(
                row["model"],
                int(row["cache_minimum"]),
                _THINKING[row["thinking"]],
                row["thinking"] == "always",
                row["effort"] or None,
            )
            for row in csv.DictReader(file)
        }


def capability_of(model: str) -> Capability:
    """The entry of a model; a dated name (`…-20251001`) is its model's.

    Raises UnknownModel.
    """
    name = undated(model)
    if name not in capabilities():
        known = ", ".join(sorted(capabilities()))
        raise UnknownModel(f"OEI_MODEL={model}: nothing is known of this model. Known: {known}.")
    return capabilities()[name]
