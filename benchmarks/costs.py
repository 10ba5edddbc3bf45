"""What 100,000 conversations of 1,000 tokens cost, by model and way of asking, from requests really built.

`python -m benchmarks.costs`. Facets and the O*NET task; the Clio paper published 48.81 USD for facets alone.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from benchmarks.live_home import texts
from economic_index.assign.candidates import sentences
from economic_index.assign.choice import TaskQuestions
from economic_index.assign.hierarchy_build import HierarchyShape, expected_requests
from economic_index.facets.asking import FacetPlan, FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS
from economic_index.facets.second import WAYS
from economic_index.llm.estimate import LOOKED_AT, USUAL_OCCUPATIONAL, USUAL_OUTPUT, Sizes, sizes_of, usd
from economic_index.llm.models import capabilities
from economic_index.llm.prices import Price, Prices, UnpricedModel
from economic_index.llm.store import AnswerStore
from economic_index.llm.usual_sizes import building_sizes, choice_sizes, step_sizes
from economic_index.vocabulary import Way

COUNT, PUBLISHED, LIMIT = 100_000, 48.81, 30.0
SAMPLE, STATEMENTS = 0.02, 19_530


def facet_sizes(model: str, store: AnswerStore) -> Sizes:
    """Tokens of the facet requests."""
    ids = [f"c{number}" for number in range(LOOKED_AT)]
    plan = FacetPlan(FacetQuestions(model, DEFAULT_FACETS, b"bench"), store, frozenset(ids))
    sizes = sizes_of(plan.requests(texts(ids)), USUAL_OUTPUT["facets"])
    assert sizes is not None
    return sizes


def task_sizes(model: str) -> Sizes:
    """Tokens of the choice among twenty of the bank's sentences."""
    return choice_sizes(TaskQuestions(model, b"bench", "bench"), bank_sentences(), USUAL_OUTPUT["task"])


def bank_sentences() -> list[str]:
    """What stands in for O*NET's statements, which are of about the same length."""
    return sentences(pd.DataFrame({"onet_version": [], "statement_hash": [], "statement": []}), "20.1")[2]


def again(model: str, facets: Sizes, task: Sizes, way: Way, price: Price) -> tuple[float, float]:
    """USD of the sample that is asked again in three ways and by the other algorithm, and of building the hierarchy."""
    drawn = COUNT * SAMPLE
    steps = step_sizes(model, bank_sentences(), USUAL_OUTPUT["hierarchy_step"])
    shape = HierarchyShape()
    sample = usd(facets, drawn * len(WAYS), way, price)
    sample += usd(task, drawn * USUAL_OCCUPATIONAL * len(WAYS), way, price)
    sample += usd(steps, drawn * USUAL_OCCUPATIONAL * shape.level_count, way, price)
    building = building_sizes(model, bank_sentences(), USUAL_OUTPUT["hierarchy_step"])
    return sample, usd(building, expected_requests(STATEMENTS, shape).total(), way, price)


def main() -> None:
    """Print the table, facets and tasks together."""
    prices, today = Prices(), datetime.now(UTC).date()
    print(f"USD for {COUNT:,} conversations; tasks for {USUAL_OCCUPATIONAL:.0%} of them. | {' | '.join(Way)}")
    with tempfile.TemporaryDirectory() as folder:
        store = AnswerStore(f"sqlite:///{Path(folder) / 'answers.sqlite'}")
        for model in capabilities():
            try:
                price = prices.of(model, today)
            except UnpricedModel:
                continue
            facets, task = facet_sizes(model, store), task_sizes(model)
            sums = [usd(facets, COUNT, way, price) + usd(task, COUNT * USUAL_OCCUPATIONAL, way, price) for way in Way]
            print(f"{model} | {' | '.join(f'{total:,.2f}' for total in sums)}")
            if model == "claude-haiku-5-5":
                print(
                    f"  facets {facets.prefix:.0f} cached + {facets.input:.0f} in, {facets.output:.0f} out; "
                    f"task {task.prefix:.0f} + {task.input:.0f}, {task.output:.0f}; "
                    f"in batches {sums[-1]:.2f} (to stay below: {LIMIT:.0f}; published for facets: {PUBLISHED})"
                )
                sample, building = again(model, facets, task, Way.BATCH_CACHED, price)
                print(
                    f"  with the sample of {SAMPLE:.0%} that is asked again ({sample:.2f}) and the hierarchy over "
                    f"{STATEMENTS:,} statements, once ({building:.2f}): {sums[-1] + sample + building:.2f}"
                )


if __name__ == "__main__":
    main()
