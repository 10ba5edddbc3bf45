"""The closed lists of the codebook (docs/codebook.md), as reviewers see them.

Labels are the vocabulary's; their short explanations are the codebook's, in a line each.
"""

from functools import cache

from economic_index.contracts.review_items import REVIEWED
from economic_index.taxonomy import facts
from economic_index.vocabulary import Collaboration, Facet, Intent, UseCase

CODEBOOK_VERSION = "1"
NO_GROUP = "none"
"""Label of the SOC group of a conversation that is not occupational."""
UNSETTLED = "unsettled"
"""What a third reading says where the text bears both labels."""
SECOND = (Facet.COLLABORATION.value, Facet.SOC_GROUP.value)
"""Facets of which the next plausible label is asked, too."""

QUESTIONS = {
    "is_occupational": "Could this be part of a task that somebody does in an occupation?",
    "use_case": "What is the result for?",
    "collaboration": "Which pattern does most of the exchange follow?",
    "intent": "What does the person want?",
    "soc_group": "Whose work was the assistant asked to do?",
}

HINTS: dict[str, dict[str, str]] = {
    "is_occupational": {
        "true": "one occupation that includes such work is enough, paid or not",
        "false": "greeting, small talk, a test of the assistant, play that makes nothing",
    },
    "use_case": {
        UseCase.WORK: "paid or professional work, business, research, an organisation",
        UseCase.COURSEWORK: "a course, school, training, for the person as learner",
        UseCase.PERSONAL: "the person's own life: hobby, household, health, curiosity",
    },
    "collaboration": {
        Collaboration.DIRECTIVE: "a whole task is handed over and the result taken",
        Collaboration.FEEDBACK_LOOP: "what happened outside is passed back, over at least two turns",
        Collaboration.TASK_ITERATION: "one product is shaped over turns, with wishes of the person's own",
        Collaboration.LEARNING: "the person wants to know or understand",
        Collaboration.VALIDATION: "a work of the person's own is to be checked or improved",
        Collaboration.NONE: "no work is done together, or no pattern describes it",
    },
    "intent": {
        Intent.ASKING: "information, advice or a judgement, to decide or understand by",
        Intent.DOING: "something made or changed",
        Intent.EXPRESSING: "feeling, talk, play, greeting",
    },
}


@cache
def group_titles() -> dict[str, str]:
    """Two-digit SOC major groups and their titles, ascending."""
    rows = facts.load("soc_groups").sort_values("soc_group")
    return dict(zip(rows["soc_group"].astype(str), rows["title"].astype(str), strict=True))


@cache
def labels_of(facet: str) -> tuple[str, ...]:
    """All labels of a facet that is reviewed."""
    if facet == Facet.SOC_GROUP:
        return (*group_titles(), NO_GROUP)
    return tuple(str(label) for label in HINTS[facet])


assert set(QUESTIONS) == set(REVIEWED)
