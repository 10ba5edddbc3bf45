"""A small home that nobody had: awkward on purpose, written with the real lake and the real facts.

Answers are drawn by seed; what the index must say about them is computed in by_hand.py, never here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from agreement_worlds import draw_second_answers
from drift_worlds import MAKER, draw_changes, draw_vectors, said_by_both
from home_reviews import draw_reviews, known_errors

from economic_index.contracts import Table
from economic_index.contracts.drift import ENGINE_CHANGES, VECTOR_SUMMARIES
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import (
    ASKED_FACETS,
    CONVERSATIONS,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
    SEGMENTS,
    SOURCES,
    TRANSCRIPTS,
)
from economic_index.contracts.reference import BANK_LINKS, BANK_TASKS, FACT_TABLES
from economic_index.contracts.reviews import ENGINE_ERRORS, REVIEWS
from economic_index.contracts.unasked import unasked_read_columns
from economic_index.drift.vector_summaries import summarised
from economic_index.lake import Lake, empty_frame
from economic_index.taxonomy import facts

# the month of a week is its Thursday's: 2026-03-30 belongs to April and to the second quarter
WEEKS = (date(2026, 3, 16), date(2026, 3, 23), date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 20))
EMPTY_WEEK = date(2026, 4, 13)
SKILL_NAMES = ("Programming", "Writing", "Mathematics", "Critical Thinking", "Active Listening")
STATEMENTS = 31
LABELS = {
    "collaboration": (["directive", "feedback_loop", "task_iteration", "learning", "validation", "none"], 6),
    "use_case": (["work", "coursework", "personal"], 3),
    "intent": (["asking", "doing", "expressing"], 3),
    "language": (["en", "de", "fr"], 3),
    "soc_group": (["15", "25", "27"], 3),
}


@dataclass(frozen=True, eq=False)  # a world is itself: what is computed of one is remembered by it
class World:
    """What was written: one row per conversation, and one per pick."""

    lake: Lake
    conversations: pd.DataFrame
    facets: pd.DataFrame
    mappings: pd.DataFrame
    segments: pd.DataFrame
    second_answers: pd.DataFrame = field(default_factory=lambda: empty_frame(SECOND_ANSWERS))
    reviews: pd.DataFrame = field(default_factory=lambda: empty_frame(REVIEWS))
    vectors: dict[str, np.ndarray] = field(default_factory=dict)


@cache
def _fact(name: str) -> pd.DataFrame:
    """A fact table, loaded once for all worlds; nobody changes it."""
    return facts.load(name)


def _rows(table: Table, columns: dict[str, Any]) -> pd.DataFrame:
    """A valid frame of the table: columns not given are null, zero, false or empty."""
    count = max(len(value) for value in columns.values() if isinstance(value, list | np.ndarray | pd.Series))
    frame = pd.DataFrame(index=range(count))
    for name, col in table.schema.columns.items():
        kind = str(col.metadata["arrow"])
        if name in columns:
            frame[name] = columns[name]
        elif col.nullable:
            frame[name] = None
        elif kind.startswith("list"):
            frame[name] = [[] for _ in range(count)]
        else:
            frame[name] = False if kind == "bool" else "" if kind == "string" else 0
    return table.schema.validate(frame)


def people(rng: np.random.Generator, count: int, users: int) -> np.ndarray:
    """Who speaks: a few people make many conversations, most make few."""
    popularity = 1 / np.arange(1, users + 1) ** 0.9
    return rng.choice(users, count, p=popularity / popularity.sum())


def draw_conversations(rng: np.random.Generator, count: int, users: int, *, are_known: bool) -> pd.DataFrame:
    """Conversations of all weeks; every twentieth has no user, a few carry a sampling weight."""
    who = people(rng, count, users)
    week = rng.choice(len(WEEKS), count)
    known = np.arange(count) % 20 != 7 if are_known else np.zeros(count, bool)
    starts = [
        datetime(*WEEKS[w].timetuple()[:3], 9, tzinfo=UTC) + timedelta(days=int(d))
        for w, d in zip(week, rng.integers(0, 7, count), strict=True)
    ]
    rows = _rows(
        CONVERSATIONS,
        {
            "conversation_id": [f"c1{number:026d}" for number in range(count)],
            "user_id": [f"u{u}" if is_known else None for u, is_known in zip(who, known, strict=True)],
            "started_at": starts,
            "started_at_source": "log",
            "source": "logs",
            "source_format": "chat_messages",
            "product": rng.choice(["chat", "api"], count, p=[0.8, 0.2]),
            "surface": "chat",
            "model": [None if draw < 0.1 else "model-a" if draw < 0.6 else "model-b" for draw in rng.random(count)],
            "content_hash": [f"h{number}" for number in range(count)],
            "weight": np.where(np.arange(count) % 25 == 3, 2.5, 1.0),
        },
    )
    return rows.assign(week_start=[WEEKS[w] for w in week], person=who)


def draw_numbers(conversations: pd.DataFrame) -> dict[str, Any]:
    """Autonomy and hours, leaning on the person; of their own seed, so that what else is drawn stays as it is."""
    rng, count = np.random.default_rng(5), len(conversations)
    person = conversations["person"].to_numpy()
    is_answered = rng.random(count) < 0.8
    autonomy = np.clip(1 + person % 4 + rng.integers(0, 2, count), 1, 5)
    hours = np.round(np.exp(rng.normal(0, 1, count) + person % 3 / 3), 2) * (rng.random(count) > 0.02)
    states = ["answered" if answered else "refused" for answered in is_answered]
    return {
        "ai_autonomy_state": states,
        "ai_autonomy": [int(a) if answered else None for a, answered in zip(autonomy, is_answered, strict=True)],
        "human_only_time_state": states,
        "human_only_time_hours": [
            float(h) if answered else None for h, answered in zip(hours, is_answered, strict=True)
        ],
    }


def draw_confidences(people: pd.Series, states: dict[str, Any]) -> dict[str, Any]:
    """How sure the engine was of what it answered or left open, leaning on the person; of a seed of its own."""
    rng, lean = np.random.default_rng(6), 0.1 * (people.to_numpy() % 3)
    sure = {facet: np.round(0.5 + lean + 0.3 * rng.random(len(people)), 4) for facet in sorted(states)}
    has_one = {facet: np.isin(state, ["answered", "unclassified"]) for facet, state in states.items()}
    return {f"{facet}_confidence": np.where(has_one[facet], sure[facet], np.nan) for facet in sure}


def draw_facets(rng: np.random.Generator, conversations: pd.DataFrame) -> pd.DataFrame:
    """Answers that lean on the person, so that conversations of one person are alike."""
    count = len(conversations)
    columns: dict[str, Any] = {"conversation_id": conversations["conversation_id"].to_numpy(), "engine": "claude"}
    columns |= {"content_hash": conversations["content_hash"].to_numpy(), "model": "judge"}
    columns |= unasked_read_columns(count) | draw_numbers(conversations)
    for facet in ASKED_FACETS:
        state = rng.choice(["answered", "unclassified", "refused", "not_asked"], count, p=[0.85, 0.08, 0.04, 0.03])
        columns[f"{facet}_state"] = state
        if facet in LABELS:
            labels, size = LABELS[facet]
            leaning = conversations["person"].to_numpy() % size
            drawn = np.where(rng.random(count) < 0.5, leaning, rng.integers(0, size, count))
            columns[facet] = [labels[d] if s == "answered" else None for d, s in zip(drawn, state, strict=True)]
    columns["is_occupational"] = [
        bool(draw < 0.8) if s == "answered" else None
        for draw, s in zip(rng.random(count), columns["is_occupational_state"], strict=True)
    ]
    columns["skills"] = [
        sorted(rng.choice(SKILL_NAMES, rng.integers(0, 4), replace=False).tolist()) if s == "answered" else None
        for s in columns["skills_state"]
    ]
    states = {facet: columns[f"{facet}_state"] for facet in ("collaboration", "intent", "use_case")}
    columns |= draw_confidences(conversations["person"], states)
    return _rows(FACET_SUMMARIES, columns)


def _statements(count: int) -> list[str]:
    """Statement hashes of the taxonomy: two that many occupations list, some that few do, one of an occupation
    that leads to several groups of ISCO-08."""
    tasks = _fact("onet_tasks").query("onet_version == '20.1'")
    shared = tasks.groupby("statement_hash")["onet_soc_code"].nunique().sort_values(ascending=False, kind="stable")
    computing = tasks[tasks["onet_soc_code"].str.startswith("15-")]["statement_hash"].drop_duplicates()
    of_web_developers = tasks[tasks["onet_soc_code"] == "15-1134.00"]["statement_hash"]
    return [*shared.index[:2], *computing[: count - 3], of_web_developers.iloc[0]]


def draw_mappings(rng: np.random.Generator, conversations: pd.DataFrame) -> pd.DataFrame:
    """Picks of every level; one in five conversations has two picks, one statement is not of the taxonomy."""
    nodes = [*_statements(STATEMENTS), "0000000000000000"]
    popularity = 1 / np.arange(1, len(nodes) + 1)
    activity = _fact("activities")
    picks: list[dict[str, Any]] = []
    for conversation_id, person in zip(conversations["conversation_id"], conversations["person"], strict=True):
        draw = rng.random()
        chosen = [
            nodes[person % len(nodes)]
            if rng.random() < 0.4
            else nodes[rng.choice(len(nodes), p=popularity / popularity.sum())]
        ]
        if draw < 0.2:
            chosen.append(nodes[(nodes.index(chosen[0]) + 1) % len(nodes)])
        rows: list[tuple[str, str, str]] = [("task", node, "answered") for node in chosen]
        if draw > 0.95:
            rows = [("unclassified", "", "truncated")]
        elif draw > 0.90:
            rows = [("unclassified", "", "unclassified")]
        elif draw > 0.84:
            rows = [("none", "", "not_occupational")]
        elif draw > 0.81:
            rows = [("none", "", "answered")]
        elif draw > 0.78:
            rows = [("soc_group", "15", "answered")]
        elif draw > 0.75:
            rows = [("iwa", str(activity["iwa_id"].iloc[0]), "answered")]
        weights = [1.0] if len(rows) == 1 else [0.625, 0.375]
        for number, ((level, node, state), weight) in enumerate(zip(rows, weights, strict=True), start=1):
            bank = f"bank-{nodes.index(node) // 2}" if node in nodes[:-1] and draw < 0.6 else None
            picks.append(
                {
                    "conversation_id": conversation_id,
                    "pick": number,
                    "level": level,
                    "node_id": node,
                    "bank_task_id": bank,
                    "weight": weight,
                    "state": state,
                    # of its own numbers, so that what else is drawn stays as it is
                    "confidence": None if state == "truncated" else (7 * int(person) + number) % 10 / 10,
                }
            )
    columns = {name: [pick[name] for pick in picks] for name in picks[0]}
    columns |= {"algorithm": "choice", "engine": "claude", "model": "judge", "version": "1", "onet_version": "20.1"}
    return _rows(ONET_TASK_MAPPINGS, columns)


def _write_reference(lake: Lake) -> None:
    for table in FACT_TABLES:
        lake.write(table, _fact(table.name))
    nodes = _statements(STATEMENTS)
    ids = _fact("onet_tasks").query("onet_version == '20.1'").groupby("statement_hash")["task_id"].min()
    bank = [f"bank-{number // 2}" for number in range(len(nodes))]
    origin = {"vintage": "0", "licence_id": "Apache-2.0"}
    lake.write(
        BANK_TASKS,
        _rows(BANK_TASKS, {"bank_task_id": sorted(set(bank)), "label": "Work", "bank_version": "0"} | origin),
    )
    links = {"bank_task_id": bank, "statement_hash": nodes, "task_id": ids[nodes].to_numpy(), "onet_version": "20.1"}
    lake.write(BANK_LINKS, _rows(BANK_LINKS, links | {"weight": [0.5] * (len(nodes) - 1) + [1.0]} | origin))


def _write_weeks(
    lake: Lake, conversations: pd.DataFrame, others: dict[Table, pd.DataFrame], vectors: dict[str, np.ndarray]
) -> None:
    said = said_by_both(others[FACET_SUMMARIES])
    for week in [*WEEKS, EMPTY_WEEK]:
        of_week = conversations[conversations["week_start"] == week]
        ids = set(of_week["conversation_id"])
        tables = {table: rows[rows["conversation_id"].isin(ids)] for table, rows in others.items()}
        tables[CONVERSATIONS] = of_week.drop(columns=["week_start", "person"])
        tables[VECTOR_SUMMARIES] = summarised(of_week, vectors, MAKER)
        tables[ENGINE_CHANGES] = draw_changes(of_week, said)
        for table in (TRANSCRIPTS, FACET_SUMMARIES_REJECTED, ONET_TASK_MAPPINGS_REJECTED):
            tables[table] = empty_frame(table)
        lake.commit_week(week, tables)


Change = Callable[[pd.DataFrame], pd.DataFrame]


def write_world(
    root: Path,
    count: int = 2400,
    users: int = 160,
    seed: int = 11,
    rule: str = "log",
    audience: str = "organisation",
    of_conversations: Change = lambda rows: rows,
    of_mappings: Change = lambda rows: rows,
    of_facets: Change = lambda rows: rows,
    of_vectors: Callable[[dict[str, np.ndarray], pd.DataFrame], dict[str, np.ndarray]] = lambda vectors, rows: vectors,
    of_segments: Change = lambda rows: rows,
) -> World:
    """A home of `count` conversations by `users` people; `rule` is who they are (log, assigned or none).

    The changes make an odd world of what was drawn.
    """
    rng = np.random.default_rng(seed)
    lake = Lake(root)
    _write_reference(lake)
    floors = {"floor_conversations": 0 if audience == "self" else 15, "floor_users": 5 if rule == "log" else 0}
    floors["floor_users"] = 0 if audience == "self" else floors["floor_users"]
    source = {"source": ["logs"], "product": "chat", "users": rule, "audience": audience, "is_time_assigned": False}
    lake.write(SOURCES, _rows(SOURCES, source | floors))
    conversations = of_conversations(draw_conversations(rng, count, users, are_known=rule != "none"))
    facets = of_facets(draw_facets(rng, conversations))
    mappings = of_mappings(draw_mappings(rng, conversations))
    of_department = conversations[conversations["person"] % 3 != 0]
    departments = ["research" if person % 3 == 1 else "sales" for person in of_department["person"]]
    segments = _rows(
        SEGMENTS,
        {
            "conversation_id": of_department["conversation_id"].to_numpy(),
            "segment_type": "department",
            "segment": departments,
        },
    )
    segments = of_segments(segments)
    second = draw_second_answers(rng, conversations)
    answers = {FACET_SUMMARIES: facets, ONET_TASK_MAPPINGS: mappings, SEGMENTS: segments, SECOND_ANSWERS: second}
    vectors = of_vectors(draw_vectors(conversations), conversations)
    _write_weeks(lake, conversations, answers, vectors)
    reviews = draw_reviews(np.random.default_rng(seed), conversations, facets)
    lake.write(REVIEWS, reviews)
    lake.write(ENGINE_ERRORS, known_errors(facets))
    return World(lake, conversations, facets, mappings, segments, second, reviews, vectors)


def emptied(world: World) -> World:
    """The same home with every week committed again, and nothing in any."""
    none = {
        FACET_SUMMARIES: world.facets[:0],
        ONET_TASK_MAPPINGS: world.mappings[:0],
        SEGMENTS: world.segments[:0],
        SECOND_ANSWERS: world.second_answers[:0],
    }
    _write_weeks(world.lake, world.conversations[:0], none, {})
    return World(world.lake, world.conversations[:0], *(none[table] for table in list(none)[:3]))
