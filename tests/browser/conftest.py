"""Headless Chromium for the browser tests: required where services are, else the tests are left out by name."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("OEI_REQUIRE_SERVICES") == "1":
            pytest.fail("Chromium is required here (OEI_REQUIRE_SERVICES=1) and was not found.")
        pytest.skip("Chromium was not found; install Debian's package `chromium` to run the browser tests.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()
