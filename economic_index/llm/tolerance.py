"""Whether a week goes on although some of its requests failed, and what to do if not.

Nothing is retried here.
"""

import pandas as pd

from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget

FEW = 3
"""So many failures never stop a week, however small it is."""


class TooManyFailures(Exception):
    """A week is not written: too many of its requests have no answer; the message says why and how to go on."""


def check_tolerance(rejected: pd.DataFrame, asked: int, tolerated: float, state: RunState, budget: Budget) -> None:
    """Raises TooManyFailures if more than the tolerated share (and more than three) have no answer."""
    failed = len(rejected)
    if failed <= max(FEW, tolerated * asked):
        return
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in rejected["reason"].value_counts().items())
    raise TooManyFailures(
        f"{failed:,} of {asked:,} conversations have no answer ({reasons}); tolerated are {tolerated:.0%} "
        f"(OEI_TOLERATED_FAILURES). {_remedy(state, budget)} What was answered is kept, and is not asked again."
    )


def check_stopped(state: RunState, budget: Budget) -> None:
    """Raises TooManyFailures for a run that stopped before everything was asked."""
    if state.stopped:
        raise TooManyFailures(f"{_remedy(state, budget)} What was answered is kept, and is not asked again.")


def _remedy(state: RunState, budget: Budget) -> str:
    if state.stopped == "budget":
        limit, spent = (budget.limit or 0) / 1e6, budget.spent / 1e6
        return f"The budget of {limit:.2f} USD is spent ({spent:.2f}): raise OEI_BUDGET_USD, and start again."
    if state.stopped:
        return f"The run was stopped: {state.stopped}"
    return "Run the week again with the run config `retry` (docs/asking_a_model.md), or raise the share."
