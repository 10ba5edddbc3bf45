"""Reviews in Label Studio: the labelling page, the tasks, and its JSON export read back.

Label Studio is a program of its own; nothing of it is imported, and nothing is sent to it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from economic_index.contracts.review_items import REVIEWED
from economic_index.review.codebook import (
    CODEBOOK_VERSION,
    HINTS,
    NO_GROUP,
    QUESTIONS,
    SECOND,
    UNSETTLED,
    group_titles,
    labels_of,
)
from economic_index.review.readings import Reading
from economic_index.review.tasks import ReviewFileError, Task
from economic_index.vocabulary import Coder, Facet, ReadingKind, ReviewFault, ReviewOutcome

OUTCOMES = {
    ReviewOutcome.LABELLED: "I have read it",
    ReviewOutcome.DECLINED: "I would rather not read it",
    ReviewOutcome.UNREADABLE: "It cannot be read or understood",
}
# Label Studio reads an attribute "true" as a flag, and then does not draw the page
FLAGS = {"true": "yes", "false": "no"}
CODERS = {Coder.PERSON: "a person", Coder.MACHINE: "a program"}
NO_SECOND = {Facet.COLLABORATION.value: "Next plausible pattern, if there is one", Facet.SOC_GROUP.value: "Next group"}


def config_xml(kind: ReadingKind = ReadingKind.FIRST) -> str:
    """The labelling page: the conversation left, the codebook's questions right."""
    questions = [_choices("coder", "Who reads this?", CODERS, is_required=True)]
    questions.append(_choices("outcome", "Could it be read?", OUTCOMES, is_required=True))
    is_required = kind is ReadingKind.FIRST
    for facet in REVIEWED:
        questions += _questions(facet, kind, is_required=is_required)
    asked = "\n".join(questions)
    dispute = "" if is_required else '    <Header value="Settle: $in_dispute" size="5"/>\n'
    return f"""<View style="display: flex; gap: 24px">
  <View style="flex: 3 1 0; min-width: 0; max-height: 88vh; overflow-y: auto">
    <Paragraphs name="chat" value="$turns" layout="dialogue" nameKey="speaker" textKey="text"/>
  </View>
  <View style="flex: 2 1 0; min-width: 0; max-height: 88vh; overflow-y: auto">
{dispute}{asked}
  </View>
</View>
"""


def _questions(facet: str, kind: ReadingKind, *, is_required: bool) -> Iterator[str]:
    # by the alias: some versions of Label Studio compare with what is exported, not with the title
    when = f' visibleWhen="choice-selected" whenTagName="outcome" whenChoiceValue="{ReviewOutcome.LABELLED}"'
    labels = dict.fromkeys(labels_of(facet), "") | HINTS.get(facet, {})
    if facet == Facet.SOC_GROUP:
        labels = {**{group: f"{group} {title}" for group, title in group_titles().items()}, NO_GROUP: "none"}
        if kind is ReadingKind.FIRST:  # asked of what is occupational alone
            yes = _shown("true")
            when = f' visibleWhen="choice-selected" whenTagName="is_occupational" whenChoiceValue="{yes}"'
            del labels[NO_GROUP]
    if kind is ReadingKind.THIRD:
        labels = labels | {UNSETTLED: UNSETTLED if facet == Facet.SOC_GROUP else "the text bears both"}
    yield _choices(facet, QUESTIONS[facet], labels, when, is_required=is_required)
    if facet in NO_SECOND and kind is ReadingKind.FIRST:
        yield _choices(f"{facet}_second", NO_SECOND[facet], labels, when, is_required=False)


def _choices(name: str, asked: str, labels: Mapping[Any, str], when: str = "", *, is_required: bool) -> str:
    """A question; long lists are drop-downs, and show a title for each label."""
    is_list = name.startswith((Facet.SOC_GROUP.value, f"{Facet.COLLABORATION}_second"))
    has_titles = name.startswith(Facet.SOC_GROUP.value) or name in {"coder", "outcome"}
    layout = ' layout="select"' if is_list else ""
    required = f' required="true" requiredMessage={quoteattr("Please answer: " + asked)}' if is_required else ""
    lines = [
        f"      <Choice value={quoteattr(title)} alias={quoteattr(str(label))}/>"
        if has_titles
        else f"      <Choice value={quoteattr(_shown(label))}" + (f" hint={quoteattr(title)}/>" if title else "/>")
        for label, title in labels.items()
    ]
    return (
        f'    <View{when}>\n      <Header value={quoteattr(asked)} size="5"/>\n'
        f'      <Choices name="{name}" toName="chat" choice="single"{layout}{required}>\n'
        + "\n".join(lines)
        + "\n      </Choices>\n    </View>"
    )


def _shown(label: Any) -> str:
    return FLAGS.get(str(label), str(label))


def tasks_json(tasks: Iterable[Task]) -> str:
    """What Label Studio imports. The engine's labels are in it only where a task carries them."""
    return json.dumps([_task(task) for task in tasks], ensure_ascii=False, indent=1)


