"""The tables of `lake/`: what is read, what is classified, what was rejected (docs/design: Tables).

Reference tables stand in reference.py; nothing here is computed.
"""

import pyarrow as arrow

from economic_index.contracts.columns import (
    MOMENT,
    Table,
    day,
    flag,
    items,
    label,
    moment,
    real,
    table,
    text,
    whole,
)
from economic_index.vocabulary import (
    Algorithm,
    Audience,
    Collaboration,
    DeadLetterReason,
    Engine,
    FileStatus,
    Intent,
    LanguageSource,
    Level,
    LocatorKind,
    MappingState,
    PeopleFile,
    PeopleReason,
    RejectReason,
    SourceFormat,
    StartedAtSource,
    State,
    UseCase,
    UserRule,
)

MESSAGE = arrow.struct(
    [
        arrow.field("role", arrow.string(), nullable=False),
        arrow.field("text", arrow.string(), nullable=False),
        arrow.field("sent_at", MOMENT),
        arrow.field("model", arrow.string()),
        arrow.field("has_attachment", arrow.bool_(), nullable=False),
    ]
)

RAW_LOGS = table(
    "lake",
    "raw_logs",
    "One row per log file and reading.",
    {
        "source": text("Name of the source in sources.toml."),
        "file_id": text("Keyed hash of the file's path."),
        "sha256": text("SHA-256 of the bytes from read_from_byte to read_to_byte."),
        "source_format": label(SourceFormat, "Reader that read it; null if none was found.", nullable=True),
        "reader_version": text("Version of the reader."),
        "settings_hash": text("Hash of the source's settings that change what is read."),
        "status": label(FileStatus, "How the reading ended."),
        "reason": label(RejectReason, "Why the file was not read to its end.", nullable=True),
        "size_bytes": whole("Size of the file."),
        "read_from_byte": whole("Where this reading began: 0, or where the one before it ended."),
        "read_to_byte": whole("Where it ended."),
        "record_count": whole("Records seen in this reading."),
        "conversation_count": whole("Conversations accepted."),
        "rejected_count": whole("Records rejected."),
        "duplicate_count": whole("Conversations equal to one known already."),
        "superseded_count": whole("Conversations replaced by a newer version of themselves."),
        "touched_weeks": items(arrow.date32(), "Weeks whose conversations this reading changes."),
    },
)

CONVERSATIONS = table(
    "lake",
    "conversations",
    "One row per conversation, in the week in which it started (Monday, UTC).",
    {
        "conversation_id": text("Stable id: c1 and 26 characters of a hash.", unique=True),
        "user_id": text("Pseudonym of the person; null where the log names none.", nullable=True),
        "is_user_assigned": flag("The user was invented (demonstration only)."),
        "started_at": moment("Start of the conversation."),
        "ended_at": moment("Time of its last message.", nullable=True),
        "started_at_source": label(StartedAtSource, "Where the start time comes from."),
        "source": text("Name of the source in sources.toml."),
        "source_format": label(SourceFormat, "Reader that read it."),
        "product": text("Product of the source, such as chatgpt."),
        "surface": text("chat, api or agent."),
        "model": text("Model of the last assistant message, normalised.", nullable=True),
        "model_raw": text("The same as logged, without path and account.", nullable=True),
        "model_count": whole("Distinct models in the conversation.", 32),
        "country": text("ISO 3166-1 alpha-2, as logged.", nullable=True),
        "region": text("ISO 3166-2, as logged.", nullable=True),
        "language": text("BCP-47, as logged.", nullable=True),
        "language_source": label(LanguageSource, "Where the language comes from.", nullable=True),
        "user_message_count": whole("Turns that a person typed.", 32),
        "message_count": whole("Messages of the current path.", 32),
        "text_char_count": whole("Characters of all messages.", 32),
        "tool_event_count": whole("Tool calls and results, not read.", 32),
        "reasoning_count": whole("Reasoning parts, not read.", 32),
        "attachment_count": whole("Attachments, not read.", 32),
        "branch_count": whole("Points at which the conversation was edited or regenerated.", 32),
        "dropped_message_count": whole("Messages left out (hidden, empty, unknown role).", 32),
        "is_partial": flag("A part is missing."),
        "is_text_repaired": flag("Undecodable characters were replaced."),
        "is_text_truncated": flag("The log cut the text."),
        "is_human_written": flag("The replies were written by people."),
        "is_sessionised": flag("Put together from requests, or cut out of a thread without end."),
        "is_zone_assumed": flag("A time without zone was read as UTC."),
        "is_reserved": flag("Reserved for outside evaluation: never labelled, trained on or inspected."),
        "content_hash": text("Keyed hash of roles and texts."),
        "source_file_id": text("Keyed hash of the file's path."),
        "source_record": whole("Line or element ordinal in the file."),
        "updated_at": moment("Last change, as logged.", nullable=True),
        "source_exported_at": moment("Date of the export, if it says.", nullable=True),
        "reader_version": text("Version of the reader."),
        "weight": real("Sampling weight of the conversation; 1 unless a sample says otherwise."),
    },
    unique=("conversation_id",),
    weekly=True,
)

