"""The closed label sets of the index: the only place where a label is spelled.

No texts, prompts or prose names belong here; titles shown to people are made by publish/.
"""

from enum import StrEnum


class Engine(StrEnum):
    """Who classified a row."""

    CLAUDE = "claude"
    LOCAL = "local"
    REHEARSAL = "rehearsal"
    IMPORTED = "imported"


class Facet(StrEnum):
    """The questions asked of one conversation (Handa et al. 2025; AEI January 2026; Chatterji et al. 2025)."""

    REQUEST = "request"
    LANGUAGE = "language"
    IS_OCCUPATIONAL = "is_occupational"
    USE_CASE = "use_case"
    COLLABORATION = "collaboration"
    INTENT = "intent"
    SOC_GROUP = "soc_group"
    SKILLS = "skills"
    TASK_SUCCESS = "task_success"
    AI_AUTONOMY = "ai_autonomy"
    HUMAN_ONLY_TIME = "human_only_time"
    HUMAN_WITH_AI_TIME = "human_with_ai_time"
    HUMAN_EDUCATION_YEARS = "human_education_years"
    AI_EDUCATION_YEARS = "ai_education_years"
    ADDRESSES_CLASSIFIER = "addresses_classifier"
    TASK = "task"


class Collaboration(StrEnum):
    """The five patterns, and none of them (Handa et al. 2025, section 2)."""

    DIRECTIVE = "directive"
    FEEDBACK_LOOP = "feedback_loop"
    TASK_ITERATION = "task_iteration"
    LEARNING = "learning"
    VALIDATION = "validation"
    NONE = "none"


class UseCase(StrEnum):
    """What the work is for (AEI, January 2026)."""

    WORK = "work"
    COURSEWORK = "coursework"
    PERSONAL = "personal"


class Intent(StrEnum):
    """What the person wants of the assistant (Chatterji et al. 2025)."""

    ASKING = "asking"
    DOING = "doing"
    EXPRESSING = "expressing"


class State(StrEnum):
    """What became of one question about one conversation; the value is null unless answered."""

    ANSWERED = "answered"
    UNCLASSIFIED = "unclassified"
    LANGUAGE_NOT_MEASURED = "language_not_measured"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    UNPARSABLE = "unparsable"
    OVER_BUDGET = "over_budget"
    DEAD = "dead"
    NOT_ASKED = "not_asked"


class MappingState(StrEnum):
    """State of a task mapping: those of a facet, and not occupational."""

    ANSWERED = "answered"
    UNCLASSIFIED = "unclassified"
    LANGUAGE_NOT_MEASURED = "language_not_measured"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    UNPARSABLE = "unparsable"
    OVER_BUDGET = "over_budget"
    DEAD = "dead"
    NOT_ASKED = "not_asked"
    NOT_OCCUPATIONAL = "not_occupational"


class Level(StrEnum):
    """How deep in the O*NET hierarchy a pick is made."""

    TASK = "task"
    DWA = "dwa"
    IWA = "iwa"
    SOC_GROUP = "soc_group"
    NONE = "none"
    UNCLASSIFIED = "unclassified"


class Algorithm(StrEnum):
    """How a task was found."""

    BANK_RETRIEVAL = "bank_retrieval"
    CHOICE = "choice"
    HIERARCHY = "hierarchy"
    DWA_ROUTE = "dwa_route"
    ENSEMBLE = "ensemble"


class Role(StrEnum):
    """Who speaks in a transcript."""

    USER = "user"
    ASSISTANT = "assistant"


class SourceFormat(StrEnum):
    """The log formats that readers exist for."""

    SHAREGPT = "sharegpt"
    CHATGPT_EXPORT = "chatgpt_export"
    CLAUDE_EXPORT = "claude_export"
    CHAT_MESSAGES = "chat_messages"
    LITELLM = "litellm"
    LANGFUSE = "langfuse"
    CLAUDE_CODE = "claude_code"
    WILDCHAT = "wildchat"
    LMSYS_CHAT = "lmsys_chat"
    OPEN_WEBUI = "open_webui"
    COPILOT_M365 = "copilot_m365"
    CLAUDE_COMPLIANCE = "claude_compliance"
    CHATGPT_COMPLIANCE = "chatgpt_compliance"
    MAPPED_TABLE = "mapped_table"


