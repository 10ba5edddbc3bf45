"""Pages of an API that somebody kept as they came: an object with a list, whose items are the records.

A file that is one page alone is split by splitter.py already; here are pages by line, or in a row.
"""

from collections.abc import Callable, Iterator
from typing import Any

from economic_index.conversations.records import Element, ReadContext, Rejected

EMPTY_PAGE = "empty_page"


def items_of(record: Any, key: str, is_item: Callable[[Any], bool]) -> list[Any]:
    """The items of a page under `key`, or the record itself if it is one, or no page."""
    if isinstance(record, dict) and not is_item(record) and isinstance(record.get(key), list):
        return list(record[key])
    return [record]


def unpaged(
    elements: Iterator[Element | Rejected], key: str, is_item: Callable[[Any], bool], context: ReadContext
) -> Iterator[Element | Rejected]:
    """Elements, those of pages one by one, each at the place of its page."""
    for element in elements:
        if isinstance(element, Rejected):
            yield element
            continue
        items = items_of(element.value, key, is_item)
        context.skip(EMPTY_PAGE, int(not items))
        for item in items:
            yield element if item is element.value else Element(item, element.locator, element.is_repaired)
