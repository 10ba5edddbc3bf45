"""One page that needs nothing from outside, hides nothing, and cannot be taken over by a label."""

import re
from html.parser import HTMLParser

import pytest
import synthetic_marts
from synthetic_marts import HOSTILE, served

from economic_index.publish.figures import FIGURES
from economic_index.publish.notices import ATTRIBUTIONS, WHAT_THIS_IS_NOT
from economic_index.publish.page import build_report

LARGEST = 2_500_000


class Outline(HTMLParser):
    """Tags, ids and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.ids += [named["id"]] if named.get("id") else []
        self.addresses += [value for name in ("href", "src") if (value := named.get(name))]


def test_the_page_is_whole_small_and_asks_nothing_of_the_network(rich_page: str) -> None:
    outline = Outline(rich_page)
    assert len(rich_page.encode()) < LARGEST
    assert all(address.startswith(("#", "data:")) for address in outline.addresses)
    assert "link" not in outline.tags
    assert "@import" not in rich_page
    assert "default-src 'none'" in rich_page
    assert rich_page.count("<script") == rich_page.count("</script>") == 2


def test_every_figure_has_a_static_picture_a_table_and_a_download(rich_page: str) -> None:
    outline = Outline(rich_page)
    assert outline.tags.count("figure") == len(FIGURES) == outline.tags.count("figcaption")
    assert sum(address.startswith("data:text/csv") for address in outline.addresses) == len(FIGURES)
    assert (
        outline.tags.count("table") == outline.tags.count("caption") == len(FIGURES) + 2
    )  # what was left out, and a headline counted otherwise
    assert len(re.findall(r'<div class="chart" data-figure="\w+"><svg', rich_page)) == len(FIGURES)


def test_links_lead_somewhere_and_landmarks_are_there(rich_page: str) -> None:
    outline = Outline(rich_page)
    assert {address[1:] for address in outline.addresses if address.startswith("#")} <= set(outline.ids)
    assert outline.tags.count("h1") == outline.tags.count("main") == 1
    assert {"header", "footer", "aside"} <= set(outline.tags)
    assert '<html lang="en">' in rich_page


def test_the_head_says_who_classified_and_what_it_is_not(rich_page: str) -> None:
    assert "Its results are not Claude’s" in rich_page
    assert "3f9c1b7e22d04a51" in rich_page
    assert "at least 15 conversations by at least 5 users" in rich_page
    for line in (*WHAT_THIS_IS_NOT, ATTRIBUTIONS[0]):
        assert line in rich_page
    assert "can never be released" not in rich_page


def test_one_persons_page_says_that_it_has_no_floor_and_can_never_be_released() -> None:
    page = build_report(served(synthetic_marts.one_person()))
    assert "No floor; can never be released" in page
    assert "A cell is shown with at least" not in page
    assert "A cell is shown with at least 15 conversations" in build_report(served(synthetic_marts.tiny()))


@pytest.mark.parametrize("home", [synthetic_marts.tiny(), synthetic_marts.empty(), {}], ids=["tiny", "empty", "none"])
def test_a_home_with_little_or_nothing_gives_a_sensible_page(home: dict) -> None:
    page = build_report(served(home))
    assert len(page) < 40_000
    assert "<script" not in page
    assert page.count('class="nothing"') == len(FIGURES)
    assert "nan" not in page.lower().replace("-", " ").split()


def test_a_hostile_label_stays_text() -> None:
    page = build_report(served(synthetic_marts.hostile()))
    outline = Outline(page)
    assert HOSTILE not in page
    assert "alert(1)" in page
    assert outline.tags.count("script") == 2
    assert "img" not in outline.tags
