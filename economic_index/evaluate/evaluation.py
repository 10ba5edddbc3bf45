"""One evaluation: an engine asked about a label set, every score, and the label sets' own agreement as rows.

Where engines come from, and where results go, is the caller's.
"""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from economic_index.classifier import Classifier, Report
from economic_index.contracts.evaluation import ENGINE_SCORES, LABEL_SETS
from economic_index.contracts.validation import validated
from economic_index.evaluate.acceptable import acceptance_scores, judged_choices, judgements_of, own_choice
from economic_index.evaluate.answers import Answers, ask
from economic_index.evaluate.items import TEST, Item, set_items
from economic_index.evaluate.page import Evaluated
from economic_index.evaluate.scores import Score, ceiling_scores, engine_scores
from economic_index.evaluate.whole import whole_scores
from economic_index.labels.label_sets import load_sets, sha256_of

SAME_CHOICES = 0.95
"""Another kernel of the same engine chooses otherwise now and then; another engine more often."""


def evaluate(engine: Classifier, label_set: str, report: Report, *, with_tasks: bool = True) -> Evaluated:
    """Ask the engine about every conversation of the set, of long ones once more as a whole, and score what it says."""
    items = set_items(label_set)
    answers = ask(engine, items, report, with_tasks=with_tasks)
    scores = engine_scores(items, answers)
    if label_set == TEST:
        scores += [*ceiling_scores(items), *_judged(items, answers)]
        scores += whole_scores(engine, items, answers, report, with_tasks=with_tasks)
    return Evaluated(label_set, items, answers, scores)


def _judged(items: Sequence[Item], answers: Answers) -> list[Score]:
    """Acceptance of tasks by a blind reading, if this engine's choices are those that were read."""
    if not answers.picks:
        return []
    chosen = dict(zip((item.id for item in items), answers.picks, strict=True))
    rows = [row for row in judged_choices() if row["id"] in chosen]
    same = [row for row in rows if row["engine"] == answers.engine and own_choice(row) == chosen[row["id"]]]
    if not rows or len(same) < SAME_CHOICES * len(rows):
        return []
    published = zip(items, answers.is_published, strict=True)
    held_back = {item.id for item, is_published in published if not is_published}
    return acceptance_scores(answers.engine, judgements_of(same, held_back))


def score_rows(found: Evaluated) -> pd.DataFrame:
    """Rows of evaluation/engine_scores."""
    rows = pd.DataFrame([asdict(score) for score in found.scores])
    rows.insert(0, "label_set", found.label_set)
    rows["version"] = found.answers.version
    return validated(ENGINE_SCORES, rows[list(ENGINE_SCORES.schema.columns)])


def label_set_rows() -> pd.DataFrame:
    """Rows of evaluation/label_sets."""
    rows = pd.DataFrame(
        [
            {
                "label_set": each.name,
                "purpose": each.purpose,
                "coder_kind": each.coder.kind,
                "coder": each.coder.name,
                "read_on": each.date,
                "codebook_version": each.codebook,
                "drawn": each.drawn,
                "inclusion_probability": each.inclusion_probability,
                "row_count": len(each.rows),
                "sha256": sha256_of(each.name),
            }
            for each in load_sets()
        ]
    )
    rows["inclusion_probability"] = rows["inclusion_probability"].astype("float64")
    return validated(LABEL_SETS, rows)
