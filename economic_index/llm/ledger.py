"""The ledger: what every try cost, summed by week, prompt, purpose, model and transport.

Nothing is priced here: a try was priced when it was made.
"""

import pandas as pd
import sqlalchemy as sa

from economic_index.contracts import validated
from economic_index.contracts.money import LEDGER
from economic_index.llm.store import AnswerStore
from economic_index.llm.tables import ATTEMPTS, TOKEN_COLUMNS

_BY = ("week_start", "prompt", "purpose", "model", "transport")


def ledger(store: AnswerStore) -> pd.DataFrame:
    """Rows of lake/ledger, in order of their keys."""
    columns = ATTEMPTS.c
    keys = [columns[name] for name in _BY]
    answered = sa.case((columns.outcome == "answered", 1), else_=0)
    sums = [sa.func.sum(columns[f"{name}_tokens"]).label(f"{name}_tokens") for name in TOKEN_COLUMNS]
    query = (
        sa.select(
            *keys,
            sa.func.count(sa.distinct(columns.key)).label("requests"),
            sa.func.count().label("tries"),
            sa.func.sum(answered).label("answers"),
            *sums,
            (sa.func.sum(columns.usd_micro) * 1e-6).label("usd"),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    with store.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    frame = pd.DataFrame(rows, columns=list(LEDGER.schema.columns))
    return validated(LEDGER, frame.astype({"usd": float}))


def mean_output_tokens(store: AnswerStore, prompt: str, model: str) -> float | None:
    """Of all answers so far; None without any."""
    columns = ATTEMPTS.c
    query = sa.select(sa.func.avg(columns.output_tokens)).where(
        columns.prompt == prompt, columns.model == model, columns.outcome == "answered"
    )
    with store.engine.connect() as connection:
        mean = connection.scalar(query)
    return None if mean is None else float(mean)
