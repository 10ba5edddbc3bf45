"""Claude Code sessions: what a person typed and what was answered, along the path to the newest turn (log_formats §3).

Runs of sub-agents are the assistant's own work and give no conversation; docs/decisions/0011 says how copies meet.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from economic_index.conversations.readers.api_content import ATTACHMENTS, TOOLS
from economic_index.conversations.readers.claude_code_lines import (
    OWN_KINDS,
    PLACEHOLDER,
    Block,
    Said,
    blocks_of,
    is_session_line,
    parent_of,
    typed,
)
from economic_index.conversations.readers.claude_code_tree import NOWHERE, SessionTree, Turn, hangs_in_the_air
from economic_index.conversations.readers.drafts import earliest, flag_absurd_time
from economic_index.conversations.readers.loose_json import mapping_at, text_at
from economic_index.conversations.readers.tree import branch_points, newest_leaf, path_to
from economic_index.conversations.records import (
    NO_PROMPT,
    TREE_REPAIRED,
    Draft,
    Element,
    Locator,
    Message,
    ReadContext,
    Rejected,
)
from economic_index.conversations.times import is_present, sane
from economic_index.vocabulary import RejectReason, Role, SourceFormat

DROPPED = "dropped_message_count"
SPOKEN = ("user", "assistant")


class ClaudeCode:
    """Lines with `sessionId`, `uuid`, `parentUuid` and `message`; one file holds one or several conversations."""

    format = SourceFormat.CLAUDE_CODE
    version = "1"
    system = "claude_code"
    product = "claude_code"
    has_times = True
    is_by_record = False
    columns = None

    def sniff(self, sample: list[Any]) -> bool:
        """Whether any of the first lines is one of a session."""
        return any(is_session_line(record) for record in sample)

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """One draft per first prompt; a last line that is still being written is left for the next reading."""
        session = _Session(context)
        for element in elements:
            if isinstance(element, Element):
                session.add(element)
                if session.tree.is_full:
                    yield from session.drafts(session.tree.settled())
            elif element.reason is not RejectReason.TRUNCATED_RECORD:
                yield element
        yield from session.drafts(session.tree.rest())
        yield from session.end()


class _Session:
    """One file: its lines go in, conversations come out."""

    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.tree = SessionTree()
        self._draft_count = 0
        self._first_line: Locator | None = None

    def add(self, element: Element) -> None:
        """Place a line, and count it if nothing of it is kept."""
        line = element.value if isinstance(element.value, dict) else {}
        kind, key = line.get("type"), line.get("uuid")
        is_spoken = kind in SPOKEN
        if not isinstance(key, str) or not key:
            self.context.skip("line_without_id" if is_spoken else _name_of(kind))
        elif not self.tree.arrive(key):
            self.context.skip("repeated_line")
        elif line.get("isSidechain") or not is_spoken:
            self.context.skip("line_of_sub_agent" if line.get("isSidechain") else _name_of(kind))
            self.tree.pass_through(self.tree.above(parent_of(line)))
        else:
            self._first_line = self._first_line or element.locator
            place = self._prompt if kind == "user" else self._reply
            place(element, line, self.tree.above(parent_of(line)))

    def _prompt(self, element: Element, line: dict[str, Any], above: Turn) -> None:
        said, text, counts = typed(line, self.context)
        if said is not Said.PROMPT:
            self.tree.pass_through(above)
            above.count(TOOLS, counts.get(TOOLS, 0))
            above.count(DROPPED, int(said is Said.HIDDEN))
            return
        turn = self.tree.prompt(above)
        turn.texts = [text]
        for name, number in counts.items():
            turn.count(name, number)
        self.tree.note_text(text)
        self._note(turn, element, line)

    def _reply(self, element: Element, line: dict[str, Any], above: Turn) -> None:
        message = mapping_at(line, "message")
        model = text_at(message, "model")
        if model == PLACEHOLDER:
            self.tree.pass_through(above).count(DROPPED)
            return
        turn = self.tree.reply(above, text_at(message, "id"))
        turn.model = model or turn.model
        for block, told in blocks_of(message, self.context):
            if block is Block.TEXT:
                turn.add_text(told)
                self.tree.note_text(told)
            elif block is Block.REASONING:
                turn.add_reasoning(told)
            elif block is Block.TOOL:
                turn.add_tool(told)
            else:
                turn.count(ATTACHMENTS)
        self._note(turn, element, line)

    def _note(self, turn: Turn, element: Element, line: dict[str, Any]) -> None:
        """Where and when a turn stands: of a reply's lines, the first."""
        if turn.locator is NOWHERE:
            turn.locator = element.locator
        if turn.at is None:
            turn.at = sane(line.get("timestamp"), self.context.as_of)
            turn.has_time = turn.has_time or is_present(line.get("timestamp"))
        turn.is_repaired |= element.is_repaired

    def drafts(self, groups: Iterator[list[Turn]]) -> Iterator[Draft]:
        """A draft for each conversation."""
        for turns in groups:
            self._draft_count += 1
            yield _conversation(turns)

    def end(self) -> Iterator[Rejected]:
        """What is told of a file without conversations: an ordinary session, but nobody asked anything in it."""
        self.context.skip(TREE_REPAIRED, self.tree.mended_count)
        self.context.skip("line_without_prompt", self.tree.orphan_count + self.tree.top.line_count)
        if not self._draft_count:
            self.context.skip(NO_PROMPT)
            if self._first_line is not None:
                yield Rejected(RejectReason.EMPTY_CONVERSATION, self._first_line, "prompts=0")


def _name_of(kind: Any) -> str:
    """A kind of line under a name of ours or of the format, never under one that a log brings."""
    return kind if isinstance(kind, str) and kind in OWN_KINDS else "unknown_line"


def _conversation(turns: list[Turn]) -> Draft:
    root = turns[0]
    spoken = [turn for turn in turns if turn.role is not None]
    names = {turn: str(number) for number, turn in enumerate(spoken)}  # an id may come again, far below
    parents = {names[turn]: names[turn.above.spoken()] if turn.above and turn is not root else None for turn in spoken}
    leaf = newest_leaf(parents, lambda name: spoken[int(name)].at)
    path = [spoken[int(name)] for name in path_to(leaf or names[root], parents).nodes]
    counts: Counter[str] = Counter()
    for turn in path:
        counts.update(turn.counts or {})
    moments = [turn.at for turn in spoken if turn.at is not None]
    draft = Draft(
        locator=root.locator,
        messages=[message for turn in path if (message := _message(turn)) is not None],
        native_id=root.key,
        created_at=root.at,
        earliest_message_at=earliest([*moments]),
        updated_at=max(moments, default=None),
        surface="agent",
        counts={**counts, "branch_count": len(branch_points(parents))},
    )
    draft.flags |= {"is_partial"} if hangs_in_the_air(root) else set()
    draft.flags |= {"is_text_repaired"} if any(turn.is_repaired for turn in path) else set()
    flag_absurd_time(draft, int(root.has_time))
    return draft


def _message(turn: Turn) -> Message | None:
    """What a turn says; one of tools and reasoning alone is no message."""
    has_attachment = bool(turn.counts and turn.counts.get(ATTACHMENTS))
    text = "\n".join(turn.texts)
    if not (text.strip() or has_attachment):
        return None
    return Message(turn.role or Role.ASSISTANT, text, turn.at, turn.model, has_attachment)


READER = ClaudeCode()
