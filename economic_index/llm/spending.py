"""The hard limit on what a home may spend: asked before each request, settled after each answer.

What was spent is the ledger's to say; nothing is stored here.
"""

from dataclasses import dataclass

# Until so many answers are known, an answer is taken to be as long as it may be.
KNOWN_AFTER = 50
# Above the mean: answers differ in length, and a reservation must hold.
MARGIN = 1.5


@dataclass
class Budget:
    """What may still be spent, in micro-USD. Used from one event loop; nothing here waits."""

    limit: int | None
    spent: int
    reserved: int = 0
    _answers: int = 0
    _output_tokens: int = 0

    @property
    def left(self) -> int | None:
        """What is neither spent nor reserved; None without a limit."""
        return None if self.limit is None else self.limit - self.spent - self.reserved

    def output_tokens(self, max_tokens: int) -> int:
        """Tokens to reckon with for the next answer."""
        if self._answers < KNOWN_AFTER:
            return max_tokens
        return min(max_tokens, round(MARGIN * self._output_tokens / self._answers))

    def reserve(self, micro_usd: int) -> bool:
        """Set an amount aside; False if it is not there."""
        left = self.left
        if left is not None and micro_usd > left:
            return False
        self.reserved += micro_usd
        return True

    def settle(self, reserved: int, spent: int, output_tokens: int | None = None) -> None:
        """Take back a reservation, and note what was really spent."""
        self.reserved -= reserved
        self.spent += spent
        if output_tokens is not None:
            self._answers += 1
            self._output_tokens += output_tokens
