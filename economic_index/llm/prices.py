"""What an answer cost: a dated price table that the user can override row by row, and token counts in micro-USD.

No budget here (spending.py), and nothing is added up (ledger.py).
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from economic_index.llm.models import undated

_TABLE = Path(__file__).with_name("prices.csv")
_COLUMNS = ("usd_in", "usd_out", "usd_write_5m", "usd_write_1h", "usd_read")
# The vendor's discount on all tokens of a batch (llm: Message Batches).
BATCH_FACTOR = 0.5
US_INFERENCE_FACTOR = 1.1


class UnpricedModel(Exception):
    """A model without a price, or a price file that cannot be read; the message names the remedy."""


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer; `uncached` is what stood after the last cache mark."""

    uncached: int = 0
    written_5m: int = 0
    written_1h: int = 0
    read: int = 0
    output: int = 0
    thinking: int = 0

    @property
    def input(self) -> int:
        """All tokens that went in."""
        return self.uncached + self.written_5m + self.written_1h + self.read

    @classmethod
    def of(cls, usage: Mapping[str, Any]) -> "Usage":
        """The counts of a reply; absent ones are zero, and writes of unknown life count as five minutes."""
        kinds = usage.get("cache_creation") or {}
        written = _count(usage, "cache_creation_input_tokens")
        one_hour = min(written, _count(kinds, "ephemeral_1h_input_tokens"))
        return cls(
            uncached=_count(usage, "input_tokens"),
            written_5m=written - one_hour,
            written_1h=one_hour,
            read=_count(usage, "cache_read_input_tokens"),
            output=_count(usage, "output_tokens"),
            thinking=_count(usage.get("output_tokens_details") or {}, "thinking_tokens"),
        )


def _count(counts: Mapping[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) and value > 0 else 0


@dataclass(frozen=True)
class Price:
    """USD per million tokens, from a day on, for prompts of more than `above_tokens`."""

    model: str
    valid_from: date
    above_tokens: int
    usd_in: float
    usd_out: float
    usd_write_5m: float
    usd_write_1h: float
    usd_read: float
    source: str

    def micro_usd(self, usage: Usage, *, is_batch: bool, is_us_only: bool = False) -> int:
        """Price of one answer in millionths of a USD, to the nearest: prices are per million tokens."""
        total = (
            usage.uncached * self.usd_in
            + usage.written_5m * self.usd_write_5m
            + usage.written_1h * self.usd_write_1h
            + usage.read * self.usd_read
            + usage.output * self.usd_out
        )
        return round(total * (BATCH_FACTOR if is_batch else 1.0) * (US_INFERENCE_FACTOR if is_us_only else 1.0))


class Prices:
    """The price table, with the user's rows in place of ours of the same model, day and band."""

    def __init__(self, own: Path | None = None) -> None:
        rows = {_place(price): price for price in _read(_TABLE)}
        if own is not None:
            rows |= {_place(price): price for price in _read(own)}
        self._rows = sorted(rows.values(), key=_place)

    def of(self, model: str, day: date, prompt_tokens: int = 0) -> Price:
        """The price that holds on a day. Raises UnpricedModel."""
        names = {model, undated(model)}
        known = [row for row in self._rows if row.model in names and row.valid_from <= day]
        latest = max((row.valid_from for row in known), default=None)
        bands = [row for row in known if row.valid_from == latest and row.above_tokens <= prompt_tokens]
        if not bands:
            raise UnpricedModel(
                f"{model} has no price on {day}: add a row to a file of your own and name it in OEI_PRICES "
                f"(columns: model, valid_from, above_tokens, {', '.join(_COLUMNS)}, source)."
            )
        return max(bands, key=lambda row: row.above_tokens)

    def models(self) -> list[str]:
        """Models that have a price."""
        return sorted({row.model for row in self._rows})


def _place(price: Price) -> tuple[str, date, int]:
    return price.model, price.valid_from, price.above_tokens


def _read(path: Path) -> Iterable[Price]:
    try:
        lines = csv.DictReader(path.read_text().splitlines())
    except OSError as error:
        raise UnpricedModel(f"{path}: the price file cannot be read ({type(error).__name__}).") from None
    return [_price(path, number, row) for number, row in enumerate(lines, start=2)]


def _price(path: Path, line: int, row: Mapping[str, str]) -> Price:
    try:
        amounts = {name: float(row[name]) for name in _COLUMNS}
        day, band = date.fromisoformat(row["valid_from"]), int(row["above_tokens"] or 0)
    except (KeyError, TypeError, ValueError):
        columns = ", ".join(("model", "valid_from", "above_tokens", *_COLUMNS, "source"))
        raise UnpricedModel(f"{path}, line {line}: not a price. Columns: {columns}.") from None
    return Price(row["model"].strip(), day, band, **amounts, source=row.get("source") or path.name)
