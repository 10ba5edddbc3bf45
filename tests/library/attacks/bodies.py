"""Request bodies for the tests: the one that is sent, and one that only fences. No test here."""

import json

from economic_index.attacks.attack_set import messages_of
from economic_index.facets.asking import FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS, closing_of

SALT = b"a salt for tests"
BUDGET = 4_000
QUESTIONS = FacetQuestions("claude-haiku-5-5", DEFAULT_FACETS, SALT, BUDGET)


def defended(messages):
    return QUESTIONS.request("content", messages, QUESTIONS.wanted).body


def bare(messages):
    """The same prompt with the turns in a fence, as they are."""
    turns = "\n".join(f"[{each['role']} {place + 1}]\n{each['text']}" for place, each in enumerate(messages))
    block = f'<transcript id="0123456789ab">\n{turns}\n</transcript id="0123456789ab">'
    body = json.loads(defended(messages_of(["hello"])))
    body["messages"] = [{"role": "user", "content": f"{block}\n{closing_of(DEFAULT_FACETS)}"}]
    return json.dumps(body).encode()
