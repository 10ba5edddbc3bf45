"""The options chosen for a request, by number and weight; which statement a number meant is not known here.

What is asked stands in prompt.md; here it is read what was said.
"""

from pydantic import BaseModel, Field

MAX_PICKS = 3


class ChosenOption(BaseModel):
    """One option, and its part of the request beside the others."""

    option: int = Field(ge=1, le=20)
    weight: int = Field(ge=1, le=4)


class Reply(BaseModel):
    """Evidence, then picks; none is an empty list."""

    evidence: str
    picks: list[ChosenOption]

    def shares(self) -> tuple[dict[int, float], bool]:
        """Option to share, heaviest first, summing to 1; and whether repeated or surplus picks were cut.

        A repeated option counts once, with its first weight; of more than three the heaviest three stay, the first
        named of equals.
        """
        weights: dict[int, int] = {}
        for pick in self.picks:
            weights.setdefault(pick.option, pick.weight)
        heaviest = sorted(weights.items(), key=lambda item: -item[1])[:MAX_PICKS]
        total = sum(weight for _, weight in heaviest)
        return {option: weight / total for option, weight in heaviest}, len(heaviest) < len(self.picks)
