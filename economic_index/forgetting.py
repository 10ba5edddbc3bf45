"""What a home must not keep any longer: text that its week has taken, and vectors of what no longer counts.

Each reading asks all of it of the home as it lies there, so a killed run delays it by one reading at most.
"""

from economic_index.conversations.winners import WinnerStore
from economic_index.due import conversations_stage, is_due
from economic_index.lake import Lake
from economic_index.llm.exchange_folder import EXCHANGE, forget_requests
from economic_index.llm.store import AnswerStore
from economic_index.local.vectors import VectorStore

ANSWERS = ("answers", "rehearsed_answers")


def drop_unfinished(lake: Lake, winners: WinnerStore) -> None:
    """What a killed reading left in the inbox is private text that no winner names."""
    finished = winners.reading_ids()
    for week in lake.inbox_weeks():
        for reading_id in lake.inbox_readings(week) - finished:
            lake.drop_from_inbox(week, reading_id)


def drop_committed(lake: Lake) -> None:
    """What a run left that was killed between a week's commit and the clearing of its inbox.

    Only a week that is not due is cleared: it was committed whole, out of exactly the versions that count now, so
    nothing in its inbox is wanted again. In any doubt (other winners, half a commit, other code) it is due, and stays.
    """
    stage = conversations_stage()
    for week in lake.inbox_weeks():
        if not is_due(lake, stage, week):
            lake.clear_inbox(week)


def drop_weeks_without_winners(lake: Lake, winners: WinnerStore) -> None:
    """A week that a later file emptied before it was ever written is never due, so nobody else clears it."""
    filled = winners.weeks()
    for week in lake.inbox_weeks():
        if week not in filled:
            lake.clear_inbox(week)


def forget_vectors(lake: Lake, winners: WinnerStore) -> None:
    """Forget the vectors of contents that no conversation has any more: superseded versions.

    Asked of the winners, not of the weeks: a conversation that moves to a week not yet written keeps its vector. One
    that is forgotten too early is made again from its transcript.
    """
    path = lake.database_path("vectors")
    if path.exists():
        VectorStore(path).forget_all_but(winners.content_hashes())


def forget_answers(lake: Lake, winners: WinnerStore) -> None:
    """Forget what a model said of contents that no conversation has any more, in the home's own files.

    A store elsewhere (OEI_ANSWERS_URL) is not opened by a reading: what it holds of them is its owner's to delete.
    """
    for name in ANSWERS:
        path = lake.database_path(name)
        if path.exists():
            store = AnswerStore(f"sqlite:///{path}")
            store.forget_all_but(set(winners.content_hashes()))
            store.close()


def forget_exchange(lake: Lake) -> None:
    """Forget requests that wait to be carried, of weeks whose conversations are others by now: they are written anew.

    A file of answers goes with the run that has read all of it (economic_index/llm/exchange_answers.py).
    """
    stage = conversations_stage()
    forget_requests(lake.root / EXCHANGE, lambda week: is_due(lake, stage, week))
