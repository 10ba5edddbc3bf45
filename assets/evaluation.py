"""evaluation/label_sets, engine_scores and engine_errors: what engines are held against, how they score and err.

Nothing is computed here; the library scores. Not part of a run: materialise them when an engine has changed.
"""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from assets.table import OWNERS, asset_key, column_schema, plain_spec
from economic_index.classifier import Classifier
from economic_index.contracts.evaluation import ENGINE_SCORES, EVALUATED_ERRORS, LABEL_SETS
from economic_index.evaluate.engine_errors import error_rows, merged
from economic_index.evaluate.evaluation import evaluate, label_set_rows, score_rows
from economic_index.evaluate.items import TEST, labelled_test_items
from economic_index.evaluate.report import ceiling_table, score_table, verdict_table
from economic_index.evaluate.scores import ceiling_scores
from economic_index.evaluate.targets import judge
from economic_index.lake import Lake, fingerprint
from economic_index.vocabulary import AnswerKind


@dg.asset(
    key=asset_key(LABEL_SETS),
    group_name="evaluation",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=LABEL_SETS.grain,
    metadata={"dagster/column_schema": column_schema(LABEL_SETS)},
)
def label_sets(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult[Any]:
    """The committed label sets, validated, and how far the two coders of the test set agree."""
    rows = label_set_rows()
    commit = lake.write(LABEL_SETS, rows, fingerprint(rows["sha256"].tolist()))
    counts = dict(zip(rows["label_set"], rows["row_count"], strict=True))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            **{f"rows_{name}": int(count) for name, count in counts.items()},
            "agreement": dg.MetadataValue.md(ceiling_table(ceiling_scores(labelled_test_items()))),
        },
        data_version=dg.DataVersion(commit.rows_hash),
    )


@dg.multi_asset(
    name="engine_scores",
    specs=[
        plain_spec(table, "evaluation", deps=[asset_key(LABEL_SETS)], kinds={"python", "parquet"})
        for table in (ENGINE_SCORES, EVALUATED_ERRORS)
    ],
)
def engine_scores(
    lake: dg.ResourceParam[Lake],
    engine: dg.ResourceParam[Classifier],
    progress: dg.ResourceParam[Callable[[str, int, int], None]],
) -> Iterator[dg.MaterializeResult[Any]]:
    """The engine of this home, asked about the test set as its coders saw it."""
    found = evaluate(engine, TEST, lambda done, of: progress("evaluated", done, of))
    rows = score_rows(found)
    commit = lake.write(ENGINE_SCORES, rows, fingerprint(found.answers.version))
    forced = AnswerKind.FORCED
    yield dg.MaterializeResult(
        asset_key=asset_key(ENGINE_SCORES),
        metadata={
            "dagster/row_count": len(rows),
            "engine": found.answers.engine,
            "figures_to_reach": dg.MetadataValue.md(verdict_table(judge(found.scores, forced))),
            "scores": dg.MetadataValue.md(score_table(found.answers.engine, found.scores, forced)),
        },
        data_version=dg.DataVersion(commit.rows_hash),
    )
    errors = error_rows(found.items, found.answers)
    commit = lake.update(EVALUATED_ERRORS, lambda known: merged(known, errors))
    yield dg.MaterializeResult(
        asset_key=asset_key(EVALUATED_ERRORS),
        metadata={"dagster/row_count": len(errors), "engine": found.answers.engine},
        data_version=dg.DataVersion(commit.rows_hash),
    )
