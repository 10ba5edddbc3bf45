"""One exchange with a chat API out of its envelope: what was said, when, by whom, in which session.

Where a log keeps the parts is api_envelopes.py's, how exchanges join sessions.py's.
"""

import hashlib
from collections import Counter

from economic_index.conversations import times
from economic_index.conversations.normalise import TIME_OUT_OF_RANGE
from economic_index.conversations.readers.api_content import Spoken, prompt_hash, spoken
from economic_index.conversations.readers.api_envelopes import Envelope
from economic_index.conversations.readers.api_origin import (
    TIME_KEYS,
    first_text,
    is_issued,
    reply_id,
    request_id,
    session_id,
    user_and_session,
)
from economic_index.conversations.readers.chains import Exchange
from economic_index.conversations.records import Element, ReadContext, Rejected
from economic_index.vocabulary import RejectReason, Role


def exchange_of(element: Element, envelope: Envelope, context: ReadContext) -> Exchange | Rejected:
    """The exchange, or why there is none: no prompt here, or nobody says anything in it."""
    if envelope.prompt is None:
        return Rejected(RejectReason.NO_TEXT_IN_FORMAT, element.locator, "prompt=absent")
    prompt = spoken(envelope.prompt, context)
    reply = spoken(envelope.reply, context, "assistant")
    reply.messages = [message for message in reply.messages if message.role is Role.ASSISTANT]
    if not any(message.role is Role.USER for message in prompt.messages):
        return _without_user(element, envelope, prompt)
    return _exchange(element, envelope, prompt, reply, context)


def _without_user(element: Element, envelope: Envelope, prompt: Spoken) -> Rejected:
    is_unknown = bool(prompt.unknown_role_count) and not prompt.messages
    reason = RejectReason.UNKNOWN_ROLE if is_unknown else RejectReason.EMPTY_CONVERSATION
    detail = f"items={len(envelope.prompt or ())} messages={len(prompt.messages)}"
    return Rejected(reason, element.locator, detail, request_id(envelope)[0])


def _exchange(element: Element, envelope: Envelope, prompt: Spoken, reply: Spoken, context: ReadContext) -> Exchange:
    native_id, is_random = request_id(envelope)
    user, client_session = user_and_session(envelope)
    session = session_id(envelope) or client_session
    exchange = Exchange(
        locator=element.locator,
        prompt=prompt.messages,
        reply=reply.messages,
        native_id=native_id,
        is_native_id_random=is_random,
        session=session,
        is_session_random=session is not None and is_issued(session),
        previous=first_text(envelope, ("previous_response_id",)),
        reply_id=reply_id(envelope),
        user=user,
        model=first_text((envelope.reply_body, *envelope.places), ("model", "modelId")),
        surface="api" if envelope.is_api else "chat",
        system=_system_hash(envelope, prompt, context),
        counts=prompt.counts + reply.counts if prompt.counts or reply.counts else Counter(),
        branch_count=envelope.branch_count,
        flags={"is_text_repaired"} if element.is_repaired else set(),
    )
    _set_time(exchange, envelope, context)
    return exchange


def _set_time(exchange: Exchange, envelope: Envelope, context: ReadContext) -> None:
    is_absurd = False
    for place in envelope.places:
        for key in TIME_KEYS:
            value = place.get(key)
            if value is None:
                continue
            exchange.at = times.sane(value, context.as_of)
            if exchange.at is not None:
                exchange.flags |= {"is_zone_assumed"} if times.lacks_zone(value) else set()
                return
            is_absurd |= times.is_present(value)
    if is_absurd:
        exchange.flags.add(TIME_OUT_OF_RANGE)


def _system_hash(envelope: Envelope, prompt: Spoken, context: ReadContext) -> bytes:
    hashes = list(prompt.system)
    if envelope.instructions:
        hashes.insert(0, prompt_hash(envelope.instructions, context))
    return hashlib.blake2b(b"".join(hashes), digest_size=16).digest() if hashes else b""