def _task(task: Task) -> dict[str, Any]:
    data = {
        "draw_id": task.draw_id,
        "conversation_id": task.conversation_id,
        "reading": task.kind.value,
        "codebook_version": CODEBOOK_VERSION,
        "in_dispute": _dispute(task),
        "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in task.turns],
    }
    if not task.predicted:
        return {"data": data}
    result = [
        {"from_name": facet, "to_name": "chat", "type": "choices", "value": {"choices": [_shown(label)]}}
        for facet, label in task.predicted.items()
    ]
    return {"data": data, "predictions": [{"model_version": "engine", "result": result}]}


def _dispute(task: Task) -> str:
    """The dispute in the words of the page, for its heading."""
    return " · ".join(
        f"{QUESTIONS[facet]} {' or '.join(map(_shown, labels))}" for facet, labels in task.in_dispute.items()
    )


def readings_in_json(name: str, content: bytes) -> Iterator[Reading]:
    """Every annotation of every task, numbered by the task's ID in Label Studio.

    Raises ReviewFileError for a file that is no JSON export.
    """
    try:
        tasks = json.loads(content)
    except ValueError:
        raise ReviewFileError(f"{name}: is no JSON, or not all of it. Export again, as JSON.") from None
    if not isinstance(tasks, list) or any(not isinstance(task, dict) or "annotations" not in task for task in tasks):
        raise ReviewFileError(f"{name}: has no annotations. Export as JSON, not as JSON-MIN or another format.")
    coders = _coders_said(tasks)
    for place, task in enumerate(tasks, start=1):
        number = task.get("id")
        line = number if isinstance(number, int) else place
        try:
            yield from _readings(line, task, coders)
        except (AttributeError, KeyError, TypeError, IndexError):
            yield Reading(line, fault=(ReviewFault.UNREADABLE_RECORD, "the task is not as exported; export it again"))


def _readings(line: int, task: Mapping[str, Any], coders: Mapping[str, set[str]]) -> list[Reading]:
    data = task["data"]
    origin = {
        "line": line,
        "draw_id": _word(data.get("draw_id")),
        "conversation_id": _word(data.get("conversation_id")),
        "kind": _word(data.get("reading")),
        "codebook_version": _word(data.get("codebook_version")),
    }
    return [_reading(origin, each, coders) for each in task["annotations"]] or [Reading(line)]


def _reading(origin: dict[str, Any], annotation: Mapping[str, Any], coders: Mapping[str, set[str]]) -> Reading:
    chosen = _chosen(annotation)
    coder_id = _coder_id(annotation)
    said = coders.get(coder_id, set())
    is_skipped = bool(annotation.get("was_cancelled"))
    answers = {} if is_skipped else _asked(origin["kind"], chosen)
    coder = chosen.get("coder", "")
    if is_skipped and not coder and len(said) == 1:  # a skipped task has no answers: the coder's others say who it was
        (coder,) = said
    seconds = annotation.get("lead_time")
    return Reading(
        **origin,
        labels={facet: answers.get(facet, "") for facet in REVIEWED},
        next_labels={facet: answers.get(f"{facet}_second", "") for facet in SECOND},
        outcome=ReviewOutcome.DECLINED.value if is_skipped else chosen.get("outcome", ""),
        coder=coder,
        coder_id=coder_id,
        duration="" if seconds is None else str(seconds),
        reviewed_on=_word(annotation.get("created_at"))[:10],
    )


def _asked(kind: str, chosen: Mapping[str, str]) -> Mapping[str, str]:
    """The answers to questions still shown: an answer that was given before its question was hidden is exported too."""
    if chosen.get("outcome", ReviewOutcome.LABELLED) != ReviewOutcome.LABELLED:
        return {}
    if kind == ReadingKind.FIRST and chosen.get(Facet.IS_OCCUPATIONAL) == "false":
        return {name: label for name, label in chosen.items() if not name.startswith(Facet.SOC_GROUP.value)}
    return chosen


def _chosen(annotation: Mapping[str, Any]) -> dict[str, str]:
    """Question to answer; a title that came without its alias is told by what it begins with."""
    found = {}
    for part in annotation["result"]:
        if part.get("type") == "choices":
            found[part["from_name"]] = _label(part["from_name"], part["value"]["choices"][0])
    return found


def _label(question: str, choice: Any) -> str:
    if not isinstance(choice, str):
        raise TypeError(f"{question}: the answer is no word")
    of_question = {"outcome": OUTCOMES, "coder": CODERS, Facet.IS_OCCUPATIONAL.value: FLAGS}
    titles: dict[Any, str] = of_question.get(question, {})  # type: ignore[assignment]
    for label, title in titles.items():
        if choice == title:
            return str(label)
    return choice.partition(" ")[0] if question.startswith(Facet.SOC_GROUP.value) else choice


def _coders_said(tasks: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """What each annotator said of being a person or a program."""
    found: dict[str, set[str]] = defaultdict(set)
    for task in tasks:
        for annotation in task["annotations"] or ():
            try:
                if coder := _chosen(annotation).get("coder"):
                    found[_coder_id(annotation)].add(coder)
            except (AttributeError, KeyError, TypeError, IndexError):
                continue  # told of when the task is read
    return found


def _coder_id(annotation: Mapping[str, Any]) -> str:
    """An address where the export has one, else the number of the account."""
    by = annotation.get("completed_by")
    if isinstance(by, dict):
        return _word(by.get("email")) or f"label_studio:{by['id']}"
    return "" if by is None else f"label_studio:{by}"


def _word(value: Any) -> str:
    return "" if value is None else str(value).strip()
