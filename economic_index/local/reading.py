"""Reads transcripts batch by batch into what the engine needs of them: window, shape and language.

The text itself is dropped at once: nothing of it is kept besides the window, for as long as it is embedded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from economic_index.local.language import detect
from economic_index.local.structure import structure
from economic_index.local.window import Turn, render


@dataclass(frozen=True)
class Reading:
    """Some conversations as the engine sees them; all sequences run in parallel."""

    ids: list[str]
    hashes: list[str]
    windows: list[str]
    shapes: npt.NDArray[np.float64]
    languages: list[tuple[str, float]]


def turns_of(batch: pa.RecordBatch) -> Iterator[list[Turn]]:
    """The turns of each conversation of a batch, one conversation in memory at a time."""
    messages = batch.column(batch.schema.get_field_index("messages"))
    for place in range(batch.num_rows):
        of_one = messages.slice(place, 1).flatten()
        roles, texts = of_one.field("role").to_pylist(), of_one.field("text").to_pylist()
        yield [Turn(role, text) for role, text in zip(roles, texts, strict=True)]


def read(batch: pa.RecordBatch) -> Reading:
    """All that the engine needs of a batch of transcripts."""
    windows, shapes, languages = [], [], []
    for turns in turns_of(batch):
        windows.append(render(turns))
        shapes.append(structure(turns))
        languages.append(detect(turns))
    return Reading(
        ids=batch.column(batch.schema.get_field_index("conversation_id")).to_pylist(),
        hashes=batch.column(batch.schema.get_field_index("content_hash")).to_pylist(),
        windows=windows,
        shapes=np.array(shapes).reshape(len(windows), -1),
        languages=languages,
    )


def windows_of(batch: pa.RecordBatch) -> list[str]:
    """The windows alone."""
    return [render(turns) for turns in turns_of(batch)]
