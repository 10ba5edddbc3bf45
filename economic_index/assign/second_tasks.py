"""Tasks found a second time on a sample: drawn again, in another order, in other words, by the other algorithm.

The answers are laid side by side in agreement.py. Nothing is sent here.
"""

from dataclasses import dataclass, field

import pandas as pd

from economic_index.assign.agreement import SecondMaker, second_answers
from economic_index.assign.algorithms import Algorithms, Plan, other_than, parts_of
from economic_index.assign.links import Links
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.facets.second import WAYS
from economic_index.vocabulary import Algorithm, Comparison, Engine


@dataclass
class SecondTasks:
    """The second questions about drawn conversations; `facets` in order of their ids, with FACET_COLUMNS.

    Of an ensemble the first of its algorithms is asked again, and held beside the second.
    """

    algorithms: Algorithms
    algorithm: Algorithm
    facets: pd.DataFrame = field(repr=False)
    has_hierarchy: bool
    plans: dict[Comparison, Plan] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        main, other = self._main, other_than(self._main)
        self.plans = {kind: self.algorithms.plan(main, self.facets, purpose) for kind, purpose in WAYS.items()}
        if self.has_hierarchy:
            # the same question as where it is the main one, so it has the same answer
            self.plans[Comparison.ALGORITHM] = self.algorithms.plan(other, self.facets)

    @property
    def _main(self) -> Algorithm:
        return parts_of(self.algorithm)[0]

    def rows(self, links: Links, engine: Engine, model: str, sample_share: float) -> pd.DataFrame:
        """Rows of lake/second_answers."""
        main = self.algorithms.plan(self._main, self.facets)
        parts = [
            second_answers(
                main.found(), plan.found(), links, SecondMaker(kind, engine, model, self._version(kind), sample_share)
            )
            for kind, plan in self.plans.items()
        ]
        return pd.concat(parts, ignore_index=True)[list(SECOND_ANSWERS.schema.columns)]

    def _version(self, kind: Comparison) -> str:
        if kind is Comparison.ALGORITHM:
            return self.algorithms.version(other_than(self._main))
        return self.algorithms.version(self._main, WAYS[kind])
