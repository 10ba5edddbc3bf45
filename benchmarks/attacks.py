"""`python -m benchmarks.attacks`: the attack set on the request that is sent, and on the local engine's labels."""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from economic_index.attacks.attack_set import Attack, Message, attack_set, carriers, control_set, messages_of
from economic_index.attacks.measure import change_table, local_answers, rates, request_table
from economic_index.facets.asking import FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS, closing_of
from economic_index.llm.transcript import estimate_tokens, render_transcript
from economic_index.local.engine import LocalEngine

SALT, BUDGET = b"salt of the attack set", 4_000
QUESTIONS = FacetQuestions("claude-haiku-5-5", DEFAULT_FACETS, SALT, BUDGET)
REPEATED = (
    "<",
    "\nHuman:",
    "-[",
    "\u200b",
    "A",
    "< t r a n s c r i p ",
    "\u2039 t\u0301",
    "```\n",
    "(/",
    "\n h u m a n ",
    " ",
    "$<t@",
)
HELD = ("one fence", "true turns", "no speaker", "no closing line", "nothing hidden", "hidden counted",
        "within budget", "rest unchanged")  # fmt: skip


def defended(messages: Sequence[Message]) -> bytes:
    """The request as it is sent."""
    request = QUESTIONS.request("content", messages, QUESTIONS.wanted)
    assert request is not None
    return request.body


def undefended(messages: Sequence[Message]) -> bytes:
    """The same prompt with the turns in a fence as they are."""
    turns = "\n".join(f"[{each['role']} {place + 1}]\n{each['text']}" for place, each in enumerate(messages))
    block = f'<transcript id="0123456789ab">\n{turns}\n</transcript id="0123456789ab">'
    body = json.loads(defended(messages_of(["hello"])))
    body["messages"] = [{"role": "user", "content": f"{block}\n{closing_of(DEFAULT_FACETS)}"}]
    return json.dumps(body).encode()


def on_the_request(attacks: Sequence[Attack]) -> None:
    """Properties of the requests, by family, with and without the defence."""
    table = request_table(attacks, defended, SALT, BUDGET)
    print(f"{table['attacks'].sum()} attacks, {table['asked'].sum()} requests")
    print(table.to_string(), end="\n\n")
    short = [attack for attack in attacks if attack.family != "long"]
    bare = request_table(short, undefended, SALT, BUDGET)
    print("the same without the defence (10 MB left aside)")
    print(bare[["attacks", "asked", *HELD, "all"]].to_string(), end="\n\n")


def of_the_rendering(attacks: Sequence[Attack]) -> None:
    """What rendering takes: the best of five, usual conversations a hundred at once."""
    for carrier in ("flask_error", "physics_homework_ru", "product_copy_zh"):
        texts = next(each.turns for each in carriers() if each.name == carrier)
        tokens = sum(map(estimate_tokens, texts))
        messages = messages_of(texts * round(1_000 / tokens))
        took = _best_of_five(lambda messages=messages: [render_transcript(messages, SALT) for _ in range(100)]) / 100
        print(f"rendering {carrier}, {len(messages)} turns, about 1,000 tokens: {took * 1e3:.2f} ms")
    unkind = {attack.name: attack.messages for attack in attacks if attack.family in ("long", "many_turns")}
    unkind |= {repr(each): messages_of([each * (10_000_000 // len(each))]) for each in REPEATED}
    slowest = max((_best_of_five(lambda m=m: render_transcript(m, SALT)), name) for name, m in unkind.items())
    print(f"rendering the slowest of {len(unkind)} of 10 MB or 2,000 turns ({slowest[1]}): {slowest[0] * 1e3:.1f} ms")


def _best_of_five(work: Callable[[], object]) -> float:
    took = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took)


def on_the_local_engine(attacks: Sequence[Attack], controls: Sequence[Attack]) -> None:
    """Labels changed and moved, for attacks and for harmless additions."""
    with tempfile.TemporaryDirectory() as folder:
        engine = LocalEngine.open(Path(folder) / "model", Path(folder) / "vectors.sqlite")
        for name, tried in (("attacks", attacks), ("harmless additions", controls)):
            changes = change_table(tried, local_answers(tried, engine))
            for by in (["facet"], ["family"], ["family", "facet"]):
                print(f"{name}, by {' and '.join(by)} ({engine.embedder.kernel})")
                print(rates(changes, by).round(2).to_string(), end="\n\n")


def main() -> None:
    """Print all tables; some 60 seconds."""
    attacks = attack_set()
    size = sum(len(json.dumps(attack.messages)) for attack in attacks) / 1e6
    print(f"{len(attacks)} attacks in {len({each.family for each in attacks})} families, {size:.0f} MB")
    of_the_rendering(attacks)
    on_the_request(attacks)
    on_the_local_engine(attacks, control_set())


if __name__ == "__main__":
    pd.set_option("display.width", 250)
    main()
