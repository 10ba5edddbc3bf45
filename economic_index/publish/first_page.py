"""The first page: six questions and their answers, in the order in which a reader asks them.

The words are sentences.py's and unknowns.py's; the layout is page.py's.
"""

from dataclasses import dataclass

from economic_index.publish import sentences
from economic_index.publish.sentences import Sentence
from economic_index.publish.served import ServedMarts
from economic_index.publish.unknowns import unknowns


@dataclass(frozen=True)
class Answer:
    """One question and what the figures say to it."""

    question: str
    sentences: list[Sentence]


def first_page(marts: ServedMarts) -> list[Answer]:
    """The answers of the first page; never empty."""
    asked = (
        ("How much use, by how many, and how concentrated?", sentences.use),
        ("Which kinds of work?", sentences.work),
        ("Delegating, or working together?", sentences.collaboration),
        ("What grew or shrank?", sentences.changes),
        ("How does this compare with the published index?", sentences.published),
        ("What is not known?", unknowns),
    )
    return [Answer(question, answer(marts)) for question, answer in asked]
