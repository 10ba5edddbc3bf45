"""What a message of a ChatGPT export says, by its kind of content: spoken words, tool traffic, reasoning or neither.

Trees and conversations are chatgpt_export.py's.
"""

import re
from enum import Enum
from typing import Any, NamedTuple

from economic_index.conversations.readers.loose_json import list_at, mapping_at, text_at


class Kind(Enum):
    """What is done with a message."""

    SPOKEN = "spoken"
    TOOL = "tool"
    REASONING = "reasoning"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


KINDS = {
    "text": Kind.SPOKEN,
    "multimodal_text": Kind.SPOKEN,
    "code": Kind.TOOL,
    "execution_output": Kind.TOOL,
    "computer_output": Kind.TOOL,
    "citable_code_output": Kind.TOOL,
    "system_error": Kind.TOOL,
    "tether_browsing_display": Kind.TOOL,
    "tether_browsing_code": Kind.TOOL,
    "tether_quote": Kind.TOOL,
    "sonic_webpage": Kind.TOOL,
    "thoughts": Kind.REASONING,
    "reasoning_recap": Kind.REASONING,
    "user_editable_context": Kind.HIDDEN,
    "model_editable_context": Kind.HIDDEN,
}
_POINTERS = (
    "image_asset_pointer",
    "audio_asset_pointer",
    "video_container_asset_pointer",
    "real_time_user_audio_video_asset_pointer",
)
_CITATION = re.compile("\ue200[^\ue200\ue201]*\ue201")


class Spoken(NamedTuple):
    """The words of a message, how many things are attached to it, how many of its parts nobody knows."""

    text: str
    attachment_count: int
    unknown_count: int


def kind_of(message: dict[str, Any]) -> Kind:
    """What is done with a message, from its author, its addressee, its content and its marks.

    Custom instructions and memory are hidden: they are never text.
    """
    role = text_at(message, "author", "role")
    content = message.get("content")
    name = text_at(content, "content_type") or "text"
    kind = KINDS.get(name, Kind.UNKNOWN)
    is_call = role == "assistant" and text_at(message, "recipient") not in (None, "all")
    if role == "tool" or is_call or kind is Kind.TOOL:
        return Kind.TOOL
    if kind is Kind.REASONING:
        return kind
    metadata = mapping_at(message, "metadata")
    is_marked = metadata.get("is_visually_hidden_from_conversation") or metadata.get("is_user_system_message")
    return Kind.HIDDEN if role == "system" or is_marked or _has_no_weight(message) else kind


def _has_no_weight(message: dict[str, Any]) -> bool:
    weight = message.get("weight")
    return isinstance(weight, int | float) and not isinstance(weight, bool) and weight == 0


def spoken(message: dict[str, Any]) -> Spoken:
    """Words of a spoken message: texts and transcribed speech by line, without inline citation spans."""
    content = message.get("content")
    if isinstance(content, str):
        return Spoken(without_citations(content), 0, 0)
    texts: list[str] = []
    pointer_count = unknown_count = 0
    for part in list_at(content, "parts") or [text_at(content, "text")]:
        kind = text_at(part, "content_type")
        if isinstance(part, str):
            texts.append(part)
        elif kind in ("audio_transcription", "text"):
            texts.append(text_at(part, "text") or "")
        elif kind in _POINTERS:
            pointer_count += 1
        elif part is not None:
            unknown_count += 1
    # what a person uploads is named in the metadata, an image among it in the parts too
    attachment_count = max(pointer_count, len(list_at(message, "metadata", "attachments")))
    text = "\n".join([text for text in texts if text])
    return Spoken(without_citations(text), attachment_count, unknown_count)


def without_citations(text: str) -> str:
    """The text without the spans in private-use characters that stand for a source."""
    return _CITATION.sub("", text) if "\ue200" in text else text
