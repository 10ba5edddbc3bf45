"""What fuzzers found, as small as it could be made: read again by every run of the tests."""

import json
from typing import NamedTuple


class Finding(NamedTuple):
    """A file that broke a reader once."""

    format: str
    data: bytes
    suffix: str = ".json"


_COLONS = ":-- " + ":-: " * 5000  # the head of a table in Markdown
FINDINGS: dict[str, Finding] = {
    "a reply of colons is read in no more than its length": Finding(
        "chat_messages",
        json.dumps({"request": {"messages": [{"role": "user", "content": "q"}]}, "response": _COLONS}).encode(),
        ".jsonl",
    ),
    "an id of thousands of digits": Finding(
        "sharegpt",
        json.dumps([{"id": "a_" + "9" * 5000, "conversations": [{"from": "human", "value": "q"}]}]).encode(),
    ),
}
