"""Long files are fetched only when asked, once, and never in place of another one."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from economic_index.releases.files import ReleaseDiffers, ReleaseSource
from tests.library.releases import long_files

NAME = "aei_raw_claude_ai_2026-02-05_to_2026-02-12.csv"


class Publisher(BaseHTTPRequestHandler):
    """Serves one file, and nothing else."""

    content = b""
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200 if self.path.endswith(NAME) else 404)
        body = self.content if self.path.endswith(NAME) else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    Publisher.content = long_files.write(tmp_path / "published").read_bytes()
    Publisher.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def source(address: str, cache: Path, *, may_fetch: bool = True, folder: Path | None = None) -> ReleaseSource:
    urls = {name: f"{address}/{name}" for name in (NAME, "aei_raw_gone.csv")}
    return ReleaseSource(folder, cache, may_fetch, wait=lambda _: None, urls=urls)


def test_nothing_is_fetched_unless_asked(address: str, tmp_path: Path) -> None:
    assert source(address, tmp_path / "cache", may_fetch=False).files() == ([], [])
    assert Publisher.asked == []


def test_a_file_is_fetched_once_and_one_that_is_gone_is_told(address: str, tmp_path: Path) -> None:
    for _ in range(2):
        (found,), (missing,) = source(address, tmp_path / "cache").files()
        assert found.path.read_bytes() == Publisher.content
        assert missing.startswith("aei_raw_gone.csv could not be fetched.")
        assert "404" in missing
    assert Publisher.asked.count(f"/{NAME}") == 1


def test_a_given_file_is_not_fetched(address: str, tmp_path: Path) -> None:
    (found,), _ = source(address, tmp_path / "cache", folder=tmp_path / "published").files()
    assert found.source == NAME
    assert f"/{NAME}" not in Publisher.asked


def test_a_cached_file_that_changed_is_refused(address: str, tmp_path: Path) -> None:
    (found,), _ = source(address, tmp_path / "cache").files()
    found.path.write_text("other")
    with pytest.raises(ReleaseDiffers, match=r"changed since it was fetched\. Delete it"):
        source(address, tmp_path / "cache").files()