class StartedAtSource(StrEnum):
    """Where the start time of a conversation comes from."""

    LOG = "log"
    LOG_FIRST_REPLY = "log_first_reply"
    LOG_END = "log_end"
    ASSIGNED = "assigned"


class LanguageSource(StrEnum):
    """Where the language of a conversation comes from."""

    LOG = "log"
    DETECTED = "detected"


class FileStatus(StrEnum):
    """How the reading of one log file ended."""

    READ = "read"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    STOPPED = "stopped"


class LocatorKind(StrEnum):
    """How a rejected record is found again in its file."""

    LINE = "line"
    BYTE = "byte"
    ROW = "row"
    ELEMENT = "element"


class RejectReason(StrEnum):
    """Why a record or a file gave no conversation (docs/log_formats.md)."""

    UNKNOWN_FORMAT = "unknown_format"
    AMBIGUOUS_FORMAT = "ambiguous_format"
    NO_CONVERSATIONS = "no_conversations"
    MANIFEST_ONLY = "manifest_only"
    NO_TEXT_IN_FORMAT = "no_text_in_format"
    NO_TIME_IN_FORMAT = "no_time_in_format"
    NOT_AI_USE = "not_ai_use"
    TEXT_NOT_LOGGED = "text_not_logged"
    EMPTY_FILE = "empty_file"
    SESSION_WITHOUT_PROMPT = "session_without_prompt"
    TRUNCATED_RECORD = "truncated_record"
    MALFORMED_JSON = "malformed_json"
    MALFORMED_ROW = "malformed_row"
    MOSTLY_MALFORMED = "mostly_malformed"
    RECORD_TOO_LARGE = "record_too_large"
    TOO_DEEP = "too_deep"
    EMPTY_CONVERSATION = "empty_conversation"
    UNKNOWN_ROLE = "unknown_role"
    NO_TIME = "no_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    DELETED = "deleted"
    STREAMED_CHUNKS_NOT_ASSEMBLED = "streamed_chunks_not_assembled"
    UNSUPPORTED_BODY = "unsupported_body"
    BAD_ARCHIVE = "bad_archive"
    ENCRYPTED_ARCHIVE = "encrypted_archive"
    ARCHIVE_LIMIT = "archive_limit"
    BAD_TABLE = "bad_table"
    MAPPING_COLUMN = "mapping_column"
    DATABASE_FAILED = "database_failed"
    NO_LOGS = "no_logs"
    STORE_FAILED = "store_failed"
    UNRECOVERABLE_STRUCTURE = "unrecoverable_structure"
    MOSTLY_REJECTED = "mostly_rejected"
    FILE_CHANGED = "file_changed"
    READER_FAILED = "reader_failed"


class PeopleFile(StrEnum):
    """Tables that say who the users are: sections of sources.toml."""

    USERS = "users"
    IDENTITIES = "identities"
    WEIGHTS = "weights"


class PeopleReason(StrEnum):
    """Why a row of a table of people was not used."""

    WRONG_CELL_COUNT = "wrong_cell_count"
    NO_KEY = "no_key"
    UNKNOWN_SYSTEM = "unknown_system"
    BAD_VALUE = "bad_value"
    BAD_DATE = "bad_date"
    DATES_REVERSED = "dates_reversed"
    BAD_WEIGHT = "bad_weight"
    DUPLICATE_KEY = "duplicate_key"
    OVERLAPPING_VALIDITY = "overlapping_validity"


class DeadLetterReason(StrEnum):
    """Why an engine gave no answer at all for a conversation."""

    REFUSED = "refused"
    TRUNCATED = "truncated"
    UNPARSABLE = "unparsable"
    OVER_BUDGET = "over_budget"
    DEAD = "dead"