TRANSCRIPTS = table(
    "lake",
    "transcripts",
    "One row per conversation: its messages. Private: no dbt source, never leaves the lake.",
    {
        "conversation_id": text("As in lake/conversations.", unique=True),
        "content_hash": text("Keyed hash of roles and texts."),
        "messages": items(MESSAGE, "Messages of the current path, in order."),
    },
    unique=("conversation_id",),
    weekly=True,
    is_private=True,
)

CONVERSATIONS_REJECTED = table(
    "lake",
    "conversations_rejected",
    "One row per record or file that gave no conversation, with the reason; never its text.",
    {
        "source": text("Name of the source in sources.toml."),
        "source_file_id": text("Keyed hash of the file's path."),
        "source_name": text("Base name of the file; null where it names a session.", nullable=True),
        "source_format": label(SourceFormat, "Reader, if one was found.", nullable=True),
        "locator_kind": label(LocatorKind, "What `locator` counts."),
        "locator": whole("Line, byte offset, row or element at which it stands."),
        "reason": label(RejectReason, "Why it was rejected."),
        "detail": text("Numbers and key names only, never values."),
        "native_id_hash": text("Keyed hash of the record's own id.", nullable=True),
        "week_start": day("Week, if it is known.", nullable=True),
    },
)

SOURCES = table(
    "lake",
    "sources",
    "One row per source: who its users are, for whom its figures are, and which floor they keep.",
    {
        "source": text("Name of the source in sources.toml.", unique=True),
        "product": text("Product of the source."),
        "users": label(UserRule, "Who the users are: logged, assigned, or unknown."),
        "audience": label(Audience, "For whom the figures are made; self can never be released."),
        "floor_conversations": whole("Fewest conversations of a published cell.", 32),
        "floor_users": whole("Fewest users of a published cell; 0 where no user is known.", 32),
        "is_time_assigned": flag("Weeks were assigned, not logged: no trend is claimed."),
    },
    unique=("source",),
)

SEGMENTS = table(
    "lake",
    "segments",
    "At most one row per conversation and segment type; the built-in types (all, product, ...) are not stored.",
    {
        "conversation_id": text("As in lake/conversations."),
        "segment_type": text("Name of the cut, such as department."),
        "segment": text("Value of the cut."),
    },
    unique=("conversation_id", "segment_type"),
    weekly=True,
)


_VALIDITY = {
    "valid_from": day("First day on which it holds; null: always before.", nullable=True),
    "valid_to": day("Last day on which it holds; null: until further notice.", nullable=True),
}

USERS = table(
    "lake",
    "users",
    "One row per pseudonym, attribute and validity, out of the users table. Private: no raw id, no dbt source.",
    {
        "user_id": text("Pseudonym, as in lake/conversations."),
        "segment_type": text("Name of the attribute, such as department."),
        "segment": text("Its value."),
        **_VALIDITY,
    },
    is_private=True,
)

WEIGHTS = table(
    "lake",
    "weights",
    "One row per user or conversation that has a weight of its own, and validity. Private: no raw id, no dbt source.",
    {
        "subject_id": text("A user_id or a conversation_id; a conversation's own weight goes before its user's."),
        "weight": real("Non-negative; 1 is what conversations weigh otherwise."),
        **_VALIDITY,
    },
    is_private=True,
)

USERS_REJECTED = table(
    "lake",
    "users_rejected",
    "One row per row of the users table, the identity file or the weights that was not used; never its values.",
    {
        "file": label(PeopleFile, "Section of sources.toml that names the table."),
        "source_name": text("Base name of the file; null for a query.", nullable=True),
        "locator": whole("Line of a CSV file, else number of the row, from 1."),
        "reason": label(PeopleReason, "Why it was not used."),
        "detail": text("Numbers and names of columns only, never values."),
    },
)


def _read_facet(name: str) -> dict[str, object]:
    return {
        f"{name}_state": label(State, f"What became of the question on {name}."),
        f"{name}_version": text("Version of the prompt.", nullable=True),
        f"{name}_asked_with": items(arrow.string(), "Facets asked in the same request."),
    }


def _facet(name: str) -> dict[str, object]:
    return {
        f"{name}_state": label(State, f"What became of the question on {name}."),
        f"{name}_confidence": real("Calibrated confidence, four decimals.", nullable=True),
        f"{name}_version": text("Version of the prompt or head.", nullable=True),
        f"{name}_asked_with": items(arrow.string(), "Facets asked in the same request; empty for local."),
        f"{name}_probabilities": items(arrow.float32(), "One per label, in vocabulary order.", nullable=True),
    }


