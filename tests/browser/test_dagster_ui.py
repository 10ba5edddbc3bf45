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
from playwright.sync_api import Browser

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


GROUPS = ["conversations", "classification", "reference", "staging", "intermediate", "marts", "publication"]


def test_the_graph_and_its_assets_can_be_seen(ui: str, browser: Browser, tmp_path: Path) -> None:
    page, errors = browser.new_page(viewport={"width": 1800, "height": 1100}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{ui}/asset-groups", wait_until="domcontentloaded")
    for group in GROUPS:
        page.get_by_text(group, exact=True).first.wait_for(timeout=120_000)
    page.screenshot(path=tmp_path / "graph.png")
    for asset, seen in {
        "lake/conversations": ["started_at_source", "2026-01-12", "weeks_due"],  # column, latest week, sensor
        "marts/mart_collaboration": ["Row count", "usage_share_lo", "open-economic-index"],
        "publication/figure_groups": ["caption", "caveats", "[Show Markdown]"],
    }.items():
        page.goto(f"{ui}/assets/{asset}", wait_until="domcontentloaded")
        for text in seen:
            page.get_by_text(text).first.wait_for(timeout=60_000)
        page.screenshot(path=tmp_path / f"{asset.replace('/', '_')}.png")
    assert errors == []
    page.close()
