"""What each model accepts, read from models.csv, and how a server tells it.

The product's own table of capabilities is another file: the two must be able to disagree.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_DATED = re.compile(r"-20\d{6}$")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_THINKING = ("adaptive", "between_tools", "disabled", "enabled")


@dataclass(frozen=True)
class ModelRow:
    """One model. `cache_minimum` in tokens; `efforts` empty where effort is refused."""

    model: str
    display_name: str
    lifecycle: str
    thinking: frozenset[str]
    thinks_unset: bool
    efforts: frozenset[str]
    takes_forced_tools: bool
    cache_minimum: int
    bytes_per_token: float
    max_input_tokens: int
    max_tokens: int

    def tokens(self, size: int) -> int:
        """Estimated tokens of a text of `size` bytes of UTF-8."""
        return int(size / self.bytes_per_token) + (size > 0)

    def thinks(self, thinking: Any) -> bool:
        """Whether a request with this `thinking` is answered after thinking."""
        if isinstance(thinking, dict):
            return thinking.get("type") not in {"disabled", "between_tools"}
        return self.thinks_unset

    def as_json(self) -> dict[str, Any]:
        """The model as `GET /v1/models/{id}` tells it."""

        def supported(yes: bool) -> dict[str, bool]:
            return {"supported": yes}

        capabilities: dict[str, Any] = {
            name: supported(False) for name in ("citations", "code_execution", "image_input", "pdf_input")
        }
        capabilities |= {"batch": supported(True), "structured_outputs": supported(True)}
        capabilities["effort"] = supported(bool(self.efforts)) | {
            name: supported(name in self.efforts) for name in _EFFORTS
        }
        capabilities["thinking"] = supported(bool(self.thinking - {"disabled"})) | {
            "types": {name: supported(name in self.thinking) for name in _THINKING}
        }
        return {
            "type": "model",
            "id": self.model,
            "display_name": self.display_name,
            "created_at": "1970-01-01T00:00:00Z",
            "lifecycle": self.lifecycle,
            "max_input_tokens": self.max_input_tokens,
            "max_tokens": self.max_tokens,
            "capabilities": capabilities,
        }


def _set(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split("|")))


@cache
def _models() -> dict[str, ModelRow]:
    text = resources.files("economic_index.rehearsal").joinpath("models.csv").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        row["model"]: ModelRow(
            row["model"],
            row["display_name"],
            row["lifecycle"],
            _set(row["thinking"]),
            row["thinking_unset"] == "yes",
            _set(row["efforts"]),
            row["forced_tools"] == "yes",
            int(row["cache_minimum"]),
            float(row["bytes_per_token"]),
            int(row["max_input_tokens"]),
            int(row["max_tokens"]),
        )
        for row in csv.DictReader(lines)
    }


def model_row(model: str) -> ModelRow | None:
    """The row of a model, by its name with or without a date; None if it is not known."""
    return _models().get(model) or _models().get(_DATED.sub("", model))


def lenient_row(model: str) -> ModelRow:
    """The row of a model; of the default model where it is not known."""
    return model_row(model) or _models()["claude-haiku-5-5"]
