"""The transport of files: what lacks an answer is written out, and what somebody carried back is read.

For whoever reaches a model by a way of his own: another cloud, or over an air gap. Nothing is sent, and nothing drawn
twice: what a model said is final until the run config `retry` asks again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from economic_index.llm.batch_store import pending_keys
from economic_index.llm.exchange_answers import SUCCEEDED, CarriedAnswers
from economic_index.llm.exchange_requests import MOST_BYTES, MOST_REQUESTS, RequestFiles
from economic_index.llm.judging import OpenRequest, RunContext, RunStopped, Try, decide_on_verdict
from economic_index.llm.records import Settled
from economic_index.llm.replies import Verdict, verdict_of
from economic_index.llm.request import Request, Sha
from economic_index.llm.run_state import RunState
from economic_index.llm.store import AnswerStore, chunks
from economic_index.llm.tables import ATTEMPTS
from economic_index.vocabulary import State, Transport

AT_ONCE = 500
"""Requests looked up and written together."""
MANUAL = "docs/asking_a_model.md, Carrying requests by hand"


class AnswersAwaited(RunStopped):
    """Requests lie ready for somebody to carry them; the message says where, and where answers go."""


class FileTransport:
    """One run over one folder; used once."""

    def __init__(
        self,
        folder: Path,
        store: AnswerStore,
        context: RunContext,
        state: RunState,
        *,
        is_rehearsal: bool,
        most_requests: int = MOST_REQUESTS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`folder` lies within the home: requests and answers hold private text."""
        self._folder, self._store, self._context, self.state = folder, store, context, state
        for place in (folder, folder / "requests", folder / "answers"):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._answers = CarriedAnswers(folder / "answers", is_rehearsal)
        self._requests = RequestFiles(folder / "requests", context.week_start, most_requests, most_bytes)
        self._claimed = self._matched = 0

    async def run(self, requests: Iterable[Request], on_tick: Callable[[RunState], None] | None = None) -> RunState:
        """Read what was answered, write out what was not.

        Raises AnswersAwaited unless every request has ended: no figure may leave out what is still under way.
        """
        source = iter(requests)
        try:
            while group := list(islice(source, AT_ONCE)):
                self._settle(group)
                if on_tick is not None:
                    on_tick(self.state)
                await asyncio.sleep(0)
        except BaseException:
            self._requests.drop()
            raise
        names = self._requests.publish()
        self._answers.write_rejected(self._folder / "rejected_lines.csv")
        self._answers.delete_read(self._store)
        if names or self._claimed:
            raise AnswersAwaited(self._what_to_do(names))
        return self.state

    def _settle(self, group: Sequence[Request]) -> None:
        keys = [request.key for request in group]
        ends, taken = self._store.ends_of(keys), self._taken(keys)
        settled: list[Settled] = []
        lacking: list[Request] = []
        for request in group:
            self._requests.see(request.subject)
            if request.key in ends:
                self.state.ended[ends[request.key]] += 1
            elif (found := self._answer_to(request, taken[request.key])) is not None:
                settled.append(found)
            else:
                lacking.append(request)
        if settled:
            self._store.record(settled)
        claimed = pending_keys(self._store, [request.key for request in lacking])
        self._claimed += len(claimed)
        for request in lacking:
            if request.key not in claimed:
                self._requests.add(request)

    def _taken(self, keys: Sequence[Sha]) -> dict[Sha, set[str]]:
        """Messages that were read for these requests before: to ask again is not to read the same answer again."""
        columns = ATTEMPTS.c
        query = sa.select(columns.key, columns.request_id).where(columns.transport == Transport.FILES.value)
        found: dict[Sha, set[str]] = defaultdict(set)
        with self._store.engine.connect() as connection:
            for chunk in chunks(keys):
                for row in connection.execute(query.where(columns.key.in_(chunk))):
                    found[row.key].add(row.request_id)
        return found

    def _answer_to(self, request: Request, taken: set[str]) -> Settled | None:
        """The first message that says what was asked; of several that do not, the first."""
        judged: list[tuple[Verdict, str]] = []
        kinds: set[str] = set()
        for carried in self._answers.of(request.key):
            kinds.add(carried.kind)
            if carried.kind != SUCCEEDED or carried.message_id in taken:
                continue
            judged.append((verdict_of(carried.message, request.subject), carried.message_id))
            if judged[-1][0].state is State.ANSWERED:
                break
        self._matched += bool(kinds)
        if judged:
            return self._settled(request, *(judged[-1] if judged[-1][0].state is State.ANSWERED else judged[0]))
        for kind in kinds - {SUCCEEDED}:
            self.state.faults[f"files_{kind}"] += 1
        return None

    def _settled(self, request: Request, verdict: Verdict, message_id: str) -> Settled:
        """An end of the request, whatever the message says; what it cost elsewhere is not known."""
        tier, category = verdict.service_tier, verdict.category
        verdict = replace(verdict, service_tier=tier and tier[:16], category=category and category[:64])
        item = OpenRequest(request, tries=1, was_unparsable=True, was_truncated=True)
        made = Try(self._context.now(), 0, message_id)
        settled = decide_on_verdict(item, verdict, made, 0, self._context).settled
        self.state.tries += 1
        self.state.add_usage(verdict.usage, 0)
        self.state.ended[verdict.state] += 1
        return replace(settled, attempt=replace(settled.attempt, transport=Transport.FILES, http_status=None))

    def _what_to_do(self, names: Sequence[str]) -> str:
        count, done, folder = self._requests.count, self.state.done, self._folder
        said = [f"{done:,} of {done + count + self._claimed:,} requests are answered."]
        if count:
            files = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
            said.append(
                f"{count:,} wait in {folder / 'requests'} ({files}). Have a model answer them, put the results as "
                f"JSONL into {folder / 'answers'}, and start the same run again: it goes on from there ({MANUAL})."
            )
        if self._claimed:
            said.append(f"{self._claimed:,} are in batches under way: a run with OEI_TRANSPORT=batch collects them.")
        if failed := {kind.removeprefix("files_"): n for kind, n in self.state.faults.items()}:
            kinds = ", ".join(f"{n:,} {kind}" for kind, n in sorted(failed.items()))
            said.append(f"Came back without an answer, and wait again: {kinds}.")
        if reasons := self._answers.reasons():
            told = ", ".join(f"{n:,} × {reason}" for reason, n in reasons.most_common())
            said.append(f"Lines that could not be used ({told}) are listed in {self._folder / 'rejected_lines.csv'}.")
        if len(self._answers) and not self._matched:
            said.append(
                f"Of the {len(self._answers):,} answers in {folder / 'answers'} none is to one of these requests: "
                "`custom_id` must stay as it was written."
            )
        return " ".join(said)
