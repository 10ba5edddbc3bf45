"""Prompts and replies of Claude Code lines as trees, by parent pointer, in bounded memory.

Of every line its id and the turn that it belongs to are kept, of turns their words. What lines say is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from economic_index.conversations.readers.api_content import REASONING, TOOLS
from economic_index.conversations.records import Locator
from economic_index.vocabulary import LocatorKind, Role

NOWHERE = Locator(LocatorKind.LINE, 0)
MAX_LINES, MAX_CHARS = 200_000, 32 << 20
"""After so many lines or characters what was not touched meanwhile is given out and forgotten."""


@dataclass(eq=False, slots=True)
class Turn:
    """A prompt, or a reply with all its lines. Without a role: a line that was named as a parent.

    `is_missing` while that line has not come; once it has, it stands for the turn above it.
    """

    key: str
    above: "Turn | None"
    role: Role | None = None
    locator: Locator = NOWHERE
    at: datetime | None = None
    has_time: bool = False
    texts: list[str] = field(default_factory=list)
    model: str | None = None
    message_id: str | None = None
    counts: dict[str, int] | None = None
    tool_ids: set[str] | None = None
    reasoning_head: str | None = None
    replies: dict[str, "Turn"] | None = None
    touched: int = 0
    is_missing: bool = False
    is_repaired: bool = False

    @property
    def line_count(self) -> int:
        """How much is lost with a turn above which no prompt stands: itself, or what was counted on its place."""
        return 1 if self.role is not None else sum((self.counts or {}).values())

    def count(self, name: str, number: int = 1) -> None:
        """Count something of this turn by the lake's column."""
        if number:
            self.counts = {} if self.counts is None else self.counts
            self.counts[name] = self.counts.get(name, 0) + number

    def add_text(self, text: str) -> None:
        """A block that equals or extends the one before it is the same, written again while it streamed."""
        if self.texts and text.startswith(self.texts[-1]):
            self.texts[-1] = text
        elif text:
            self.texts.append(text)

    def add_reasoning(self, head: str) -> None:
        """Count a reasoning block, told from its own repetition by its first characters."""
        before = self.reasoning_head
        if before is None or not (head.startswith(before) or before.startswith(head)):
            self.count(REASONING)
        self.reasoning_head = head

    def add_tool(self, identity: str) -> None:
        """Count a call once, however often it is written."""
        self.tool_ids = self.tool_ids or set()
        if not identity or identity not in self.tool_ids:
            self.count(TOOLS)
        self.tool_ids.add(identity)

    def spoken(self) -> "Turn":
        """This turn, or for a line that says nothing the nearest above that does; else a missing one, or the top."""
        turn = self
        while turn.role is None and not turn.is_missing and turn.above is not None:
            turn = turn.above
        return turn


