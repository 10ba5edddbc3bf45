"""What a machine can check of the design: sizes are warnings, the rest is the linters'."""

import ast
import subprocess
import warnings
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = [p for name in ("economic_index", "assets", "orchestration") for p in (PROJECT / name).rglob("*.py")]


def test_sources_are_found() -> None:
    assert len(SOURCES) > 20


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PROJECT)))
def test_a_module_says_what_it_is_for_and_long_ones_are_named(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path.name}: no module docstring"
    if (lines := path.read_text().count("\n")) > 300:
        warnings.warn(f"{path.relative_to(PROJECT)}: {lines} lines", stacklevel=1)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (size := node.end_lineno - node.lineno + 1) > 60:
            warnings.warn(f"{path.relative_to(PROJECT)}:{node.name}: {size} lines", stacklevel=1)


def test_the_lock_names_no_host() -> None:
    for name in ("requirements.lock", "requirements.weights.txt"):
        assert "://" not in (PROJECT / name).read_text()


def test_no_private_data_is_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False).stdout
    names = tracked.split()
    assert not [name for name in names if name.startswith(".oei/") or name.endswith((".duckdb", ".sqlite", ".key"))]
