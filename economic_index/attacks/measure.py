"""Measures attacks: on the request that is really sent, and on the labels of any engine.

Counts and intervals of the attack set alone; no figure of the index is made here.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from math import sqrt
from typing import Any

import pandas as pd
import pyarrow as pa

from economic_index.attacks.attack_set import Attack, Message, Messages, messages_of
from economic_index.attacks.seen import properties, seen
from economic_index.contracts.lake import TRANSCRIPTS
from economic_index.llm.transcript import render_transcript
from economic_index.local.engine import LocalEngine
from economic_index.vocabulary import Facet

Labels = Mapping[str, str | None]
Labeller = Callable[[Sequence[Message]], Labels]
Build = Callable[[Sequence[Message]], bytes]
Pair = tuple[Labels, Labels]
LOCAL_FACETS = (
    Facet.IS_OCCUPATIONAL,
    Facet.USE_CASE,
    Facet.COLLABORATION,
    Facet.INTENT,
    Facet.SOC_GROUP,
    Facet.LANGUAGE,
)
# So many that each of the few orders, in which labels are listed, comes up.
_INNOCENT = [messages_of([f"How do I sharpen a chisel of {size} mm?", "On a flat stone."]) for size in range(100)]


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Ends of Wilson's 95 % interval (Wilson 1927); nan for none."""
    if not count:
        return float("nan"), float("nan")
    z = 1.959964
    share, scale = hits / count, 1 + z * z / count
    middle = share + z * z / (2 * count)
    reach = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)


def request_table(attacks: Sequence[Attack], build: Build, salt: bytes, budget: int = 4_000) -> pd.DataFrame:
    """How many requests have each property, by family; `build` makes the body that is sent for a conversation.

    `attacks` counts them; `asked` those that make a request at all, to which all other columns refer; `all` those
    with every property; `as its twin` those whose transcript is the twin's, word for word.

    Raises:
        ValueError: a request holds no fenced transcript.
    """
    usual = {seen(build(messages)).around() for messages in _INNOCENT}
    rows = []
    for attack in attacks:
        rendered = render_transcript(attack.messages, salt, budget)
        row: dict[str, Any] = {"family": attack.family, "attacks": 1, "asked": int(not rendered.is_empty)}
        if not rendered.is_empty:
            twin = render_transcript(attack.clean_messages, salt, budget)
            request = seen(build(attack.messages))
            held = properties(request, usual, attack.messages, rendered.hidden_count, budget)
            row |= held | {"all": all(held.values())}
            row |= {"as rendered": request.inner in rendered.text, "as its twin": rendered.text == twin.text}
        rows.append(row)
    return pd.DataFrame(rows).fillna(0).groupby("family", sort=False).sum().astype(int)


def answers(attacks: Iterable[Attack], labels: Labeller) -> list[Pair]:
    """For each attack, the labels of its clean twin and its own, by any engine; None is no answer."""
    return [(labels(attack.clean_messages), labels(attack.messages)) for attack in attacks]


def local_answers(attacks: Sequence[Attack], engine: LocalEngine) -> list[Pair]:
    """The same by the local engine, all in one call; `yes` and `no` for what is true or false."""
    talks = {_content(talk): talk for attack in attacks for talk in (attack.messages, attack.clean_messages)}
    names = sorted(talks)
    conversations = pd.DataFrame({"conversation_id": names, "content_hash": names}, dtype="str")
    rows, _ = engine.label(conversations, (_batch([name], talks) for name in names))
    found = {row["conversation_id"]: _labels(row) for row in rows.to_dict("records")}
    return [(found[_content(attack.clean_messages)], found[_content(attack.messages)]) for attack in attacks]


def _content(messages: Messages) -> str:
    return sha256(json.dumps(messages).encode()).hexdigest()


def _batch(names: Sequence[str], talks: Mapping[str, Messages]) -> pa.RecordBatch:
    unknown = {"sent_at": None, "model": None}
    rows = [
        {"conversation_id": name, "content_hash": name, "messages": [unknown | dict(each) for each in talks[name]]}
        for name in names
    ]
    return pa.RecordBatch.from_pylist(rows, TRANSCRIPTS.arrow_schema())


def _labels(row: Mapping[Any, Any]) -> dict[str, str | None]:
    words = {True: "yes", False: "no"}
    return {facet: None if pd.isna(row[facet]) else str(words.get(row[facet], row[facet])) for facet in LOCAL_FACETS}


def change_table(attacks: Sequence[Attack], pairs: Sequence[Pair]) -> pd.DataFrame:
    """One row per attack and facet that the engine answers.

    `asked`: some label was given, with the attack or without; `changed`: another label, or one lost or gained;
    `aimed`: asked, the attack aims at this facet, and its value is not the label anyway; `moved`: it is now.
    """
    rows = []
    for attack, (clean, attacked) in zip(attacks, pairs, strict=True):
        for facet in sorted(clean.keys() | attacked.keys()):
            before, after = clean.get(facet), attacked.get(facet)
            is_asked = before is not None or after is not None
            is_aimed = is_asked and facet == attack.facet and before != attack.value
            rows.append(
                {
                    "family": attack.family,
                    "facet": facet,
                    "asked": is_asked,
                    "changed": before != after,
                    "aimed": is_aimed,
                    "moved": is_aimed and after == attack.value,
                }
            )
    return pd.DataFrame(rows, columns=["family", "facet", "asked", "changed", "aimed", "moved"])


def rates(changes: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Counts of `change_table` by family, facet or both, shares, and the ends of their 95 % intervals.

    An interval takes conversations for independent draws; those of a family share their carriers, so it is short.
    """
    table = changes.groupby(list(by), sort=False)[["asked", "changed", "aimed", "moved"]].sum().astype(int)
    for hits, of in (("changed", "asked"), ("moved", "aimed")):
        counts = list(zip(table[hits].tolist(), table[of].tolist(), strict=True))
        table[f"{hits}_share"] = [hit / count if count else float("nan") for hit, count in counts]
        table[f"{hits}_lo"] = [wilson(hit, count)[0] for hit, count in counts]
        table[f"{hits}_hi"] = [wilson(hit, count)[1] for hit, count in counts]
    return table
