"""Every format has its page and its hand-written files, and each file is told by exactly its own reader."""

import gzip
import json
import re
from pathlib import Path

import pytest
import zstandard
from reader_runs import read_file

from economic_index.conversations.readers.registry import READERS, reader_named
from economic_index.conversations.records import Element
from economic_index.conversations.sniff import sniff
from economic_index.conversations.splitter import Extent
from economic_index.conversations.unpack import Stream
from economic_index.vocabulary import SourceFormat

PROJECT = Path(__file__).resolve().parents[3]
FORMATS = Path(__file__).parent / "formats"
FILES = sorted(path for path in FORMATS.glob("*/*") if path.is_file())
HEADINGS = ["Get it", "How long it is kept", "Read", "Left"]
MAY_HAVE_NO_TIME = {SourceFormat.SHAREGPT, SourceFormat.LMSYS_CHAT}
TIMES_OF_REPLIES = {SourceFormat.WILDCHAT}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("name", SourceFormat)
def test_every_format_has_a_reader_files_and_a_page_that_the_index_of_formats_names(name: SourceFormat) -> None:
    if name is not SourceFormat.MAPPED_TABLE:  # its reader is made for each source, its files need a mapping
        assert reader_named(name).format is name
        assert any(path.parent.name == name for path in FILES)
    page = (PROJECT / "docs/logs" / f"{name}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == HEADINGS
    assert f"](logs/{name}.md)" in (PROJECT / "docs/log_formats.md").read_text(encoding="utf-8")


def test_no_page_and_no_folder_is_of_an_unknown_format() -> None:
    names = {path.stem for path in (PROJECT / "docs/logs").glob("*.md")} | {path.parent.name for path in FILES}
    assert names <= {*SourceFormat}


@pytest.mark.parametrize("path", FILES, ids=name_of)
@pytest.mark.parametrize("size", [13, 1 << 20])
def test_exactly_one_reader_knows_a_file(path: Path, size: int) -> None:
    data = path.read_bytes()
    sniffed = sniff(Stream("x", (data[start : start + size] for start in range(0, len(data), size))))
    assert sniffed is not None
    assert sniffed.reader.format == path.parent.name
    elements = sniffed.elements(sniffed.chunks, Extent())
    sample = [element.value for element in elements if isinstance(element, Element)]
    assert [reader.format for reader in READERS if reader.sniff(sample)] == [path.parent.name]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_gives_the_same_plain_and_packed_and_nothing_private(path: Path, tmp_path: Path) -> None:
    plain, report = read_file(path)
    assert plain
    for name, pack in ((".gz", gzip.compress), (".zst", zstandard.compress)):
        packed = tmp_path / f"{path.name}{name}"
        packed.write_bytes(pack(path.read_bytes()))
        assert [row.transcript for row in read_file(packed)[0]] == [row.transcript for row in plain]
    said = " ".join(report.sentences()) + json.dumps(report.rejections)
    kept = json.dumps([{**row.values, "texts": row.transcript.texts()} for row in plain], default=str)
    assert "SECRET" not in said + kept
    assert all(row.values["source_format"] == path.parent.name for row in plain)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_times_come_from_the_log_where_it_has_any(path: Path) -> None:
    sources = {row.values["started_at_source"] for row in read_file(path)[0]}
    told = "log_first_reply" if path.parent.name in TIMES_OF_REPLIES else "log"
    assert sources == ({"assigned"} if path.parent.name in MAY_HAVE_NO_TIME else {told})
