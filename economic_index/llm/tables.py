"""The tables of the answer store, for SQLite and PostgreSQL alike.

A reply may say something about a private text: this store never leaves the home. Nothing is queried here.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class Moment(sa.TypeDecorator[datetime]):
    """A time in UTC, whatever zone it came in: SQLite keeps no zone, and compares times as texts."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """On its way in."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """On its way out."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


METADATA = sa.MetaData()

KEY = sa.String(64)


def _subject(*, is_key: bool = False) -> list[sa.Column[str]]:
    """What was asked of what, so that an answer is found again without rendering a text."""
    return [
        # contents that read the same within the budget share a request, so do purposes, and each has its row
        sa.Column("content_hash", sa.String(64), nullable=False, primary_key=is_key),
        sa.Column("prompt", sa.String(32), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False, primary_key=is_key),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("options", sa.Text),
    ]


ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("key", KEY, primary_key=True),
    *_subject(is_key=True),
    sa.Column("served_model", sa.String(64), nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("is_repaired", sa.Boolean, nullable=False),
    sa.Column("request_id", sa.String(64)),
    sa.Column("answered_at", Moment, nullable=False),
    sa.Index("answers_of_content", "content_hash", "prompt"),
)

OUTCOMES = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("key", KEY, primary_key=True),
    *_subject(is_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("category", sa.String(64)),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    sa.Index("outcomes_of_content", "content_hash", "prompt"),
)

TOKEN_COLUMNS = ("uncached", "written_5m", "written_1h", "read", "output", "thinking")

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("key", KEY, nullable=False),
    sa.Column("run_id", sa.String(64), nullable=False),
    sa.Column("week_start", sa.Date, nullable=False),
    sa.Column("prompt", sa.String(32), nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("transport", sa.String(8), nullable=False),
    sa.Column("batch_intent", sa.String(8)),
    sa.Column("draw", sa.Integer, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ms", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(24), nullable=False),
    sa.Column("http_status", sa.Integer),
    sa.Column("error_type", sa.String(64)),
    sa.Column("error_code", sa.String(64)),
    sa.Column("request_id", sa.String(64)),
    sa.Column("sdk_version", sa.String(32), nullable=False),
    sa.Column("service_tier", sa.String(16)),
    *[sa.Column(f"{name}_tokens", sa.BigInteger, nullable=False) for name in TOKEN_COLUMNS],
    sa.Column("usd_micro", sa.BigInteger, nullable=False),
    sa.Index("attempts_of_key", "key"),
    sa.Index("attempts_cost", "usd_micro"),
)

BATCHES = sa.Table(
    "batches",
    METADATA,
    sa.Column("intent_id", sa.String(8), primary_key=True),
    sa.Column("batch_id", sa.String(64), unique=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("week_start", sa.Date, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("prefix", sa.String(64), nullable=False),
    sa.Column("is_cached", sa.Boolean, nullable=False),
    sa.Column("is_primer", sa.Boolean, nullable=False),
    # whether it is known to be ours: told by the server's reply, or by the ids in its results
    sa.Column("is_confirmed", sa.Boolean, nullable=False),
    sa.Column("base_url_hash", sa.String(16), nullable=False),
    sa.Column("reserved_micro", sa.BigInteger, nullable=False),
    sa.Column("readings", sa.Integer, nullable=False, default=0),
    sa.Column("read_share", sa.Float),
    sa.Column("intent_at", Moment, nullable=False),
    sa.Column("unknown_since", Moment),
    sa.Column("not_found_since", Moment),
    sa.Column("submitted_at", Moment),
    sa.Column("expires_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("collected_at", Moment),
    sa.Column("deleted_at", Moment),
)

BATCH_ITEMS = sa.Table(
    "batch_items",
    METADATA,
    sa.Column("intent_id", sa.String(8), primary_key=True),
    sa.Column("key", KEY, primary_key=True),
    sa.Column("custom_id", sa.String(64), nullable=False),
    *_subject(),
    sa.Column("draw", sa.Integer, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("prefix", sa.String(64), nullable=False),
    sa.Column("prefix_tokens", sa.Integer, nullable=False),
    sa.Column("input_tokens", sa.Integer, nullable=False),
    sa.Column("max_tokens", sa.Integer, nullable=False),
    sa.Column("was_unparsable", sa.Boolean, nullable=False),
    sa.Column("was_truncated", sa.Boolean, nullable=False),
    sa.Column("is_settled", sa.Boolean, nullable=False, default=False),
    sa.Index("batch_items_of_key", "key"),
)

# Batches on the server that looked like a lost one of ours and are somebody else's.
FOREIGN_BATCHES = sa.Table("foreign_batches", METADATA, sa.Column("batch_id", sa.String(64), primary_key=True))

LEASES = sa.Table(
    "leases",
    METADATA,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
)
