"""The messages of one conversation, cleaned, as one UTF-8 text: what is hashed is what is stored.

Row by row no Python object is made per message; inbox_rows.py makes Arrow columns of whole batches.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from economic_index.conversations.records import Message
from economic_index.conversations.text import clean, fold_bytes_for_hash, is_clean
from economic_index.vocabulary import Role

SEPARATOR = "\x1f"
"""Between texts; no kept text holds it."""


class Transcript(NamedTuple):
    """Messages as columns: a letter per role, texts joined by SEPARATOR; other columns None if all are empty."""

    roles: str
    data: bytes
    char_count: int
    sent_at: Sequence[datetime | None] | None
    models: Sequence[str | None] | None
    attachments: Sequence[bool] | None
    is_repaired: bool
    dropped_count: int
    is_ascii: bool

    def texts(self) -> list[str]:
        """The texts, in order."""
        return self.data.decode().split(SEPARATOR) if self.roles else []

    def first_user_text(self) -> str:
        """The first text that a person typed."""
        return self.texts()[self.roles.index("u")]

    def folded(self) -> bytes:
        """The bytes to be hashed: equal for texts that read the same."""
        return self.data if self.is_ascii else fold_bytes_for_hash(self.data)


def transcript_of(messages: Sequence[Message]) -> Transcript:
    """Texts repaired, empty turns without attachment dropped."""
    kept, blank = list[Message](), ""
    for message in messages:
        if message.has_attachment or message.text.strip():
            kept.append(message)
        else:
            blank += message.text
    if not kept:
        return _repaired(messages)
    roles, texts, sent_at, models, attachments = zip(*kept, strict=True)
    joined = SEPARATOR.join(texts)
    try:
        data = joined.encode()
    except UnicodeEncodeError:
        return _repaired(messages)
    if not (is_clean(data, len(texts) - 1) and is_clean(blank.encode())):
        return _repaired(messages)
    return Transcript(
        "".join([role[0] for role in roles]),
        data,
        len(joined) - len(texts) + 1,
        sent_at if any(sent_at) else None,
        models if any(models) else None,
        attachments if any(attachments) else None,
        False,
        len(messages) - len(kept),
        len(data) == len(joined),
    )


def _repaired(messages: Sequence[Message]) -> Transcript:
    """The slow way, text by text."""
    kept: list[Message] = []
    was_repaired = False
    for message in messages:
        text, is_repaired = clean(message.text)
        was_repaired |= is_repaired
        if message.has_attachment or text.strip():
            kept.append(message._replace(text=text))
    dropped_count = len(messages) - len(kept)
    joined = SEPARATOR.join([message.text for message in kept])
    sent_at = [message.sent_at for message in kept]
    models = [message.model for message in kept]
    attachments = [message.has_attachment for message in kept]
    return Transcript(
        "".join(["u" if message.role is Role.USER else "a" for message in kept]),
        joined.encode(),
        sum(len(message.text) for message in kept),
        sent_at if any(sent_at) else None,
        models if any(models) else None,
        attachments if any(attachments) else None,
        was_repaired,
        dropped_count,
        joined.isascii(),
    )
