"""The words of an HTML body: tags, scripts and styles dropped, blocks on lines of their own.

What the body belongs to is not known here. Broken and hostile markup costs time in proportion to its length.
"""

import re
from html.parser import HTMLParser

_HIDDEN = {"script", "style", "head", "template", "noscript"}
_BLOCKS = {
    *("p", "div", "br", "li", "ul", "ol", "tr", "table", "pre", "blockquote", "hr", "section", "article"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "codeblock"),
}
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_LONG_TAG = re.compile(r"</?[A-Za-z][^<>]{2000,}>")  # a picture inside its own tag
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]*>)")
_SPACE = re.compile(r"[ \t\r\f\v]+")
_EMPTY_LINES = re.compile(r"\n\s*\n")


class _Words(HTMLParser):
    """Collects what is shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden is None and tag in _HIDDEN:
            self._hidden = tag
        elif tag == "body" and self._hidden == "head":  # its end may be left out
            self._hidden = None
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden is None:
            self.pieces.append(data)


def html_text(html: str) -> str:
    """The text of a body, without markup; a `<` that opens no tag is a character."""
    words = _Words()
    words.feed(_tame(html))
    words.close()
    lines = _SPACE.sub(" ", "".join(words.pieces).replace("\xa0", " "))
    return _EMPTY_LINES.sub("\n", "\n".join([line.strip() for line in lines.split("\n")])).strip()


def _tame(html: str) -> str:
    """Without comments, declarations and very long tags, and with stray `<` as text.

    The parser looks for the end of each of these from every place where one may begin.
    """
    html = _DECLARATION.sub("", _without_comments(html))
    return _NO_TAG.sub("&lt;", _LONG_TAG.sub("", html))


def _without_comments(html: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return "".join([*kept, html[at:]])
