"""Shortens what says little at length in a clean text: encoded data, and long blocks of code.

No budget of tokens is kept here: that is transcript.py's.
"""

import re

RUN, CODE_LINES, CODE_HEAD, CODE_TAIL = 200, 40, 25, 10
_LINE = 60
"""Encoded data is broken into lines of at least so many characters."""
_DATA = "[A-Za-z0-9+/=_-]"
_ENCODED = re.compile(rf"(?<!{_DATA}){_DATA}{{{_LINE},}}+(?:\n{_DATA}{{{_LINE},}}+)*")
_FENCE = "```"


def is_foldable(text: str) -> bool:
    """Whether there may be something to fold; a quick look, which may say yes in vain."""
    return _FENCE in text or max(map(len, text.split()), default=0) >= _LINE


def fold_encoded(text: str) -> str:
    """Runs of more than 200 characters as of base64, broken into lines or not, as `[… n characters left out …]`."""
    return _ENCODED.sub(_left_out, text)


def _left_out(run: re.Match[str]) -> str:
    count = run.end() - run.start()
    return f"[… {count} characters left out …]" if count > RUN else run.group()


def fold_code(text: str) -> str:
    """Fenced code of more than 40 lines as its first 25 and last 10; an open fence reaches to the end."""
    if _FENCE not in text or text.count("\n") <= CODE_LINES:
        return text
    kept: list[str] = []
    block: list[str] | None = None
    for line in text.split("\n"):
        if not line.lstrip(" >").startswith(_FENCE):
            (kept if block is None else block).append(line)
        elif block is None:
            kept.append(line)
            block = []
        else:
            kept += [*_shortened(block), line]
            block = None
    return "\n".join(kept + _shortened(block or []))


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= CODE_LINES:
        return lines
    mark = f"[… {len(lines) - CODE_HEAD - CODE_TAIL} lines left out …]"
    return [*lines[:CODE_HEAD], mark, *lines[-CODE_TAIL:]]
