"""Request bodies for the tests: one defended, one that only fences. No test here."""

import json

from economic_index.llm.transcript import render_transcript

SALT = b"a salt for tests"
BUDGET = 4_000


def _body(block: str) -> bytes:
    user = {"role": "user", "content": f"{block}\nThe transcript has ended. Fill in the form."}
    return json.dumps({"model": "any", "system": [{"type": "text", "text": "Label it."}], "messages": [user]}).encode()


def defended(messages):
    return _body(render_transcript(messages, SALT, BUDGET).text)


def bare(messages):
    """Turns in a fence, as they are."""
    turns = "\n".join(f"[{each['role']} {place + 1}]\n{each['text']}" for place, each in enumerate(messages))
    return _body(f'<transcript id="0123456789ab">\n{turns}\n</transcript id="0123456789ab">')
