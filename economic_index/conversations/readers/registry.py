"""The readers that exist, in the order in which a log is offered to them.

Adding a format is one module beside this one and one line here (docs/log_formats.md, "Adding a reader").
"""

from economic_index.conversations.readers.chat_messages import READER as CHAT_MESSAGES
from economic_index.conversations.readers.chatgpt_export import READER as CHATGPT_EXPORT
from economic_index.conversations.readers.claude_export import READER as CLAUDE_EXPORT
from economic_index.conversations.readers.langfuse import READER as LANGFUSE
from economic_index.conversations.readers.litellm import READER as LITELLM
from economic_index.conversations.readers.sharegpt import READER as SHAREGPT
from economic_index.conversations.records import Reader

READERS: tuple[Reader, ...] = (CLAUDE_EXPORT, CHATGPT_EXPORT, LITELLM, LANGFUSE, SHAREGPT, CHAT_MESSAGES)
"""Most specific first."""


def reader_named(name: str) -> Reader:
    """The reader of a format. Raises KeyError with the known names."""
    for reader in READERS:
        if reader.format == name:
            return reader
    raise KeyError(f"{name}: no such format. Known: {', '.join(reader.format for reader in READERS)}.")
