"""Statements are fetched from a real server, resumed, retried, verified by content, and cached."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from economic_index.taxonomy.codes import statement_hash
from economic_index.taxonomy.statements import StatementsDiffer, StatementSource, StatementsUnavailable

ROWS = [f"Polish the brass of lighthouse number {number}" for number in range(5_000)]
FILE = ("O*NET-SOC Code,Title,Task ID,Task\n" + "".join(f"11-1011.00,X,{i},{t}\n" for i, t in enumerate(ROWS))).encode()
EXPECTED = frozenset(statement_hash(row) for row in ROWS)


class Server(http.server.ThreadingHTTPServer):
    """Serves FILE; the first replies can be faulty."""

    faults: list[str]
    requests: list[str | None]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.requests.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "500":
            self.send_error(500)
            return
        if fault == "404":
            self.send_error(404)
            return
        body = FILE[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as found:
        found.faults, found.requests = [], []
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def source(server: Server, cache: Path, **options: object) -> StatementSource:
    url = f"http://127.0.0.1:{server.server_port}/statements.csv"
    given = {"expected": EXPECTED, "reference_dir": None, "may_fetch": True} | options
    return StatementSource("20.1", cache_dir=cache, urls={"20.1": url}, **given)


def test_a_cut_connection_is_resumed_where_it_ended(server: Server, tmp_path: Path) -> None:
    server.faults[:] = ["cut"]
    rows, origin = source(server, tmp_path).statements()
    assert set(rows["statement_hash"]) == EXPECTED
    assert server.requests == [None, f"bytes={len(FILE) // 2}-"]
    assert len(origin["sha256"]) == 64


def test_an_error_of_the_server_is_retried_and_a_wrong_address_is_not(server: Server, tmp_path: Path) -> None:
    server.faults[:] = ["500", "500"]
    assert len(source(server, tmp_path / "a").statements()[0]) == len(ROWS)
    assert len(server.requests) == 3
    server.faults[:] = ["404"]
    with pytest.raises(StatementsUnavailable, match="OEI_REFERENCE_DIR"):
        source(server, tmp_path / "b").statements()
    assert len(server.requests) == 4


def test_the_second_time_nothing_is_asked(server: Server, tmp_path: Path) -> None:
    source(server, tmp_path).statements()
    source(server, tmp_path).statements()
    assert len(server.requests) == 1


def test_a_changed_cache_is_refused(server: Server, tmp_path: Path) -> None:
    source(server, tmp_path).statements()
    (file,) = tmp_path.glob("*.file")
    file.write_bytes(FILE + b"11-1011.00,X,9,Another\n")
    with pytest.raises(StatementsDiffer, match="changed since"):
        source(server, tmp_path).statements()


def test_statements_of_another_version_are_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(StatementsDiffer, match="Give the file of that version"):
        source(server, tmp_path, expected=EXPECTED | {"0" * 16}).statements()


def test_a_folder_is_read_and_an_empty_one_says_what_was_looked_for(server: Server, tmp_path: Path) -> None:
    (tmp_path / "onet_task_statements.csv").write_bytes(FILE)
    rows, _ = source(server, tmp_path / "c", reference_dir=tmp_path).statements()
    assert list(rows.columns) == ["onet_version", "statement_hash", "statement", "vintage", "licence_id"]
    assert not server.requests
    with pytest.raises(StatementsUnavailable, match=r"onet_task_statements\.csv"):
        source(server, tmp_path / "c", reference_dir=tmp_path / "c").statements()


def test_without_a_source_one_line_says_what_to_do(server: Server, tmp_path: Path) -> None:
    with pytest.raises(StatementsUnavailable, match="OEI_FETCH_STATEMENTS=1"):
        source(server, tmp_path, may_fetch=False).statements()
