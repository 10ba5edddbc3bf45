"""How often an engine errs, label by label: counts of the test set, for homes whose figures no review corrects.

The figures' band over these rates is dbt's (method 5.5). Labels alone; no text.
"""

import io
from collections import defaultdict
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.reviews import ENGINE_ERRORS
from economic_index.evaluate.answers import ABSTAINED, CLOSED_FACETS, Answers
from economic_index.evaluate.items import TASK_GROUP, Item
from economic_index.vocabulary import AnswerKind, Facet

FILE = "engine_errors.csv"
PATH = Path(__file__).parent / FILE
UNCLASSIFIED = "_unclassified"
_KEY = ["engine", "model_hash"]


def error_rows(items: Sequence[Item], answers: Answers) -> pd.DataFrame:
    """Rows of reference/engine_errors: what was published against the settled label, `answers` in the items' order.

    The SOC group is that of the tasks that were mapped, as in the figures, where any were; half a conversation for
    either label where the coders stayed apart.
    """
    counts: dict[tuple[str, str, str], float] = defaultdict(float)
    for facet in CLOSED_FACETS:
        said = answers.said.get((facet, AnswerKind.ANSWERED), ())
        if facet == Facet.SOC_GROUP:
            said = answers.said.get((TASK_GROUP, AnswerKind.ANSWERED), said)
        for item, given in zip(items, said, strict=True) if said else ():
            for label, credit in item.truth(facet):
                counts[facet, UNCLASSIFIED if given == ABSTAINED else given, label] += credit
    rows = [(answers.engine, answers.version, *cell, n) for cell, n in sorted(counts.items())]
    return validated(ENGINE_ERRORS, pd.DataFrame(rows, columns=list(ENGINE_ERRORS.schema.columns)))


def as_csv(rows: pd.DataFrame) -> str:
    """The committed form, in a fixed order."""
    return str(rows.sort_values(list(ENGINE_ERRORS.unique)).to_csv(index=False))


def committed_errors() -> pd.DataFrame:
    """Those of the local engine that is here, both of its kernels; written by `make evaluate BASELINE=1`."""
    content = resources.files("economic_index.evaluate").joinpath(FILE).read_bytes()
    text = {name: "str" for name in ENGINE_ERRORS.schema.columns if name != "n"}
    return validated(ENGINE_ERRORS, pd.read_csv(io.BytesIO(content), dtype=text, keep_default_na=False))


def merged(known: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """Both; of an engine and its weights that stand in both, the newer."""
    is_old = pd.MultiIndex.from_frame(known[_KEY]).isin(pd.MultiIndex.from_frame(newer[_KEY]))
    return validated(ENGINE_ERRORS, pd.concat([known.loc[~is_old], newer], ignore_index=True))
