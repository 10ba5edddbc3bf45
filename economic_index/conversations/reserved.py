"""Which conversations are reserved for outside evaluation: never labelled, trained on or looked at.

Nothing else decides this; the pipeline processes reserved conversations like all others.
"""

import hashlib
from collections.abc import Iterable

RESERVED_DIGITS = ("0", "1")


def is_reserved_record(record_id: str) -> bool:
    """Whether the SHA-256 of the record's id, part suffix included, begins with 0 or 1 (hex)."""
    return hashlib.sha256(record_id.encode("utf-8", "replace")).hexdigest().startswith(RESERVED_DIGITS)


def is_reserved(record_ids: Iterable[str]) -> bool:
    """Whether any record of a conversation is reserved."""
    return any(is_reserved_record(record_id) for record_id in record_ids)
