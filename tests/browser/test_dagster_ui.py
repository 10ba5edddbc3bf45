"""The Dagster UI opens on a home and shows what ran: the graph, an asset's columns and rows."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import browser_page
from tests.homes import PROJECT, Home

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ui(small_home: Home) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "orchestration", "ui", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, env=small_home.environment(), start_new_session=True)
    url, ends = f"http://127.0.0.1:{port}", time.monotonic() + 180
    while time.monotonic() < ends:
        try:
            urllib.request.urlopen(f"{url}/server_info", timeout=5).read()
            break
        except OSError:
            time.sleep(1)
    yield url
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(timeout=60)


def test_the_graph_and_an_asset_can_be_seen(ui: str, tmp_path: Path) -> None:
    with browser_page(1800, 1100) as page:
        page.goto(f"{ui}/asset-groups", wait_until="domcontentloaded")
        page.get_by_text("marts", exact=True).first.wait_for(timeout=120_000)
        page.screenshot(path=tmp_path / "graph.png")
        page.goto(f"{ui}/asset-groups/marts/mart_collaboration", wait_until="domcontentloaded")
        page.goto(f"{ui}/assets/lake/conversations?view=overview", wait_until="domcontentloaded")
        page.get_by_text("started_at_source").first.wait_for(timeout=60_000)
        page.screenshot(path=tmp_path / "asset.png")
        assert page.errors == []
