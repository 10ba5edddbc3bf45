"""Statements are fetched from a real server, resumed, retried, verified by content, and cached."""

import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from economic_index.taxonomy.codes import statement_hash
from economic_index.taxonomy.statements import (
    OFFICIAL,
    Expected,
    StatementsDiffer,
    StatementSource,
    StatementsUnavailable,
)

ROWS = [f"Polish the brass of lighthouse number {number}" for number in range(5_000)]
HEADER = "O*NET-SOC Code,Title,Task ID,Task\n"
FILE = (HEADER + "".join(f"11-1011.00,X,{i},{t}\n" for i, t in enumerate(ROWS))).encode()
EXPECTED = Expected(len(ROWS), frozenset(map(statement_hash, ROWS)))


class Server(http.server.ThreadingHTTPServer):
    """Serves `body`; the first replies can be faulty."""

    body: bytes
    faults: list[str]
    requests: list[str | None]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.requests.append(wanted)
        fault = self.server.faults.pop(0) if self.server.faults else ""
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and fault != "no ranges" else 0
        body, size = self.server.body[start:], len(self.server.body)
        if fault.isdecimal():
            self.send_response(int(fault))
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", "0")
        elif start and not body:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            body = b""
        else:
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(
            {"cut": body[: len(body) // 2], "cut at once": b""}.get(fault, b"" if fault.isdecimal() else body)
        )

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as found:
        found.body, found.faults, found.requests = FILE, [], []
        threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def source(server: Server, tmp_path: Path, waits: list[float]):
    """A source on the loopback server, with its cache in tmp_path; options replace its settings."""

    def make(**options: object) -> StatementSource:
        url = f"http://127.0.0.1:{server.server_port}/statements.csv"
        given = {
            "cache_dir": tmp_path / "cache", "reference_dir": None, "may_fetch": True, "wait": waits.append,
            "urls": {"20.1": url}, "expected": EXPECTED,
        }  # fmt: skip
        return StatementSource("20.1", **(given | options))

    return make


def part_of(cache: Path) -> Path:
    (part,) = cache.glob("*.part")
    return part


def test_a_cut_connection_is_resumed_where_it_ended(server, source, waits) -> None:
    server.faults[:] = ["cut"]
    rows, origin = source().statements()
    assert set(rows["statement_hash"]) == EXPECTED.hashes
    assert server.requests == [None, f"bytes={len(FILE) // 2}-"]
    assert len(origin["sha256"]) == 64
    assert waits == [1.0]


def test_a_killed_download_goes_on_in_the_next_run(server, source, tmp_path) -> None:
    server.faults[:] = ["cut", "404"]
    with pytest.raises(StatementsUnavailable, match="HTTP 404"):
        source().statements()
    assert part_of(tmp_path / "cache").read_bytes() == FILE[: len(FILE) // 2]
    source().statements()
    assert server.requests[-1] == f"bytes={len(FILE) // 2}-"
    assert not list((tmp_path / "cache").glob("*.part"))


def test_a_download_killed_after_its_last_byte_is_used(server, source, tmp_path) -> None:
    server.faults[:] = ["cut", "404"]
    with pytest.raises(StatementsUnavailable):
        source().statements()
    part_of(tmp_path / "cache").write_bytes(FILE)
    assert len(source().statements()[0]) == len(ROWS)
    assert server.requests[-1] == f"bytes={len(FILE)}-"


def test_a_server_that_cannot_resume_sends_the_whole(server, source) -> None:
    server.faults[:] = ["cut", "no ranges"]
    assert len(source().statements()[0]) == len(ROWS)


def test_a_part_of_another_file_is_thrown_away_and_fetched_whole(server, source, tmp_path) -> None:
    server.faults[:] = ["cut", "404"]
    with pytest.raises(StatementsUnavailable):
        source().statements()
    part = part_of(tmp_path / "cache")
    part.write_bytes(b"x" * part.stat().st_size)
    assert len(source().statements()[0]) == len(ROWS)
    assert server.requests[-1] is None


def test_a_failing_server_is_asked_again_after_what_it_asks_for(server, source, waits) -> None:
    server.faults[:] = ["500", "cut at once", "429"]
    assert len(source().statements()[0]) == len(ROWS)
    assert waits == [7.0, 2.0, 7.0]


def test_five_failures_in_a_row_are_enough(server, source, waits) -> None:
    server.faults[:] = ["503"] * 9
    with pytest.raises(StatementsUnavailable, match=r"HTTP 503, 5 times.*OEI_REFERENCE_DIR"):
        source().statements()
    assert len(server.requests) == 5
    assert len(waits) == 4


def test_a_wrong_address_is_not_asked_twice(server, source) -> None:
    server.faults[:] = ["404"]
    with pytest.raises(StatementsUnavailable, match="HTTP 404"):
        source().statements()
    assert len(server.requests) == 1


def test_no_connection_is_one_line_with_the_remedy(source, waits) -> None:
    with pytest.raises(StatementsUnavailable, match="OEI_REFERENCE_DIR") as raised:
        source(urls={"20.1": "http://127.0.0.1:1/statements.csv"}).statements()
    assert "\n" not in str(raised.value)
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_the_second_time_nothing_is_asked_and_the_hash_is_the_first(server, source, tmp_path) -> None:
    _, first = source().statements()
    _, second = source(may_fetch=False).statements()
    assert first == second
    assert len(server.requests) == 1
    (record,) = (tmp_path / "cache").glob("*.json")
    assert json.loads(record.read_text()) == {
        "url": first["source"], "sha256": first["sha256"], "size_bytes": len(FILE),
    }  # fmt: skip


def test_a_changed_cache_is_refused(source, tmp_path) -> None:
    source().statements()
    (file,) = (tmp_path / "cache").glob("*.csv")
    file.write_bytes(FILE.replace(b"Title", b"title"))
    with pytest.raises(StatementsDiffer, match="changed since"):
        source().statements()


def test_a_repacked_file_with_the_same_statements_is_taken_and_said(server, source, tmp_path) -> None:
    _, first = source().statements()
    (file,) = (tmp_path / "cache").glob("*.csv")
    file.unlink()
    server.body = FILE.replace(b"Title", b"title")
    _, second = source().statements()
    assert second["sha256_at_first_fetch"] == first["sha256"] != second["sha256"]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (FILE.replace(b"number 7\n", b"number seven\n"), r"5,000 statements \(5,000 distinct, 4,999 known\)"),
        (FILE + b"11-1011.00,X,9," + ROWS[0].encode() + b"\n", r"5,001 statements \(5,000 distinct, 5,000 known\)"),
        (b"<html><body>Moved</body></html>", "without a column Task"),
        (b"", "not a table"),
        (b"PK\x03\x04 no archive", "damaged archive"),
        (b"Task\n\xff\xfe\n", "not a table of text"),
    ],
    ids=["another text", "one too many", "a web page", "nothing", "a damaged archive", "not text"],
)
def test_wrong_content_is_refused_and_not_kept(server, source, tmp_path, body: bytes, seen: str) -> None:
    server.body = body
    with pytest.raises(StatementsDiffer, match=seen):
        source().statements()
    assert not list((tmp_path / "cache").iterdir())
    server.body = FILE
    assert len(source().statements()[0]) == len(ROWS)


def test_the_official_archive_is_read_without_unpacking(server, source) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("db_30_1_text/Job Zones.txt", "O*NET-SOC Code\tJob Zone\n")
        archive.writestr("db_30_1_text/Task Statements.txt", "Task ID\tTask\n" + "".join(f'1\t"{t}\n' for t in ROWS))
    server.body = packed.getvalue()
    hashes = frozenset(statement_hash(f'"{row}') for row in ROWS)  # a tabbed file knows no quoting
    rows, _ = source(expected=Expected(len(ROWS), hashes)).statements()
    assert set(rows["statement_hash"]) == hashes


def test_shared_statements_are_one_row_whatever_their_order(server, source) -> None:
    wanted = Expected(3, frozenset({statement_hash("trim wicks"), statement_hash("wind clocks")}))
    found = []
    for lines in (["Trim wicks ", "trim wicks", "Wind clocks"], ["Wind clocks", "trim wicks", "Trim wicks"]):
        server.body = ("Task\n" + "\n".join(lines) + "\n").encode()
        url = f"http://127.0.0.1:{server.server_port}/{lines[0][0]}.csv"
        found.append(source(expected=wanted, urls={"20.1": url}).statements()[0])
    assert found[0].equals(found[1])
    assert sorted(found[0]["statement"]) == ["Trim wicks", "Wind clocks"]


def test_a_folder_comes_first_and_columns_are_the_contracts(server, source, tmp_path) -> None:
    (tmp_path / "release_2025_02_10").mkdir()
    (tmp_path / "release_2025_02_10" / "onet_task_statements.csv").write_bytes(FILE)
    rows, origin = source(reference_dir=tmp_path).statements()
    assert list(rows.columns) == ["onet_version", "statement_hash", "statement", "vintage", "licence_id"]
    assert origin == {"source": "onet_task_statements.csv"}
    assert not server.requests


def test_an_empty_folder_says_what_was_looked_for(server, source, tmp_path) -> None:
    with pytest.raises(StatementsUnavailable, match=r"release_2025_02_10/onet_task_statements\.csv"):
        source(reference_dir=tmp_path, may_fetch=False).statements()
    assert not server.requests


def test_without_a_source_one_line_says_what_to_do(source) -> None:
    with pytest.raises(StatementsUnavailable, match="OEI_FETCH_STATEMENTS=1") as raised:
        source(may_fetch=False).statements()
    assert "\n" not in str(raised.value)


def test_the_official_places_are_pinned_and_encrypted() -> None:
    assert OFFICIAL["30.1"].startswith("https://www.onetcenter.org/dl_files/database/db_30_1")
    assert OFFICIAL["20.1"].startswith("https://huggingface.co/datasets/Anthropic/EconomicIndex/")


def test_the_shipped_facts_say_what_the_official_files_hold() -> None:
    assert (Expected.shipped("20.1").count, len(Expected.shipped("20.1").hashes)) == (19_530, 18_428)
    assert (Expected.shipped("30.1").count, len(Expected.shipped("30.1").hashes)) == (18_796, 17_536)
