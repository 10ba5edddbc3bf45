"""What the weeks that are due are going to cost, before anything is asked: live and in batches, cached and not.

Counted from requests really built, as far as they can be built before the facets are known. Nothing is sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from statistics import fmean

import pandas as pd
import pyarrow as pa

from economic_index.contracts import validated
from economic_index.contracts.money import COST_ESTIMATE
from economic_index.llm.ledger import mean_output_tokens
from economic_index.llm.prices import Price, Prices, Usage
from economic_index.llm.request import Request
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Way

# Before the first answer: tokens of an answer (llm: section 8), and the share of conversations that are work.
USUAL_OUTPUT = {"facets": 280.0, "task": 70.0, "hierarchy_step": 60.0}
USUAL_OCCUPATIONAL = 0.8
# Live, all but the first of each prefix read it; in primed batches the vendor's hits are best effort.
READ_SHARES = {Way.LIVE: 0.0, Way.LIVE_CACHED: 0.99, Way.BATCH: 0.0, Way.BATCH_CACHED: 0.95}
LOOKED_AT = 200
"""Requests that are built to learn how long they are."""


@dataclass(frozen=True)
class Sizes:
    """Mean tokens of the requests of one prompt."""

    prefix: float
    input: float
    output: float


def sizes_of(requests: Iterable[Request], output: float) -> Sizes | None:
    """Measured on the first requests; None if there is none."""
    looked_at = list(islice(requests, LOOKED_AT))
    if not looked_at:
        return None
    return Sizes(
        fmean(request.prefix_tokens for request in looked_at),
        fmean(request.input_tokens for request in looked_at),
        output,
    )


def output_tokens(store: AnswerStore, prompt: str, model: str) -> float:
    """What answers were long so far, else what they usually are."""
    return mean_output_tokens(store, prompt, model) or USUAL_OUTPUT[prompt]


def usd(sizes: Sizes, requests: float, way: Way, price: Price) -> float:
    """The price of so many requests, asked in one way."""
    share = READ_SHARES[way]
    is_batch = way in {Way.BATCH, Way.BATCH_CACHED}
    million = 1_000_000
    read, written = sizes.prefix * share, sizes.prefix * (1 - share)
    usage = Usage(
        uncached=round(million * (sizes.input + (0 if share else sizes.prefix))),
        written_5m=0 if is_batch or not share else round(million * written),
        written_1h=round(million * written) if is_batch and share else 0,
        read=round(million * read),
        output=round(million * sizes.output),
    )
    return price.micro_usd(usage, is_batch=is_batch) / million * requests / 1e6


@dataclass(frozen=True)
class Expected:
    """What one prompt is expected to ask for: how many conversations, answered and open requests, and their sizes."""

    prompt: str
    conversations: int
    answered: int
    requests: int
    sizes: Sizes


def estimate(expected: Sequence[Expected], model: str, prices: Prices, day: date) -> pd.DataFrame:
    """Rows of lake/cost_estimate: each prompt in each way."""
    rows = [
        {
            "prompt": each.prompt,
            "way": way.value,
            "model": model,
            "conversations": each.conversations,
            "answered_requests": each.answered,
            "requests": each.requests,
            "prefix_tokens": round(each.sizes.prefix),
            "input_tokens": round(each.sizes.input),
            "output_tokens": round(each.sizes.output),
            "cache_read_share": READ_SHARES[way] if each.sizes.prefix else 0.0,
            "usd": usd(each.sizes, each.requests, way, prices.of(model, day)),
        }
        for each in expected
        for way in Way
    ]
    return validated(COST_ESTIMATE, pd.DataFrame(rows, columns=list(COST_ESTIMATE.schema.columns)))


def first_batches(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The first rows of a scan, so that no more text is read than is looked at."""
    for batch in batches:
        if rows <= 0:
            return
        yield batch.slice(0, rows)
        rows -= batch.num_rows
