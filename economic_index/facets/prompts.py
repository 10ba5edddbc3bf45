"""The prompts as they are asked: questions out of their folders, vocabularies in eight orders, versions, schemas.

Nothing is sent here and no conversation is seen. The words stand in the folders.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from economic_index.facets.reading import skill_names
from economic_index.llm.transcript import RENDERING_VERSION
from economic_index.vocabulary import Facet

FOLDER = Path(__file__).parent
ORDERS = 8
SKILLS = "O*NET skills"
"""Stands in a prompt and a schema for the 35 names, which are reference data."""
CLOSING = "The transcript has ended. Fill in the form about it now, all of its fields in their order: {fields}."
TASK_CLOSING = "The list has ended. Fill in the form now: evidence, picks."
# The task hierarchy: a conversation is asked for the step, in two wordings; the rest builds it, once.
HIERARCHY_STEP = "hierarchy_step"
HIERARCHY_BUILD = ("hierarchy_propose", "hierarchy_merge", "hierarchy_assign", "hierarchy_rename")


class Wording(StrEnum):
    """The words that are used, and a second way of saying the same, to see what the words do to the answers."""

    A = "prompt.md"
    B = "prompt_b.md"


# In the order of the form: evidence of the request first, whatever judges a person's work late.
FORM = (
    Facet.REQUEST,
    Facet.LANGUAGE,
    Facet.IS_OCCUPATIONAL,
    Facet.USE_CASE,
    Facet.COLLABORATION,
    Facet.INTENT,
    Facet.SKILLS,
    Facet.TASK_SUCCESS,
    Facet.AI_AUTONOMY,
    Facet.HUMAN_ONLY_TIME,
    Facet.HUMAN_WITH_AI_TIME,
    Facet.HUMAN_EDUCATION_YEARS,
    Facet.AI_EDUCATION_YEARS,
    Facet.ADDRESSES_CLASSIFIER,
)
# Off until switched on: they judge how well, how independently, how fast and how learnedly a person works.
JUDGING = (
    Facet.TASK_SUCCESS,
    Facet.AI_AUTONOMY,
    Facet.HUMAN_ONLY_TIME,
    Facet.HUMAN_WITH_AI_TIME,
    Facet.HUMAN_EDUCATION_YEARS,
    Facet.AI_EDUCATION_YEARS,
)
DEFAULT_FACETS = tuple(facet for facet in FORM if facet not in JUDGING)


@dataclass(frozen=True)
class Prompt:
    """One prompt file: its number, what it asks, and its labels as lines."""

    number: int
    text: str
    labels: tuple[str, ...]

    @classmethod
    @cache
    def read(cls, name: str, wording: Wording) -> "Prompt":
        """The prompt in the folder of that name."""
        content = (FOLDER / name / wording.value).read_text()
        head, _, body = content.partition("\n\n")
        question, _, after = body.partition("\nLabels:")
        after = after.strip()
        labels = tuple(f"- {skill}" for skill in skill_names()) if after == SKILLS else tuple(_lines(after))
        return cls(int(head.removeprefix("Version:")), question.strip(), labels)

    def fingerprint(self) -> str:
        """Hash of the words."""
        return hashlib.sha256("\n".join([self.text, *self.labels]).encode()).hexdigest()


def _lines(block: str) -> list[str]:
    return [line for line in block.splitlines() if line.startswith("- ")]


@cache
def schema_fields(name: str) -> dict[str, Any]:
    """The fields of a form, in order, each with its JSON schema."""
    fields: dict[str, Any] = orjson.loads((FOLDER / name / "schema.json").read_bytes())
    if name == Facet.SKILLS:
        fields["skills"]["items"]["enum"] = list(skill_names())
    return fields


def schema_of(names: Sequence[str]) -> dict[str, Any]:
    """One schema for a set of questions: every field required, none besides."""
    fields = {field: schema for name in names for field, schema in schema_fields(name).items()}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def prompt_fingerprint(name: str, wording: Wording = Wording.A) -> str:
    """Hash of all that a prompt's folder says."""
    return _hash(Prompt.read(name, wording).fingerprint(), orjson.dumps(schema_fields(name)).decode())


@cache
def facet_version(facet: Facet, wording: Wording = Wording.A) -> str:
    """Number of a facet's prompt, and a hash of everything that it is asked with: frame, rendering, closing line."""
    number = Prompt.read(facet, wording).number
    frame = "" if facet is Facet.TASK else Prompt.read("frame", wording).fingerprint()
    closing = TASK_CLOSING if facet is Facet.TASK else CLOSING
    made = _hash(prompt_fingerprint(facet, wording), frame, closing, RENDERING_VERSION, str(ORDERS))
    return f"{number}.{made[:8]}"


def versions_of(facets: Sequence[Facet], wording: Wording = Wording.A) -> dict[Facet, str]:
    """The current version of each facet."""
    return {facet: facet_version(facet, wording) for facet in facets}


def in_order(lines: Sequence[str], order: int) -> list[str]:
    """One of eight orders: shifted by so many eighths, every second one reversed; each label is early and late."""
    start = len(lines) * (order % ORDERS) // ORDERS
    turned = [*lines[start:], *lines[:start]]
    return turned[::-1] if order % 2 else turned


def order_of(fence_id: str) -> int:
    """The order for a conversation: the same for the same text."""
    return int(fence_id[:8], 16) % ORDERS


def system_of(facets: Sequence[Facet], order: int, wording: Wording = Wording.A) -> tuple[str, ...]:
    """What stands before the transcript: rules and questions, the same for all; then the labels in this order."""
    prompts = {facet: Prompt.read(facet, wording) for facet in facets}
    questions = [f"## {facet}\n\n{prompt.text}" for facet, prompt in prompts.items()]
    first = "\n\n".join([Prompt.read("frame", wording).text, "# The fields", *questions])
    lists = [
        "\n".join([f"## {facet}", *in_order(prompt.labels, order)])
        for facet, prompt in prompts.items()
        if prompt.labels
    ]
    return (first, "\n\n".join(["# The labels", *lists])) if lists else (first,)


@cache
def closing_of(facets: tuple[str, ...]) -> str:
    """The line after the transcript."""
    return CLOSING.format(fields=", ".join(field for facet in facets for field in schema_fields(facet)))


def lock_entries() -> Mapping[str, Mapping[str, Any]]:
    """What prompts.lock records of every prompt: number and hash, for both wordings where there are two."""
    names = ["frame", *FORM, Facet.TASK, HIERARCHY_STEP]
    prompts = [(str(name), wording) for name in names for wording in Wording]
    prompts += [(name, Wording.A) for name in HIERARCHY_BUILD]
    return {
        f"{name}/{wording.value}": {
            "version": Prompt.read(name, wording).number,
            "sha256": Prompt.read(name, wording).fingerprint()
            if name == "frame"
            else prompt_fingerprint(name, wording),
        }
        for name, wording in prompts
    }


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
