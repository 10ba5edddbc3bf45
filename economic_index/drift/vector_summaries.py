"""Sums a week's vectors by groups of users, on 64 fixed directions: what embedding drift is computed from, in dbt.

No vector is kept: 64 numbers do not give back the 384 that they were made of.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from economic_index.contracts import validated
from economic_index.contracts.drift import VECTOR_SUMMARIES
from economic_index.drift.user_groups import people_by_group, user_groups

DIRECTIONS = 64
PROJECTION_VERSION = "1"
Vectors = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]


@runtime_checkable
class KeepsVectors(Protocol):
    """An engine that knows a vector of each conversation that it has labelled."""

    @property
    def vector_maker(self) -> str:
        """What makes them: vectors of different makers do not compare."""
        ...

    def vectors(self, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch]) -> dict[str, Vectors]:
        """Vectors by content hash; text is read only where one is missing."""
        ...


def summaries_of(engine: Any, conversations: pd.DataFrame, batches: Iterator[pa.RecordBatch]) -> pd.DataFrame:
    """Rows of lake/vector_summaries of one week; none where the engine has no vectors."""
    if not isinstance(engine, KeepsVectors):
        return _no_rows()
    return summarised(conversations, engine.vectors(conversations, batches), engine.vector_maker)


def directions(size: int) -> Reals:
    """Signs over 8, [size, 64]: squared distances are kept on average, with a standard error of 18 % (Achlioptas 2003).

    They are bits of SHAKE-256, so that they are the same with every version of numpy.
    """
    stream = hashlib.shake_256(f"directions {PROJECTION_VERSION}".encode()).digest(size * DIRECTIONS // 8)
    bits = np.unpackbits(np.frombuffer(stream, np.uint8)).reshape(size, DIRECTIONS)
    signs: Reals = (2.0 * bits - 1.0) / np.sqrt(DIRECTIONS)
    return signs


def summarised(conversations: pd.DataFrame, vectors: Mapping[str, Vectors], maker: str) -> pd.DataFrame:
    """Rows of lake/vector_summaries of one week, from rows of lake/conversations and vectors by content hash.

    A conversation without a vector is left out; its row counts nowhere.
    """
    known = conversations.loc[conversations["content_hash"].isin(list(vectors))]
    if known.empty:
        return _no_rows()
    groups = user_groups(known)
    places = np.unique(groups, return_inverse=True)[1]
    weights = known["weight"].to_numpy(np.float64)
    projected = _projected([vectors[name] for name in known["content_hash"]])
    sums = np.zeros((places.max() + 1, DIRECTIONS))
    np.add.at(sums, places, projected * weights[:, None])
    rows = people_by_group(known, groups).rename_axis("user_group").reset_index()
    rows["conversation_count"] = np.bincount(places)
    rows["weight_sum"] = np.bincount(places, weights)
    rows["weight_square_sum"] = np.bincount(places, weights**2)
    # rounded: the order of a sum must not make a week another one
    rows["vector_sum"] = list(sums.round(6))
    rows["square_sum"] = np.bincount(places, weights * (projected**2).sum(axis=1)).round(6)
    rows["maker"] = f"{maker}.projection-{PROJECTION_VERSION}"
    return validated(VECTOR_SUMMARIES, rows[list(VECTOR_SUMMARIES.schema.columns)])


def _no_rows() -> pd.DataFrame:
    return validated(VECTOR_SUMMARIES, pd.DataFrame(columns=list(VECTOR_SUMMARIES.schema.columns)))


def _projected(vectors: list[Vectors]) -> Reals:
    found: Reals = np.stack(vectors).astype(np.float64) @ directions(len(vectors[0]))
    return found
