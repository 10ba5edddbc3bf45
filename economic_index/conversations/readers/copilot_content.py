"""What an interaction with Microsoft 365 Copilot says: text, HTML, or a card where there is nothing else.

Which interactions are one conversation is copilot_m365.py's; links, mentions and names of files are not looked at.
"""

import re
from typing import Any

from economic_index.conversations.readers.api_content import ATTACHMENTS
from economic_index.conversations.readers.drafts import UNKNOWN_ROLE
from economic_index.conversations.readers.html_text import html_text
from economic_index.conversations.readers.loose_json import id_at, list_at, mapping_at, opened, text_at
from economic_index.conversations.readers.turns import Turn, at_of
from economic_index.conversations.records import ReadContext
from economic_index.conversations.times import is_present, sane
from economic_index.vocabulary import Role

COLUMNS = ("body", "from", "attachments")
_ROLES = {"userPrompt": Role.USER.value, "aiResponse": Role.ASSISTANT.value}
_PLACEHOLDER = re.compile(r"<attachment\b[^<>]*>\s*</attachment>", re.IGNORECASE)
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
_CARD, _CARD_TEXTS = "card", ("TextBlock", "TextRun")
_MAX_CARD_PARTS = 10_000


def turn_of(item: dict[str, Any], context: ReadContext) -> Turn:
    """One interaction, with its columns opened."""
    attachments = [part for part in list_at(item, "attachments") if isinstance(part, dict)]
    cards = [part for part in attachments if _CARD in (text_at(part, "contentType") or "")]
    file_count = len(attachments) - len(cards)
    at = sane(item.get("createdDateTime"), context.as_of)
    return Turn(
        role=_ROLES.get(text_at(item, "interactionType") or "", UNKNOWN_ROLE),
        text=_words(item, cards),
        key=id_at(item, "id"),
        at=at_of(at),
        user=id_at(item, "from", "user", "id"),
        request=id_at(item, "requestId"),
        language=_language(text_at(item, "locale")),
        counts={ATTACHMENTS: file_count} if file_count else {},
        is_time_absurd=at is None and is_present(item.get("createdDateTime")),
    )


def card_text(card: Any) -> str:
    """The texts of an adaptive card, in order, one a line."""
    texts: list[str] = []
    waiting = [opened(card)[0]]
    for _ in range(_MAX_CARD_PARTS):
        if not waiting:
            break
        part = waiting.pop()
        if isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, dict):
            if part.get("type") in _CARD_TEXTS and (text := text_at(part, "text")):
                texts.append(text)
            waiting += [value for key in ("actions", "inlines", "columns", "items", "body") if (value := part.get(key))]
    return "\n".join(texts)


def _words(item: dict[str, Any], cards: list[dict[str, Any]]) -> str:
    body = mapping_at(item, "body")
    text = _PLACEHOLDER.sub("", text_at(body, "content") or "")
    if (text_at(body, "contentType") or "").lower() == "html":
        text = html_text(text)
    if text.strip():
        return text
    return "\n".join([found for card in cards if (found := card_text(card.get("content")))])


def _language(locale: str | None) -> str | None:
    """A locale as a BCP-47 tag: `pt_pt` is pt-PT."""
    if locale is None or not _LOCALE.fullmatch(locale):
        return None
    first, *rest = locale.replace("_", "-").split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *[cased.get(len(part), str.lower)(part) for part in rest]])