ASKED_FACETS = ("language", "is_occupational", "use_case", "collaboration", "intent", "soc_group", "skills")
# Asked by engines that read: a text, judgements of a person's work, and whether the text speaks to the classifier.
READ_FACETS = (
    "request",
    "task_success",
    "ai_autonomy",
    "human_only_time",
    "human_with_ai_time",
    "human_education_years",
    "ai_education_years",
    "addresses_classifier",
)

FACET_SUMMARIES = table(
    "lake",
    "facet_summaries",
    "Exactly one row per conversation of the week: the answers, and who gave them.",
    {
        "conversation_id": text("As in lake/conversations.", unique=True),
        "content_hash": text("Hash of what was read."),
        "engine": label(Engine, "Engine that answered."),
        "model": text("Model that answered."),
        "model_hash": text("Hash of weights, heads and kernel.", nullable=True),
        "request": text("Abstracted request; private; local null.", nullable=True),
        "task_evidence": text("Evidence before the label; private; local null.", nullable=True),
        "language": text("BCP-47.", nullable=True),
        "is_occupational": flag("Could it be part of an occupational task?", nullable=True),
        "use_case": label(UseCase, "What the work is for.", nullable=True),
        "collaboration": label(Collaboration, "Pattern of collaboration; none is a label.", nullable=True),
        "intent": label(Intent, "What the person wants.", nullable=True),
        "soc_group": text("SOC major group, if the engine judges it by itself.", nullable=True),
        "skills": items(arrow.string(), "Skills exhibited by the assistant.", nullable=True),
        "task_success": flag("Was the person's task completed?", nullable=True),
        "ai_autonomy": whole("1 to 5: how much was left to the assistant.", 8, nullable=True),
        "human_only_time_hours": real("Hours a skilled person would need alone.", nullable=True),
        "human_with_ai_time_minutes": real("Minutes the person spent with the assistant.", nullable=True),
        "human_education_years": whole("0 to 20: schooling that the person's words need.", 8, nullable=True),
        "ai_education_years": whole("0 to 20: schooling that the assistant's words need.", 8, nullable=True),
        "addresses_classifier": flag("Does the text give orders to its classifier? Not a filter.", nullable=True),
        **{name: col for facet in READ_FACETS for name, col in _read_facet(facet).items()},
        **{name: col for facet in ASKED_FACETS for name, col in _facet(facet).items()},
    },
    unique=("conversation_id",),
    weekly=True,
)

ONET_TASK_MAPPINGS = table(
    "lake",
    "onet_task_mappings",
    "One to three picks per conversation; the weights of one conversation sum to 1.",
    {
        "conversation_id": text("As in lake/conversations."),
        "pick": whole("1 to 3, heaviest first.", 8),
        "level": label(Level, "How deep the pick is."),
        "node_id": text("Statement hash, DWA, IWA, two-digit group, or empty."),
        "bank_task_id": text("Task of the bank; local engine only.", nullable=True),
        "weight": real("Share of the conversation."),
        "confidence": real("Calibrated confidence.", nullable=True),
        "state": label(MappingState, "What became of the mapping."),
        "algorithm": label(Algorithm, "How the task was found."),
        "engine": label(Engine, "Engine that answered."),
        "model": text("Model that answered."),
        "model_hash": text("Hash of weights, heads and kernel.", nullable=True),
        "version": text("Version of the bank or prompt."),
        "onet_version": text("O*NET version of the statements."),
    },
    unique=("conversation_id", "pick", "level", "node_id"),
    weekly=True,
)


def _dead_letters(name: str, of: str) -> Table:
    return table(
        "lake",
        name,
        f"One row per conversation of {of} for which the engine gave no answer.",
        {
            "conversation_id": text("As in lake/conversations."),
            "reason": label(DeadLetterReason, "Why."),
            "detail": text("Numbers and key names only, never values."),
            "attempt_count": whole("Attempts made.", 32),
        },
        unique=("conversation_id",),
        weekly=True,
    )


FACET_SUMMARIES_REJECTED = _dead_letters("facet_summaries_rejected", "lake/facet_summaries")
ONET_TASK_MAPPINGS_REJECTED = _dead_letters("onet_task_mappings_rejected", "lake/onet_task_mappings")

LAKE_TABLES = (
    RAW_LOGS,
    CONVERSATIONS,
    TRANSCRIPTS,
    CONVERSATIONS_REJECTED,
    SOURCES,
    SEGMENTS,
    USERS,
    WEIGHTS,
    USERS_REJECTED,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
)
