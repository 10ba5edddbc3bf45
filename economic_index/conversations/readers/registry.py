"""The readers that exist, in the order in which a log is offered to them.

Adding a format is one module beside this one and one line here (docs/log_formats.md, "Adding a reader").
"""

from economic_index.conversations.readers.chat_messages import READER as CHAT_MESSAGES
from economic_index.conversations.readers.chatgpt_compliance import READER as CHATGPT_COMPLIANCE
from economic_index.conversations.readers.chatgpt_export import READER as CHATGPT_EXPORT
from economic_index.conversations.readers.claude_code import READER as CLAUDE_CODE
from economic_index.conversations.readers.claude_compliance import READER as CLAUDE_COMPLIANCE
from economic_index.conversations.readers.claude_export import READER as CLAUDE_EXPORT
from economic_index.conversations.readers.copilot_m365 import READER as COPILOT_M365
from economic_index.conversations.readers.langfuse import READER as LANGFUSE
from economic_index.conversations.readers.litellm import READER as LITELLM
from economic_index.conversations.readers.lmsys_chat import READER as LMSYS_CHAT
from economic_index.conversations.readers.open_webui import READER as OPEN_WEBUI
from economic_index.conversations.readers.sharegpt import READER as SHAREGPT
from economic_index.conversations.readers.wildchat import READER as WILDCHAT
from economic_index.conversations.records import Reader

READERS: tuple[Reader, ...] = (
    CLAUDE_COMPLIANCE,
    CLAUDE_EXPORT,
    CHATGPT_EXPORT,
    CHATGPT_COMPLIANCE,
    OPEN_WEBUI,
    COPILOT_M365,
    CLAUDE_CODE,
    LITELLM,
    LANGFUSE,
    WILDCHAT,
    LMSYS_CHAT,
    SHAREGPT,
    CHAT_MESSAGES,
)
"""Most specific first."""


def reader_named(name: str) -> Reader:
    """The reader of a format. Raises KeyError with the known names."""
    for reader in READERS:
        if reader.format == name:
            return reader
    raise KeyError(f"{name}: no such format. Known: {', '.join(reader.format for reader in READERS)}.")