class SessionTree:
    """The turns of one file, and where each line of it belongs."""

    def __init__(self, max_lines: int = MAX_LINES, max_chars: int = MAX_CHARS) -> None:
        self.top = Turn("", None)
        self.mended_count = self.orphan_count = 0
        self._max_lines, self._max_chars = max_lines, max_chars
        self._turns: list[Turn] = []
        self._recent: dict[str, Turn] = {}
        self._older: dict[str, Turn] = {}
        self._generation = 0
        self._chars = 0
        self._key = ""
        self._waiting: Turn | None = None

    def arrive(self, key: str) -> bool:
        """Take the id of the next line to be placed; False if that line was read before (sessions write some twice)."""
        self._waiting = self._find(key)
        self._key = key
        return self._waiting is None or (self._waiting.is_missing and self._waiting.key == key)

    def above(self, parent: str | None) -> Turn:
        """The turn to which the line `parent` belongs; the top without one; a missing one if it has not come."""
        if parent is None:
            return self.top
        turn = self._find(parent)
        if turn is None:
            turn = self._recent[parent] = self._new(Turn(parent, None, is_missing=True))
            if parent == self._key:
                self._waiting = turn
        return turn.spoken()

    def pass_through(self, above: Turn) -> Turn:
        """Place a line that says nothing itself; returns the turn that it belongs to."""
        if self._waiting is None:
            self._recent[self._key] = above
        else:
            self._fill(self._waiting, above)
            for name, number in (self._waiting.counts or {}).items():
                above.count(name, number)
        above.touched = self._generation
        return above

    def prompt(self, above: Turn) -> Turn:
        """Place a prompt."""
        return self._place(above, Role.USER)

    def reply(self, above: Turn, message_id: str | None) -> Turn:
        """Place a line of a reply: lines of one message below each other, or side by side, are one turn."""
        if message_id is None:
            return self._place(above, Role.ASSISTANT)
        if above.role is Role.ASSISTANT and above.message_id == message_id:
            return self.pass_through(above)
        above.replies = {} if above.replies is None else above.replies
        if (known := above.replies.get(message_id)) is not None:
            return self.pass_through(known)
        turn = self._place(above, Role.ASSISTANT)
        turn.message_id = message_id
        above.replies[message_id] = turn
        return turn

    def note_text(self, text: str) -> None:
        """Count what is held."""
        self._chars += len(text)

    def _find(self, key: str) -> Turn | None:
        turn = self._recent.get(key)
        if turn is None and (turn := self._older.get(key)) is not None:
            self._recent[key] = turn
        if turn is not None:
            turn.touched = self._generation
        return turn

    def _new(self, turn: Turn) -> Turn:
        turn.touched = self._generation
        self._turns.append(turn)
        return turn

    def _place(self, above: Turn, role: Role) -> Turn:
        above.touched = self._generation
        turn = self._waiting
        if turn is None:
            turn = self._recent[self._key] = self._new(Turn(self._key, above))
        else:
            self._fill(turn, above)
        turn.role = role
        return turn

    def _fill(self, waiting: Turn, above: Turn) -> None:
        """The line that was missing has come; were it its own ancestor, it hangs from the top."""
        node: Turn | None = above
        while node is not None and node is not waiting:
            node = node.above
        self.mended_count += node is waiting
        waiting.above = self.top if node is waiting else above
        waiting.is_missing, waiting.touched = False, self._generation

    # what comes out

    @property
    def is_full(self) -> bool:
        """Whether a generation of lines is over."""
        return len(self._recent) >= self._max_lines or self._chars >= self._max_chars

    def settled(self) -> Iterator[list[Turn]]:
        """Begin a generation; conversations that did not grow in the last one: root first, in order of lines."""
        self._older, self._recent, self._chars = self._recent, {}, 0
        self.top.replies = None
        self._generation += 1
        yield from self._take(self._generation - 1)

    def rest(self) -> Iterator[list[Turn]]:
        """All conversations that are left."""
        yield from self._take(self._generation + 1)

    def _take(self, before: int) -> Iterator[list[Turn]]:
        """Groups that nothing touched since a generation: conversations come out, others are counted."""
        groups = self._groups()
        self._turns = []
        for head in [*groups]:
            turns = groups.pop(head)
            if max(turn.touched for turn in turns) >= before:
                self._turns += turns
            elif head.role is Role.USER:
                yield turns
                for turn in turns:  # a ring of turns would stay in memory until the collector comes
                    turn.replies = None
            else:
                self.orphan_count += sum(turn.line_count for turn in turns)

    def _groups(self) -> dict[Turn, list[Turn]]:
        """Turns by the first prompt above them, or where there is none by what is topmost; that comes first."""
        heads: dict[Turn, Turn | None] = {self.top: None}
        groups: dict[Turn, list[Turn]] = {}
        for turn in self._turns:
            path: list[Turn] = []
            node: Turn | None = turn
            while node is not None and node not in heads:
                path.append(node)
                node = node.above
            head = heads[node] if node is not None else None
            for each in reversed(path):
                if head is None or (head.role is not Role.USER and each.role is Role.USER):
                    head = each
                heads[each] = head
            groups.setdefault(heads[turn] or turn, []).append(turn)
        for head, turns in groups.items():
            if turns[0] is not head:
                turns.remove(head)
                turns.insert(0, head)
        return groups


def hangs_in_the_air(root: Turn) -> bool:
    """Whether something above a first prompt is not in the file."""
    node: Turn | None = root
    while node is not None and not node.is_missing:
        node = node.above
    return node is not None
