"""What passes between reading a log file and the lake: elements in, drafts and rejections out.

No file is opened here and no id is made: splitter.py finds elements, identify.py makes ids.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from economic_index.vocabulary import LocatorKind, RejectReason, Role, SourceFormat, StartedAtSource

AUTO = "auto"
"""What a source says whose format is to be told by its structure."""
TREE_REPAIRED = "tree_repaired"
"""What a reader counts in `ReadContext.skip` where a tree had no leaf, a ring or a missing parent."""
NO_PROMPT = "session_without_prompt"
"""What it counts where a file is one session in which nobody asked anything: ordinary, and no error."""
PRIVATE_NAMES = frozenset({SourceFormat.CLAUDE_CODE})
"""Formats whose files are named after a session and lie in folders named after a path: no name is ever told."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a record stands in its file: line, byte, element or row, from 0 for bytes, else from 1."""

    kind: LocatorKind
    number: int


SURFACES = ("chat", "api", "agent")
"""How a model was met: by a person in a chat, by a program, by an agent that a person set to work."""

NOT_IN_THIS_FILE = Locator(LocatorKind.LINE, 0)
"""Of a conversation that is told again though the file adds nothing to it."""


@dataclass(frozen=True, slots=True)
class Element:
    """One JSON record of a log file: its parsed value, where it stands, and whether its text was repaired."""

    value: Any
    locator: Locator
    is_repaired: bool = False


@dataclass(frozen=True)
class Rejected:
    """A record that gives no conversation. `detail` holds numbers and key names, never values.

    `began_at` is when the conversation began that it would have been, if the record says so.
    """

    reason: RejectReason
    locator: Locator
    detail: str = ""
    native_id: str | None = None
    began_at: datetime | None = None


class Message(NamedTuple):
    """One message of the current path, its text as logged (normalise.py cleans it)."""

    role: Role
    text: str
    sent_at: datetime | None = None
    model: str | None = None
    has_attachment: bool = False


@dataclass
class Draft:
    """A conversation as its reader found it: no ids, no week, text not yet normalised.

    Times are aware UTC datetimes that passed times.sane(), or None. `is_native_id_random` is False where the
    id derives from content, a name or an address (docs/log_formats: ids). `earliest_message_at` is taken over
    the whole tree, `messages` are the current path only. `counts` takes the lake's `*_count` columns by name.
    `conversation_id` and `user_id` are given where an earlier reading has made them and the raw ids are gone, and
    noted here once they are made; `earlier_id` is what the conversation was called when it was last told. One that
    `is_forgotten` was told, and nothing of it was kept. `part_of` is what the log calls the conversation or thread of
    which this is a later part, or one stretch, with an id of its own.
    """

    locator: Locator
    messages: list[Message]
    native_id: str | None = None
    is_native_id_random: bool = True
    part_of: str | None = None
    raw_user_id: str | None = None
    created_at: datetime | None = None
    earliest_message_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    exported_at: datetime | None = None
    started_at_source: StartedAtSource = StartedAtSource.LOG
    product: str | None = None
    surface: str = "chat"
    model_raw: str | None = None
    language: str | None = None
    country: str | None = None
    region: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    record_ids: tuple[str, ...] = ()
    conversation_id: str | None = None
    user_id: str | None = None
    earlier_id: str | None = None
    is_forgotten: bool = False


@dataclass(frozen=True)
class ReadContext:
    """What a reader may know besides the file: the time that counts as now, and the source's settings.

    `skipped` counts unknown kinds of content per name, for the summary of the reading. What a reader cannot hold in
    memory goes to an unnamed file in `temporary_folder`.
    """

    as_of: datetime
    settings: dict[str, Any] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    temporary_folder: Path | None = None

    def skip(self, kind: str, count: int = 1) -> None:
        """Count parts of a kind that is not read."""
        if count:
            self.skipped[kind] = self.skipped.get(kind, 0) + count


class Reader(Protocol):
    """One log format. `system` is the namespace of its ids; `has_times` is False if it carries none.

    `columns` are those of a Parquet file that it looks at: others are not decoded. A reader `is_by_record` if each
    record is a whole conversation by itself: then of a file of lines that grew only the new ones are read.
    """

    format: SourceFormat
    version: str
    system: str
    product: str
    has_times: bool
    is_by_record: bool

    @property
    def columns(self) -> Sequence[str] | None:
        """Columns that are read, or None for all."""
        ...

    def sniff(self, sample: list[Any]) -> bool:
        """Whether the first records (parsed JSON) have this format's structure."""
        ...

    def read(self, elements: Iterator[Element | Rejected], context: ReadContext) -> Iterator[Draft | Rejected]:
        """Conversations of one file, as a stream; rejections of the splitter pass through."""
        ...
