"""Of HTML the words are kept; hostile markup costs no more than its length."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.readers.html_text import html_text

CASES = [
    ("<p>Here it is.</p>", "Here it is."),
    ("<div>Hello &amp; <b>you</b><br>two</div><p>three</p>", "Hello & you\ntwo\nthree"),
    ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ("<script>SECRET</script>shown<style>SECRET</style>", "shown"),
    ("<script>if (a < b && c > d) { SECRET }</script>shown", "shown"),
    ("<head><title>SECRET</title><body>shown", "shown"),
    ("<script>SECRET", ""),
    ("<!-- SECRET --><!DOCTYPE html><?xml SECRET?>shown", "shown"),
    ("a < b and b > a", "a < b and b > a"),
    ("<3 hearts <", "<3 hearts <"),
    ("one&nbsp;&nbsp; two\t three", "one two three"),
    ('<img src="data:image/png;base64,' + "A" * 5000 + '">shown', "shown"),
    ("plain", "plain"),
    ("", ""),
]


@pytest.mark.parametrize(("html", "text"), CASES)
def test_words_are_kept_and_markup_is_not(html: str, text: str) -> None:
    assert html_text(html) == text


PIECES = ["<", "<!", "</", "<a ", "<!--", "&", "&#", '<a b="', "<?", "<![CDATA[", "<script>", "</a ", "<a/", "<p>"]


@pytest.mark.parametrize("piece", PIECES)
def test_a_megabyte_of_broken_markup_takes_seconds_not_hours(piece: str) -> None:
    started = time.perf_counter()
    html_text((piece * (1 << 20))[: 1 << 20])
    assert time.perf_counter() - started < 20


@given(st.lists(st.sampled_from([*PIECES, "-->", ">", "]]>", "x", "</script>", '"', "=", " "]) | st.text(max_size=3)))
def test_any_text_gives_a_text(pieces: list[str]) -> None:
    assert isinstance(html_text("".join(pieces)), str)
