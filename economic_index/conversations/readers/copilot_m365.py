"""Microsoft 365 Copilot's interactions as Graph exports them: threads without end, cut where they rest (§8).

What one interaction says is copilot_content.py's; the audit log, which has no text, is refused in sniff.py.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from economic_index.conversations.readers.copilot_content import COLUMNS, turn_of
from economic_index.conversations.readers.drafts import (
    UNKNOWN_ROLE,
    not_a_conversation,
    silence,
)
from economic_index.conversations.readers.gathering import Gathering, Group
from economic_index.conversations.readers.loose_json import id_at, opened_columns
from economic_index.conversations.readers.pages import items_of, unpaged
from economic_index.conversations.readers.turns import (
    Turn,
    absurd_time,
    earliest_at,
    in_time,
    latest_at,
    latest_by_key,
    spoken_of,
)
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.vocabulary import Role, SourceFormat

PAGE, KIND = "value", "interactionType"
IDLE = timedelta(hours=4)
_SEPARATOR = "\x1f"


class CopilotM365:
    """Items with `interactionType`, or pages of them; those of one thread need not be adjacent."""

    format = SourceFormat.COPILOT_M365
    version = "2"
    system = "copilot_m365"
    product = "copilot_m365"
    has_times = True
    is_by_record = False
    columns = None

    def sniff(self, sample: list[Any]) -> bool:
        """Whether a record is an interaction, or a page of them."""
        return any(_is_interaction(item) for record in sample for item in items_of(record, PAGE, _is_interaction))

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per stretch of a thread without a rest of four hours."""
        with Gathering(context.temporary_folder) as gathering:
            for number, element in enumerate(unpaged(elements, PAGE, _is_interaction, context)):
                if isinstance(element, Rejected):
                    yield element
                elif not _is_interaction(element.value):
                    yield not_a_conversation(element, KIND)
                else:
                    _gather(gathering, element, number, context)
            for group in gathering.groups():
                if isinstance(group, Rejected):
                    yield group
                else:
                    yield from _conversations(group, context)


def _is_interaction(record: Any) -> bool:
    return isinstance(record, dict) and KIND in record and not {"sessionId", "requestId", "body"}.isdisjoint(record)


def _gather(gathering: Gathering, element: Element, number: int, context: ReadContext) -> None:
    item, is_repaired = opened_columns(element.value, COLUMNS)
    thread, request = id_at(item, "sessionId"), id_at(item, "requestId")
    # without a thread a request stands alone, and without either the interaction does
    key = f"thread{_SEPARATOR}{thread}" if thread else f"request{_SEPARATOR}{request or f'#{number}'}"
    gathering.add(key, Element(item, element.locator, element.is_repaired or is_repaired), turn_of(item, context))


def _conversations(group: Group, context: ReadContext) -> Iterator[Draft | Rejected]:
    kind, _, thread = group.key.partition(_SEPARATOR)
    for session in sessions_of(latest_by_key(group.turns)):
        first = session[0]
        part_of = thread if kind == "thread" and first.key else None
        draft = _draft(session, part_of, Locator(group.locator.kind, first.place), context)
        if group.is_repaired and isinstance(draft, Draft):
            draft.flags.add("is_text_repaired")
        yield draft


def sessions_of(turns: list[Turn]) -> Iterator[list[Turn]]:
    """The stretches of a thread: a prompt stands before its replies, and a rest of four hours ends one."""
    session: list[Turn] = []
    last: int | None = None
    for request in _requests(turns):
        times = [turn.at for turn in request if turn.at is not None]
        if session and last is not None and times and timedelta(microseconds=min(times) - last) > IDLE:
            yield session
            session = []
        session += request
        last = max([*times, *([] if last is None else [last])], default=None)
    if session:
        yield session


def _requests(turns: list[Turn]) -> list[list[Turn]]:
    """Messages by request, in order of their first; the prompt first, whatever the clocks say."""
    requests: dict[str, list[Turn]] = {}
    for number, turn in enumerate(in_time(turns)):
        requests.setdefault(turn.request or f"#{number}", []).append(turn)
    return [sorted(request, key=lambda turn: turn.role != Role.USER) for request in requests.values()]


def _draft(session: list[Turn], part_of: str | None, locator: Locator, context: ReadContext) -> Draft | Rejected:
    said = spoken_of(session)
    context.skip(UNKNOWN_ROLE, said.unknown_role_count)
    rejected = silence(said.messages, said.unknown_role_count, locator, part_of)
    if rejected is not None:
        return rejected
    prompts = [turn for turn in session if turn.role == Role.USER]
    return Draft(
        locator=locator,
        messages=said.messages,
        native_id=f"{part_of}{_SEPARATOR}{session[0].key}" if part_of else None,
        part_of=part_of,
        is_native_id_random=False,  # threads name the people and bots in them
        raw_user_id=next((turn.user for turn in prompts if turn.user), None),
        created_at=earliest_at(session),
        updated_at=latest_at(session),
        language=next((turn.language for turn in prompts if turn.language), None),
        counts=dict(said.counts),
        flags={"is_sessionised"} | absurd_time(session),
    )


READER = CopilotM365()
