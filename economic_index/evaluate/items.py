"""What engines are held against: conversations with the labels of their coders, and what is right for each facet.

Labels and turn counts alone; the texts stay in the corpus.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from economic_index.labels.corpus import Part, open_parts
from economic_index.labels.draws import in_drawn_order
from economic_index.labels.label_rows import UNSETTLED, LabelError, classes_of, value_of
from economic_index.labels.label_sets import CODERS, SETTLED, load_set
from economic_index.vocabulary import Collaboration, Facet, Mode, Role, Scoring

AUTOMATION = "automation"
"""The facet of automation against augmentation, computed from the pattern."""
ACTIVITY = "iwa"
TASK_GROUP = "task_soc_group"
"""The SOC group of the mapped tasks, which figures count: held against the same label as the head's own answer."""
LABELLED = (Facet.COLLABORATION, AUTOMATION, Facet.USE_CASE, Facet.INTENT, Facet.IS_OCCUPATIONAL, Facet.SOC_GROUP)
FACETS = (*LABELLED[:-1], TASK_GROUP, Facet.SOC_GROUP)
_AUTOMATING = (Collaboration.DIRECTIVE, Collaboration.FEEDBACK_LOOP)
_AUGMENTING = (Collaboration.TASK_ITERATION, Collaboration.LEARNING, Collaboration.VALIDATION)
OPEN_PARTS = 7 / 8
"""Chance that one part of a conversation is not reserved."""
TEST = "test"
Row = Mapping[str, Any]
Truth = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Item:
    """One conversation with its labels; of a set that one coder read, all three rows are the same."""

    id: str
    first: Row
    second: Row
    settled: Row
    part_count: int
    turn_count: int
    week: str | None = None
    source: str | None = None

    @property
    def weight(self) -> float:
        """How many conversations of the whole corpus it stands for: long ones are rarely open."""
        return float(OPEN_PARTS**-self.part_count)

    def coded(self, facet: str) -> tuple[str, str]:
        """What the two coders said."""
        return label_of(self.first, facet), label_of(self.second, facet)

    def truth(self, facet: str) -> Truth:
        """The settled label; where unsettled, half a credit for either coder's."""
        coded = self.coded(facet)
        settled = label_of(self.settled, facet)
        if settled != UNSETTLED:
            return ((settled, 1.0),)
        return ((coded[0], 1.0),) if coded[0] == coded[1] else ((coded[0], 0.5), (coded[1], 0.5))


def mode_of(pattern: str) -> str:
    """Automation or augmentation; what is neither (none, unsettled, no answer) stays what it is."""
    if pattern in _AUTOMATING:
        return Mode.AUTOMATION
    return Mode.AUGMENTATION if pattern in _AUGMENTING else pattern


def label_of(row: Row, facet: str) -> str:
    """A row's label of a facet, automation computed."""
    if facet == AUTOMATION:
        return mode_of(value_of(row, Facet.COLLABORATION))
    return value_of(row, Facet.SOC_GROUP if facet == TASK_GROUP else facet)


def classes(facet: str) -> tuple[str, ...]:
    """All labels of a facet."""
    if facet == AUTOMATION:
        return tuple(map(str, Mode))
    return classes_of(Facet.SOC_GROUP if facet == TASK_GROUP else facet)


def truths(item: Item, facet: str, said: str, scoring: Scoring) -> Truth:
    """What an answer is held against; empty if the item does not count under this scoring."""
    coded = item.coded(facet)
    if scoring is Scoring.STRICT:
        return item.truth(facet)
    if scoring is Scoring.LENIENT:
        return ((said if said in coded else coded[0], 1.0),)
    if scoring is Scoring.AGREED:
        return ((coded[0], 1.0),) if coded[0] == coded[1] else ()
    return ((coded[1], 1.0),)


def labelled_test_items() -> list[Item]:
    """The test set, with both coders and what was settled.

    Raises:
        LabelError: its three files are not of the same conversations, or one is not in the corpus.
    """
    first, second, settled = ({row["id"]: row for row in load_set(name).rows} for name in (*CODERS, SETTLED))
    if not set(first) == set(second) == set(settled):
        raise LabelError(f"{', '.join((*CODERS, SETTLED))} are of different conversations. Gather and fold them again.")
    parts = open_parts()
    return [_item(name, first[name], second[name], settled[name], parts) for name in sorted(first)]


def set_items(name: str) -> list[Item]:
    """The items of a label set, `test` for the test set; of other sets the one coder's label is the settled one."""
    if name == TEST:
        return labelled_test_items()
    parts = open_parts()
    return [_item(row["id"], row, row, row, parts) for row in load_set(name).rows]


def _item(name: str, first: Row, second: Row, settled: Row, parts: Mapping[str, Part]) -> Item:
    if name not in parts:
        raise LabelError(f"{name}: labelled, and reserved or not in the corpus. Take it out of the label files.")
    part = parts[name]
    return Item(name, first, second, settled, part.part_count, sum(turn.role == Role.USER for turn in part.turns))


def fixed_sample(items: Sequence[Item], count: int) -> list[Item]:
    """The same few of the items each time, as good as a random draw."""
    chosen = set(in_drawn_order((item.id for item in items), "fixed sample")[:count])
    return [item for item in items if item.id in chosen]


def cuts_of(item: Item) -> dict[str, str]:
    """The cells of an item, by what is cut: language, length; week and source, where known."""
    english = str(item.first["language"]).split("-")[0] == "en" if "language" in item.first else True
    turns = item.turn_count
    cuts = {
        "language": "English" if english else "other languages",
        "length": "1 turn" if turns <= 1 else "2-4 turns" if turns <= 4 else "5 turns and more",
    }
    known = {"week": item.week, "source": item.source}
    return cuts | {kind: cut for kind, cut in known.items() if cut is not None}
