"""What is planted: the true labels of a conversation, drawn from stated shares by its fence id.

How an answer departs from the truth is answers.py's. Shares of labels are the demonstration's own, nobody's finding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from economic_index.local.bank import BankTask, load_bank
from economic_index.rehearsal.draws import Weights, drawn_bytes, one_of, uniform, uniforms
from economic_index.vocabulary import Collaboration, Intent, UseCase

PLANTED: Mapping[str, Mapping[Any, float]] = {
    "language": {"en": 0.82, "es": 0.05, "de": 0.04, "fr": 0.03, "pt-BR": 0.03, "ja": 0.02, "zh-Hans": 0.01},
    "is_occupational": {"yes": 0.8, "no": 0.2},
    "use_case": {UseCase.WORK: 0.55, UseCase.PERSONAL: 0.3, UseCase.COURSEWORK: 0.15},
    "collaboration": {
        Collaboration.DIRECTIVE: 0.36,
        Collaboration.FEEDBACK_LOOP: 0.12,
        Collaboration.TASK_ITERATION: 0.22,
        Collaboration.LEARNING: 0.2,
        Collaboration.VALIDATION: 0.05,
        Collaboration.NONE: 0.05,
    },
    "intent": {Intent.DOING: 0.52, Intent.ASKING: 0.4, Intent.EXPRESSING: 0.08},
    "task_success": {"yes": 0.7, "no": 0.3},
    "ai_autonomy": {"1": 0.1, "2": 0.25, "3": 0.35, "4": 0.22, "5": 0.08},
    "human_only_time": {0.25: 0.2, 0.5: 0.2, 1.0: 0.25, 2.0: 0.18, 4.0: 0.1, 8.0: 0.05, 24.0: 0.02},
    "human_with_ai_time": {3.0: 0.2, 5.0: 0.25, 10.0: 0.25, 20.0: 0.15, 40.0: 0.1, 90.0: 0.05},
    "human_education_years": {"10": 0.1, "12": 0.25, "13": 0.15, "14": 0.15, "16": 0.25, "18": 0.08, "20": 0.02},
    "ai_education_years": {"10": 0.08, "12": 0.27, "13": 0.15, "14": 0.17, "16": 0.25, "18": 0.06, "20": 0.02},
    "addresses_classifier": {"no": 0.99, "yes": 0.01},
}
"""Share of each value of each facet, in whole hundredths; facets are drawn independently of each other."""

_HUNDRED = 100
_NAMES = tuple(PLANTED)
_TABLES = tuple(
    [str(v) if isinstance(v, str) else v for v, share in shares.items() for _ in range(round(share * _HUNDRED))]
    for shares in PLANTED.values()
)

_SKILL_BYTES = 31
SKILL_SHARE = _SKILL_BYTES / 256
"""Chance of each skill to be part of a conversation, independent of the others; at least one always is."""

TASK_EXPONENT = 0.8
"""Tasks of the bank are planted with weight 1 / rank ** exponent, ranked by a hash of the seed."""


@dataclass(frozen=True)
class Truth:
    """The planted labels of one conversation. `values` has every facet of PLANTED, spelled as there."""

    seed: int
    fence_id: str
    task: BankTask
    values: Mapping[str, str | float]

    @property
    def bank_task_id(self) -> str:
        """Id of the planted task of the bank."""
        return self.task.bank_task_id

    @property
    def label(self) -> str:
        """The planted task's label: what the `request` of an answer without error says."""
        return self.task.label

    def of(self, field: str, options: Sequence[Any]) -> Any:
        """The true one of a schema's options: the planted one if it is among them, else one drawn evenly."""
        planted = self.values.get(field)
        if planted in options:
            return planted
        return one_of(options, self.seed, self.fence_id, field)

    def members(self, field: str, options: Sequence[Any]) -> list[Any]:
        """The true subset of a schema's options, sorted; never empty if there are options."""
        draws = drawn_bytes(len(options), self.seed, self.fence_id, field)
        chosen = [option for option, draw in zip(sorted(options), draws, strict=True) if draw < _SKILL_BYTES]
        return chosen or [one_of(options, self.seed, self.fence_id, field)]


@lru_cache(maxsize=8)
def _tasks(seed: int) -> Weights[str]:
    ranked = sorted(_by_id(), key=lambda bank_task_id: uniform(seed, "rank", bank_task_id))
    return Weights({bank_task_id: rank**-TASK_EXPONENT for rank, bank_task_id in enumerate(ranked, 1)})


@lru_cache(maxsize=1)
def _by_id() -> dict[str, BankTask]:
    return {task.bank_task_id: task for task in load_bank()}


def task_shares(seed: int) -> dict[str, float]:
    """Planted share of conversations of each task of the bank, by its id; sums to 1."""
    return _tasks(seed).shares()


def truth_of(seed: int, fence_id: str) -> Truth:
    """What is true of the conversation whose transcript is fenced by this id. Pure."""
    draws = uniforms(len(_NAMES) + 1, seed, fence_id)
    values = [table[int(draw * _HUNDRED)] for table, draw in zip(_TABLES, draws, strict=False)]
    return Truth(seed, fence_id, _by_id()[_tasks(seed).at(draws[-1])], dict(zip(_NAMES, values, strict=True)))
