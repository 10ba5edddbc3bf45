"""What fuzzers found, as small as it could be made: read again by every run of the tests."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A file that broke a reader once."""

    format: str
    data: bytes
    suffix: str = ".json"


FINDINGS: dict[str, Finding] = {}
