"""Headless Chromium for the browser tests: required where services are, else the test is left out by name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@contextmanager
def browser_page(width: int, height: int) -> Iterator:
    """A page, and the errors that it threw."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("OEI_REQUIRE_SERVICES") == "1":
            pytest.fail("Chromium is required here and was not found.")
        pytest.skip("no Chromium: the pages were not opened in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page
        browser.close()
