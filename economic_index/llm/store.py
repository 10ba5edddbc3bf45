"""The answer store: what was answered, what ended without an answer, and every try with its cost.

Lookups go by content or key, never by week, so old weeks do not slow a new one. Batches stand in batch_store.py.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from economic_index.llm.records import Answer, Outcome, Settled, StoredAnswer, StoredOutcome
from economic_index.llm.request import Sha, Subject
from economic_index.llm.tables import ANSWERS, ATTEMPTS, BATCH_ITEMS, METADATA, OUTCOMES
from economic_index.vocabulary import Purpose, State

CHUNK = 500
CONVERSATION_PROMPTS = ("facets", "task", "hierarchy_step")
"""Prompts whose subject is one conversation."""
SDK_VERSION = version("anthropic")
Asked = tuple[tuple[str, str], ...]
# One request may stand for another question than before: a description that was asked for again in the same words.
_QUESTION = ("asked", "options")
_HELD = ("key", "content_hash", "purpose", *_QUESTION)
_A, _O = ANSWERS.c, OUTCOMES.c
_A_KEY = tuple(column.name for column in ANSWERS.primary_key)
_ANSWER_COLUMNS = (_A.content_hash, _A.key, _A.asked, _A.served_model, _A.is_repaired, _A.options, _A.reply)
_OUTCOME_COLUMNS = (_O.content_hash, _O.key, _O.asked, _O.state, _O.reason, _O.tries)


class StoreError(Exception):
    """The answer store cannot be opened; the message names the setting."""


class AnswerStore:
    """Answers, outcomes and attempts in SQLite (default) or PostgreSQL; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Open or make the store. Raises StoreError, which never shows a password."""
        try:
            # replies are private: no exception shows the values of a statement
            self.engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", _tune_sqlite)
            METADATA.create_all(self.engine)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            place = url.split("://", maxsplit=1)[0]
            raise StoreError(f"OEI_ANSWERS_URL ({place}): cannot be opened ({type(error).__name__}).") from None
        if set(sa.inspect(self.engine).get_pk_constraint("answers")["constrained_columns"]) != set(_A_KEY):
            raise StoreError(
                "The store of answers was made by an earlier version of this project, whose answers cannot be told "
                "apart by purpose: move it away (answers.sqlite, rehearsed_answers.sqlite, or the database of "
                "OEI_ANSWERS_URL)."
            )

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    # reading

    def answers_of(
        self,
        contents: Sequence[str],
        prompt: str,
        model: str,
        purpose: Purpose = Purpose.MAIN,
        *,
        with_reply: bool = True,
    ) -> dict[str, list[StoredAnswer]]:
        """Answers by content hash, the latest first; without their replies where it only counts what was asked."""
        found: dict[str, list[StoredAnswer]] = defaultdict(list)
        columns = _ANSWER_COLUMNS if with_reply else _ANSWER_COLUMNS[:-1]
        for content, key, asked, served, is_repaired, options, *reply in self._of_contents(
            columns, contents, prompt, model, purpose, ANSWERS.c.answered_at.desc()
        ):
            found[content].append(
                StoredAnswer(key, pairs_of(asked), served, reply[0] if reply else "", is_repaired, options_of(options))
            )
        return found

    def outcomes_of(
        self, contents: Sequence[str], prompt: str, model: str, purpose: Purpose = Purpose.MAIN
    ) -> dict[str, list[StoredOutcome]]:
        """Ends without an answer by content hash, the latest first."""
        found: dict[str, list[StoredOutcome]] = defaultdict(list)
        for content, key, asked, state, reason, tries in self._of_contents(
            _OUTCOME_COLUMNS, contents, prompt, model, purpose, OUTCOMES.c.last_at.desc()
        ):
            found[content].append(StoredOutcome(key, pairs_of(asked), State(state), reason, tries))
        return found

    def _of_contents(
        self,
        columns: Sequence[sa.Column[Any]],
        contents: Sequence[str],
        prompt: str,
        model: str,
        purpose: Purpose,
        order: Any,
    ) -> Iterator[Any]:
        table = columns[0].table
        with self.engine.connect() as connection:
            for chunk in chunks(contents):
                yield from connection.execute(
                    sa.select(*columns)
                    .where(
                        table.c.content_hash.in_(chunk),
                        table.c.prompt == prompt,
                        table.c.model == model,
                        table.c.purpose == purpose.value,
                    )
                    .order_by(order, table.c.key)
                )

    def answered_keys(self, keys: Sequence[Sha]) -> set[Sha]:
        """Which of these requests have an answer."""
        with self.engine.connect() as connection:
            found: set[Sha] = set()
            for chunk in chunks(keys):
                found.update(connection.scalars(sa.select(ANSWERS.c.key).where(ANSWERS.c.key.in_(chunk))))
            return found

    def ends_of(self, keys: Sequence[Sha]) -> dict[Sha, State]:
        """How each of these requests ended, if it did."""
        ended = (OUTCOMES.c.key, OUTCOMES.c.state)
        with self.engine.connect() as connection:
            found = {
                row.key: State(row.state)
                for chunk in chunks(keys)
                for row in connection.execute(sa.select(*ended).where(OUTCOMES.c.key.in_(chunk)))
            }
        return found | dict.fromkeys(self.answered_keys(keys), State.ANSWERED)

    def failures_of(self, prompts: Collection[str]) -> Counter[str]:
        """How many requests of these prompts ended without an answer."""
        counted = sa.select(OUTCOMES.c.prompt, sa.func.count()).where(OUTCOMES.c.prompt.in_(list(prompts)))
        with self.engine.connect() as connection:
            found = connection.execute(counted.group_by(OUTCOMES.c.prompt)).all()
        return Counter({row[0]: row[1] for row in found})

    def spent_micro_usd(self) -> int:
        """All that was ever spent."""
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(ATTEMPTS.c.usd_micro), 0))) or 0)

    # writing

    def record(self, settled: Sequence[Settled]) -> None:
        """Write tries and what they ended, all of them or none."""
        with self.engine.begin() as connection:
            self.write(connection, settled)

    def write(self, connection: sa.Connection, settled: Sequence[Settled]) -> None:
        """The same within a transaction of the caller's."""
        answers = [_answer_row(each.end) for each in settled if isinstance(each.end, Answer)]
        outcomes = [_outcome_row(each.end) for each in settled if isinstance(each.end, Outcome)]
        connection.execute(sa.insert(ATTEMPTS), [_attempt_row(each) for each in settled])
        if answers:
            connection.execute(self._upsert(ANSWERS, *_QUESTION), answers)
        if outcomes:
            fresh = ("state", "reason", "category", "tries", "last_at")
            connection.execute(self._upsert(OUTCOMES, *_QUESTION, *fresh), outcomes)

    def _upsert(self, table: sa.Table, *fresh: str) -> Any:
        """An insert that renews these columns where the row is there already."""
        insert = self.insert(table)
        renewed = {name: insert.excluded[name] for name in fresh}
        return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=renewed)

    def insert(self, table: sa.Table) -> Any:
        """An insert of this database that can say what becomes of a row that is there already."""
        return (postgresql if self.engine.dialect.name == "postgresql" else sqlite).insert(table)

    def share(self, subjects: Mapping[Sha, Sequence[Subject]]) -> None:
        """Give every subject the answer, or the end, that its request has had for another one.

        Texts that differ only in what is hidden, folded or cut are one request, and are paid once.
        """
        for table in (ANSWERS, OUTCOMES):
            for chunk in chunks(list(subjects)):
                with self.engine.begin() as connection:
                    self._share(connection, table, {key: subjects[key] for key in chunk})

    def _share(self, connection: sa.Connection, table: sa.Table, subjects: Mapping[Sha, Sequence[Subject]]) -> None:
        columns = [table.c[name] for name in _HELD]
        held = {tuple(row) for row in connection.execute(sa.select(*columns).where(table.c.key.in_(list(subjects))))}
        rows = [{"key": key} | subject_row(subject) for key, *_ in held for subject in subjects[str(key)]]
        lacking = [row for row in rows if tuple(row[name] for name in _HELD) not in held]
        if not lacking:
            return
        wanted = sa.select(table).where(table.c.key.in_([row["key"] for row in lacking]))
        first = {row["key"]: dict(row) for row in connection.execute(wanted).mappings()}
        connection.execute(self._upsert(table, *_QUESTION), [first[row["key"]] | row for row in lacking])

    def drop_outcomes(
        self,
        states: Iterable[State],
        contents: Sequence[str] | None = None,
        prompts: Sequence[str] = (),
        purposes: Sequence[Purpose] = (),
    ) -> int:
        """Forget ends without an answer, so that these requests are made again; returns how many.

        Of all contents, prompts or purposes where none is named.
        """
        columns = OUTCOMES.c
        conditions = [columns.state.in_([state.value for state in states])]
        conditions += [columns.prompt.in_(list(prompts))] if prompts else []
        conditions += [columns.purpose.in_([purpose.value for purpose in purposes])] if purposes else []
        wanted = sa.and_(*conditions)
        dropped = 0
        with self.engine.begin() as connection:
            for chunk in chunks(contents) if contents is not None else [None]:
                where = wanted if chunk is None else wanted & OUTCOMES.c.content_hash.in_(chunk)
                dropped += connection.execute(sa.delete(OUTCOMES).where(where)).rowcount
        return dropped

    def forget(self, contents: Collection[str]) -> list[str]:
        """Forget what was said and asked of these contents, bytes included; batches whose requests named one.

        What it cost stays in the ledger. A batch on its way goes on: what comes back for them is counted as unknown.
        """
        intents: set[str] = set()
        keys: set[str] = set()
        with self.engine.begin() as connection:
            for chunk in chunks(sorted(contents)):
                named = BATCH_ITEMS.c.content_hash.in_(chunk)
                intents.update(connection.scalars(sa.select(BATCH_ITEMS.c.intent_id).where(named).distinct()))
                for table in (ANSWERS, OUTCOMES, BATCH_ITEMS):
                    is_meant = table.c.content_hash.in_(chunk)
                    keys.update(connection.scalars(sa.select(table.c.key).where(is_meant)))
                    connection.execute(sa.delete(table).where(is_meant))
            _hide_keys(connection, keys)
        self._compact()
        return sorted(intents)

    def rename(self, hashes: Mapping[str, str]) -> None:
        """Give contents the hashes that another key makes of them: what was said of them is found again."""
        with self.engine.begin() as connection:
            for table in (ANSWERS, OUTCOMES, BATCH_ITEMS):
                known: set[str] = set(connection.scalars(sa.select(table.c.content_hash).distinct()))
                changed = [{"old": old, "new": hashes[old]} for old in sorted(known & hashes.keys())]
                if changed:
                    change = sa.update(table).where(table.c.content_hash == sa.bindparam("old"))
                    connection.execute(change.values(content_hash=sa.bindparam("new")), changed)
        self._compact()

    def _compact(self) -> None:
        """Give back the room of deleted rows, so that no page holds their bytes."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("vacuum" if is_sqlite else "vacuum answers, outcomes, batch_items"))
            if is_sqlite:
                connection.execute(sa.text("pragma wal_checkpoint(truncate)"))

    def forget_all_but(self, contents: set[str]) -> None:
        """Forget what was said of conversations that are no more; what it cost stays in the ledger.

        Answers about reference data (the steps that build a hierarchy) are of no conversation, and stay.
        """
        for table in (ANSWERS, OUTCOMES):
            is_of_one = table.c.prompt.in_(CONVERSATION_PROMPTS)
            with self.engine.begin() as connection:
                known: set[str] = set(connection.scalars(sa.select(table.c.content_hash).where(is_of_one).distinct()))
                for chunk in chunks(sorted(known - contents)):
                    connection.execute(sa.delete(table).where(is_of_one, table.c.content_hash.in_(chunk)))


def _hide_keys(connection: sa.Connection, keys: Collection[str]) -> None:
    """A request is known by a hash of its text: tries that no answer needs any more keep only a hash of that."""
    for chunk in chunks(sorted(keys)):
        needed = sa.select(ANSWERS.c.key).where(ANSWERS.c.key.in_(chunk))
        gone = set(chunk) - set(connection.scalars(needed))
        for key in sorted(gone):
            hidden = hashlib.sha256(f"forgotten {key}".encode()).hexdigest()
            connection.execute(sa.update(ATTEMPTS).where(ATTEMPTS.c.key == key).values(key=hidden))


def _tune_sqlite(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many at once as a query takes."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


@lru_cache(maxsize=256)
def pairs_of(asked: str) -> Asked:
    """The questions and their versions, as they were stored; a few texts for thousands of rows."""
    return tuple((name, made) for name, made in orjson.loads(asked))


def options_of(options: str | None) -> tuple[str, ...]:
    """What the numbers of a list meant, as it was stored."""
    return tuple(orjson.loads(options)) if options else ()


def asked_text(asked: Asked) -> str:
    """The questions and their versions, as they are stored."""
    return orjson.dumps(asked).decode()


def subject_row(subject: Subject) -> dict[str, Any]:
    """The columns of a subject."""
    return {
        "content_hash": subject.content_hash,
        "prompt": subject.prompt,
        "model": subject.model,
        "purpose": subject.purpose.value,
        "asked": asked_text(subject.asked),
        "options": orjson.dumps(subject.options).decode() if subject.options else None,
    }


def _answer_row(answer: Answer) -> dict[str, Any]:
    return subject_row(answer.subject) | {
        "key": answer.key,
        "served_model": answer.served_model,
        "reply": answer.reply,
        "is_repaired": answer.is_repaired,
        "request_id": answer.request_id,
        "answered_at": answer.answered_at,
    }


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    return subject_row(outcome.subject) | {
        "key": outcome.key,
        "state": outcome.state.value,
        "reason": outcome.reason,
        "category": outcome.category,
        "tries": outcome.tries,
        "last_at": outcome.last_at,
    }


def _attempt_row(settled: Settled) -> dict[str, Any]:
    attempt = settled.attempt
    subject = attempt.subject
    row = {f"{name}_tokens": count for name, count in asdict(attempt.usage).items()}
    return row | {
        "key": attempt.key,
        "run_id": attempt.run_id,
        "week_start": attempt.week_start,
        "prompt": subject.prompt,
        "purpose": subject.purpose.value,
        "model": subject.model,
        "transport": attempt.transport.value,
        "batch_intent": attempt.batch_intent,
        "draw": attempt.draw,
        "n": attempt.n,
        "started_at": attempt.started_at,
        "ms": attempt.ms,
        "outcome": attempt.outcome,
        "http_status": attempt.http_status,
        "error_type": attempt.error_type,
        "error_code": attempt.error_code,
        "request_id": attempt.request_id,
        "service_tier": attempt.service_tier,
        "sdk_version": SDK_VERSION,
        "usd_micro": attempt.usd_micro,
    }
