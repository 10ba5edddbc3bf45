"""The report in a real browser: every figure is drawn, nothing fails, nothing leaves the machine."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from economic_index.publish.figures import FIGURES
from economic_index.publish.page import build_report

sys.path.insert(0, str(Path(__file__).parents[1] / "library" / "publish"))
import synthetic_marts

VIEWS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
WIDEST_MARK = """Math.max(...[...document.querySelectorAll('.chart svg .root')]
    .map((drawing) => drawing.getBoundingClientRect().right))"""
pytestmark = pytest.mark.browser


@dataclass
class Opened:
    """A page, and what went wrong or out while it was opened."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "index.html"
    path.write_text(build_report(synthetic_marts.served(synthetic_marts.hostile())))
    return path


def opened(browser: Browser, path: Path, **view: Any) -> Opened:
    """Open the file, listening from the first moment."""
    seen = Opened(browser.new_page(**view))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.goto(path.as_uri())
    return seen


@pytest.mark.parametrize("name", VIEWS)
def test_every_figure_is_drawn_without_an_error_or_a_request(
    browser: Browser, report: Path, tmp_path: Path, name: str
) -> None:
    seen = opened(browser, report, **VIEWS[name])
    page = seen.page
    page.wait_for_function("document.documentElement.dataset.drawn === 'all'", timeout=120_000)
    assert seen.errors == []
    assert seen.requests == [report.as_uri()]
    assert page.locator(".chart[data-drawn] svg.marks").count() == len(FIGURES)
    assert page.evaluate("document.documentElement.scrollWidth") <= VIEWS[name]["viewport"]["width"]
    assert page.evaluate(WIDEST_MARK) <= VIEWS[name]["viewport"]["width"]
    picture = tmp_path / f"report_{name}.png"
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 100_000
    page.close()


def test_dark_charts_wear_dark_colours(browser: Browser, report: Path) -> None:
    colours = {}
    for name in ("wide", "dark"):
        page = opened(browser, report, **VIEWS[name]).page
        colours[name] = page.evaluate("getComputedStyle(document.querySelector('.chart text[fill=\"#1c1c1a\"]')).fill")
        page.close()
    assert colours["wide"] == "rgb(28, 28, 26)"
    assert colours["dark"] == "rgb(236, 235, 229)"


def test_without_script_the_static_pictures_stand(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator(".chart svg").count() == len(FIGURES)
    context.close()


def test_the_first_page_prints_on_one_sheet(browser: Browser, report: Path) -> None:
    seen = opened(browser, report, viewport={"width": 680, "height": 1009})  # A4 less its margins, at 96 dpi
    seen.page.emulate_media(media="print")
    bottom = seen.page.evaluate("document.querySelector('#first-page').getBoundingClientRect().bottom")
    assert bottom <= 1009
    seen.page.close()
