"""Runs a reader over parsed records, or a file through all of the reading; nothing marked SECRET may come out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from reading_home import AS_OF, KEY, WEEKS

from economic_index.conversations.file_report import FileReport
from economic_index.conversations.normalise import Row
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Reader, Rejected
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.vocabulary import LocatorKind


def run(reader: Reader, records: Sequence[Any], context: ReadContext | None = None) -> list[Draft | Rejected]:
    """What a reader finds in records, each the line of its number."""
    elements = (
        record if isinstance(record, Rejected) else Element(record, Locator(LocatorKind.LINE, number))
        for number, record in enumerate(records, start=1)
    )
    return list(reader.read(elements, context or ReadContext(AS_OF)))


def drafts(reader: Reader, records: Sequence[Any], context: ReadContext | None = None) -> list[Draft]:
    """The same where nothing is rejected and nothing private is kept as text."""
    found = run(reader, records, context)
    assert all(isinstance(item, Draft) for item in found), found
    assert "SECRET" not in repr([(item.messages, item.model_raw, item.product) for item in found])
    return found


def texts(draft: Draft) -> list[str]:
    return [message.text for message in draft.messages]


def read_file(path: Path, **settings: Any) -> tuple[list[Row], FileReport]:
    """Rows and report of one file."""
    source = Source("mine", str(path), assign_weeks=WEEKS, **settings)
    report = FileReport("mine", "f1", path.name, source.settings_hash(), path.stat().st_size)
    return list(FileRows(path, source, RunContext(KEY, AS_OF), report, path.parent)), report


def json_of(words: Sequence[str]) -> st.SearchStrategy[Any]:
    """Arbitrary JSON over keys and values that a format knows."""
    told = st.sampled_from([*words, ""])
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | told | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(told, inner, max_size=6),
        max_leaves=30,
    )
