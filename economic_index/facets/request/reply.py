"""What the person wanted, in words that name nobody: what the task is found by.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints


class Reply(BaseModel):
    """Evidence, and the request; both are words about a private text."""

    task_evidence: Annotated[str, StringConstraints(strip_whitespace=True)]
    request: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"request": self.request, "task_evidence": self.task_evidence}