class UserRule(StrEnum):
    """Who the users of a source are (log_formats section 12)."""

    LOG = "log"
    ASSIGNED = "assigned"
    NONE = "none"


class Audience(StrEnum):
    """For whom a home's figures are made: `self` has no floor and can never be released."""

    ORGANISATION = "organisation"
    SELF = "self"


class Purpose(StrEnum):
    """Why a request to a model was made: for the figures, or to measure how steady its answers are (llm: draws)."""

    MAIN = "main"
    REDRAW = "redraw"
    ORDER = "order"
    WORDING = "wording"
    ALGORITHM = "algorithm"


class Comparison(StrEnum):
    """What differs between a conversation's main answer and its second one."""

    REDRAW = "redraw"
    ORDER = "order"
    WORDING = "wording"
    ALGORITHM = "algorithm"
    ENGINE = "engine"


class Coder(StrEnum):
    """Who reviewed: the one is never called the other."""

    PERSON = "person"
    MACHINE = "machine"


class ReviewOutcome(StrEnum):
    """How a review ended; what is not labelled is non-response."""

    LABELLED = "labelled"
    DECLINED = "declined"
    UNREADABLE = "unreadable"


class ReviewDesign(StrEnum):
    """How conversations are drawn for review."""

    UNIFORM = "uniform"
    STRATIFIED = "stratified"
    UNCERTAINTY = "uncertainty"


class ReadingKind(StrEnum):
    """What a reading is for: a label of its own, or to settle what the first ones disagree on."""

    FIRST = "first"
    THIRD = "third"


class ReviewFault(StrEnum):
    """Why a row of a reviewers' file was put aside."""

    UNKNOWN_LABEL = "unknown_label"
    HALF_FILLED = "half_filled"
    CONTRADICTION = "contradiction"
    CODER_NOT_SAID = "coder_not_said"
    UNKNOWN_CONVERSATION = "unknown_conversation"
    OTHER_DRAW = "other_draw"
    DUPLICATE = "duplicate"
    OTHER_CODEBOOK = "other_codebook"
    BAD_DATE = "bad_date"
    BAD_SECONDS = "bad_seconds"
    NOT_IN_DISPUTE = "not_in_dispute"
    UNREADABLE_RECORD = "unreadable_record"


class Transport(StrEnum):
    """How requests reach a model."""

    AUTO = "auto"
    LIVE = "live"
    BATCH = "batch"
    FILES = "files"


class BatchState(StrEnum):
    """Where a batch stands; its intent is recorded before the call that submits it."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    ENDED = "ended"
    COLLECTED = "collected"
    REJECTED = "rejected"
    LOST = "lost"
    RELEASED = "released"
    INCOMPLETE = "incomplete"


class Way(StrEnum):
    """Ways of asking a model that differ in price."""

    LIVE = "live"
    LIVE_CACHED = "live_cached"
    BATCH = "batch"
    BATCH_CACHED = "batch_cached"


class Mode(StrEnum):
    """What a pattern amounts to (Handa et al. 2025): styles of request; `none` stays a class of its own."""

    AUTOMATION = "automation"
    AUGMENTATION = "augmentation"
    NONE = "none"


class Scoring(StrEnum):
    """What an answer is held against: labels, for `ceiling` the other coder's, for `between` another engine's."""

    STRICT = "strict"
    LENIENT = "lenient"
    AGREED = "agreed"
    CEILING = "ceiling"
    BETWEEN = "between"


class AnswerKind(StrEnum):
    """The answer as published (unclassified is an error), or the likeliest label whatever its confidence."""

    ANSWERED = "answered"
    FORCED = "forced"


class Measure(StrEnum):
    """What is said of an engine against labels, or of one coder against another."""

    ACCURACY = "accuracy"
    MACRO_F1 = "macro_f1"
    KAPPA = "kappa"
    ALPHA = "alpha"
    SELECTIVE_ACCURACY = "selective_accuracy"
    CALIBRATION_ERROR = "calibration_error"
    ACCEPTANCE = "acceptance"
    DECOY_ACCEPTANCE = "decoy_acceptance"
    SKILL = "skill"
