"""A hash of all that a row says beside its texts, by which a row that is told again is known to be the one that lies
in its week."""

import hashlib

from economic_index.conversations.normalise import Row


def row_hash(row: Row) -> str:
    """Equal for rows of equal values, and of messages with equal times, models and attachments; 16 hexadecimal digits.

    Texts count by the row's content hash: as they read, not as they are written.
    """
    transcript = row.transcript
    told = (row.values, transcript.sent_at, transcript.models, transcript.attachments, row.whole_id)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
