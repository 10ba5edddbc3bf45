"""Another pseudonym key for a home: nothing counts as read, and answers and vectors follow their contents.

A content is known by a keyed hash, so each that is kept is hashed again with the new key, from its transcript. Where
keys lie is not known here. Every step can be repeated: a rotation that was killed is gone on with.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import LAKE_TABLES, TRANSCRIPTS
from economic_index.conversations.identify import content_hash_of_bytes
from economic_index.conversations.text import fold_bytes_for_hash
from economic_index.conversations.transcript import SEPARATOR
from economic_index.conversations.winners import WinnerStore
from economic_index.forgetting import ANSWERS
from economic_index.lake import Lake
from economic_index.llm.store import AnswerStore
from economic_index.local.vectors import VectorStore


@dataclass(frozen=True)
class Rotation:
    """From one key to another in one home; `answers_url` is a store of answers elsewhere."""

    lake: Lake
    old_key: bytes
    new_key: bytes
    answers_url: str | None = None

    def run(self, retire: Callable[[], None]) -> None:
        """Carry over what can be, and empty the rest. `retire` keeps the old key for tombstones, before they change."""
        with closing(WinnerStore(self.lake.database_path("versions"))) as store:
            if not store.has_key(self.new_key):
                store.check_key(self.old_key)
                self._carry(dict(self._hashes()))
                retire()
                store.rotate(self.new_key)
        self.lake.drop_published()
        self.lake.drop_chains()
        for table in (*LAKE_TABLES, SECOND_ANSWERS):
            self.lake.drop_table(table)
        for week in self.lake.inbox_weeks():
            self.lake.clear_inbox(week)

    def _hashes(self) -> Iterator[tuple[str, str]]:
        """The content hash of each transcript under the old and under the new key."""
        for week in self.lake.weeks_of(TRANSCRIPTS):
            for batch in self.lake.scan_week(TRANSCRIPTS, week):
                for row in batch.to_pylist():
                    roles = "".join(message["role"][0] for message in row["messages"])
                    texts = SEPARATOR.join(message["text"] for message in row["messages"])
                    folded = fold_bytes_for_hash(texts.encode())
                    if content_hash_of_bytes(self.old_key, roles, folded) == row["content_hash"]:
                        yield row["content_hash"], content_hash_of_bytes(self.new_key, roles, folded)

    def _carry(self, hashes: dict[str, str]) -> None:
        if (path := self.lake.database_path("vectors")).exists():
            vectors = VectorStore(path)
            vectors.rename(hashes)
            vectors.compact()
        urls = [f"sqlite:///{path}" for name in ANSWERS if (path := self.lake.database_path(name)).exists()]
        for url in [*urls, *([self.answers_url] if self.answers_url else [])]:
            with closing(AnswerStore(url)) as answers:
                answers.rename(hashes)
