"""Estimates tokens, and cuts the turns of a conversation to a budget of them, head and tail.

It knows no fence and no cleaning: what it is given it may show.
"""

from collections.abc import Sequence
from math import ceil, inf
from typing import NamedTuple

CHARS_PER_TOKEN, BYTES_PER_TOKEN = 2.5, 3.3
FIRST_SHARE, HEAD_SHARE = 0.25, 0.6
GREETING_SHARE, WASTE_SHARE = 0.05, 0.1
MARK_COST = 32.0
"""More than any mark of something left out costs."""


class Turn(NamedTuple):
    """One turn as it is shown: `[user 3]` and its clean text; `unread` estimates what reading left out of it.

    Where a long conversation was not read at all, one turn without text stands for many, and is never shown.
    """

    mark: str
    text: str
    is_user: bool
    unread: float = 0.0
    stands_for: int = 1

    def __repr__(self) -> str:
        return f"Turn({self.mark!r})"

    def shown(self) -> str:
        """The turn's mark, and its text below."""
        return f"{self.mark}\n{self.text}" if self.text else self.mark

    def cost(self) -> float:
        """Tokens of the turn as shown, with the newline after it."""
        return cost(self.shown()) + 1 if self.stands_for == 1 else inf


def cost(text: str) -> float:
    """Tokens, not rounded: by characters or by bytes, whichever says more."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return max(len(text) / CHARS_PER_TOKEN, size / BYTES_PER_TOKEN)


def estimate_tokens(text: str) -> int:
    """Tokens that a text will be counted as, rather too many than too few."""
    return ceil(cost(text))


def cut_turn(turn: Turn, allowance: float) -> Turn:
    """The turn in at most so many tokens: 60 % of what is kept from its head, 40 % from its tail."""
    whole = turn.cost()
    if whole <= allowance:
        return turn
    room = max(allowance - MARK_COST - Turn(turn.mark, "", turn.is_user).cost(), 0)
    share = min(room / whole, 1.0)
    while True:
        head, tail = _sides(turn.text, share)
        if cost(head) + cost(tail) <= room or not (head or tail):
            break
        share *= 0.95
    missing = turn.text[len(head) : len(turn.text) - len(tail)]
    left = f"[… about {round(cost(missing) + turn.unread)} tokens left out …]"
    return turn._replace(text=f"{head} {left} {tail}".strip(), unread=0.0)


def _sides(text: str, share: float) -> tuple[str, str]:
    head, tail = int(len(text) * share * HEAD_SHARE), int(len(text) * share * (1 - HEAD_SHARE))
    return text[:head], text[len(text) - tail :]


def fit(turns: Sequence[Turn], budget: float) -> tuple[list[str], bool]:
    """The turns as shown, in at most so many tokens, and whether anything was left out.

    The first turn of the user is kept whole up to a quarter of the budget, and further if the others leave room; of
    the rest 60 % goes to what comes first and 40 % to what comes last, whole turns where possible.
    """
    if all(turn.stands_for == 1 for turn in turns):
        shown = [turn.shown() for turn in turns]
        if cost("\n".join(shown)) <= budget:
            return shown, False
    costs = [turn.cost() for turn in turns]
    first = int(len(turns) > 1 and turns[1].is_user and not turns[0].is_user)
    greeting = [cut_turn(turn, GREETING_SHARE * budget) for turn in turns[:first]]
    room = budget - MARK_COST - sum(turn.cost() for turn in greeting)
    spare = room - sum(costs[first + 1 :])
    request = cut_turn(turns[first], max(FIRST_SHARE * budget, spare))
    head, left, tail = _ends(turns[first + 1 :], room - request.cost(), WASTE_SHARE * budget)
    shown = [turn.shown() for turn in (*greeting, request, *head)]
    if left:
        count, tokens = sum(turn.stands_for for turn in left), sum(map(_tokens_of, left))
        shown.append(f"[… {count} turns, about {round(tokens)} tokens left out …]")
    return shown + [turn.shown() for turn in tail], True


def _tokens_of(turn: Turn) -> float:
    return turn.unread + (turn.cost() if turn.stands_for == 1 else 0)


def _ends(turns: Sequence[Turn], room: float, waste: float) -> tuple[list[Turn], list[Turn], list[Turn]]:
    """Turns of the head, those left out, and those of the tail.

    Turns are taken whole; only where that would waste much room are the turns at the border cut.
    """
    head = _taken(turns, room * HEAD_SHARE)
    room -= sum(turn.cost() for turn in head)
    tail = _taken(turns[len(head) :][::-1], room)[::-1]
    room -= sum(turn.cost() for turn in tail)
    left = list(turns[len(head) : len(turns) - len(tail)])
    if room < waste or not left:
        return head, left, tail
    if left[0].stands_for == 1:
        head.append(cut_turn(left.pop(0), room * HEAD_SHARE if len(left) > 1 else room))
        room -= head[-1].cost()
    if left and left[-1].stands_for == 1:
        tail.insert(0, cut_turn(left.pop(), room))
    return head, left, tail


def _taken(turns: Sequence[Turn], room: float) -> list[Turn]:
    """Turns in order while there is room for them whole."""
    taken: list[Turn] = []
    for turn in turns:
        room -= turn.cost()
        if room < 0:
            break
        taken.append(turn)
    return taken
