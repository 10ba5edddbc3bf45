"""The engine's model and the vectors of its task bank, made once a test run, whatever number of processes it has.

A home makes both at its first use. That takes longer than all else in a small home, and is the same in every home.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from filelock import FileLock

from economic_index.lake import Lake
from economic_index.local.embedder import Embedder
from economic_index.local.engine import LocalEngine
from economic_index.local.heads import load_heads
from economic_index.local.kernel import Kernel, choose_kernel
from economic_index.local.onnx_build import build
from economic_index.local.vectors import VectorStore

MODEL, VECTORS = "model", "vectors.sqlite"


def shared_folder(base: Path) -> Path:
    """The folder of all processes of a run; `base` is pytest's own of this process."""
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "embedded_bank"


def lend_model(base: Path, kernel: Kernel, model_dir: Path) -> None:
    """Put the model of a kernel into a folder: building it takes seconds, too."""
    folder = shared_folder(base) / kernel.value
    folder.mkdir(parents=True, exist_ok=True)
    model_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "being_made.lock"):
        made = build(folder / MODEL, kernel)
    os.link(made, model_dir / made.name)


def embedded_bank(base: Path, kernel: Kernel | None = None) -> Path:
    """A folder with `model/` and `vectors.sqlite`, by the kernel of this processor unless one is named."""
    kernel = kernel or choose_kernel()
    folder = shared_folder(base) / kernel.value
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "being_made.lock"):
        if not (folder / VECTORS).exists():
            store = VectorStore(folder / "new.sqlite")
            assert LocalEngine(Embedder(folder / MODEL, kernel), store, load_heads()).index is not None
            with closing(sqlite3.connect(store.path)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
            store.path.rename(folder / VECTORS)
    return folder


def shared_model(base: Path) -> Path:
    """A folder with the engine's model, for whoever embeds and keeps no home."""
    return embedded_bank(base) / MODEL


def lend_bank(base: Path, home: Path) -> None:
    """Put the model and the bank's vectors where a home looks for them."""
    made, lake = embedded_bank(base), Lake(home)
    lake.model_dir.mkdir(parents=True, exist_ok=True)
    for each in (made / MODEL).iterdir():
        os.link(each, lake.model_dir / each.name)
    shutil.copy(made / VECTORS, lake.database_path("vectors"))
