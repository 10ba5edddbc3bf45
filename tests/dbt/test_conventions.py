"""What a machine can check of the dbt project: contracts, words, names, layers and tests, out of its manifest."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
from built_home import PROJECT, Built
from sqlglot import exp

from economic_index.vocabulary import Collaboration, Comparison, Intent, MappingState, State, UseCase

pytestmark = pytest.mark.slow

Node = dict[str, Any]
PARTICIPLE = r"([a-z]+ed|split|cut|chosen|kept)"
# the two tables that all others are made for have the name of what they hold (docs/design.md)
NOUNS = {"int_evidence", "int_shares"}
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}
SPECIAL = {"_unclassified", "_failed", "_suppressed"}


@pytest.fixture(scope="module")
def manifest(built: Built) -> Node:
    """The manifest of a build: with the SQL that was run."""
    found: Node = json.loads((built.world.lake.dbt_target / "manifest.json").read_text())
    return found


@pytest.fixture(scope="module")
def models(manifest: Node) -> dict[str, Node]:
    """The models of the project by name."""
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert len(nodes) > 100
    return nodes


def layer_of(node: Node) -> str:
    """Staging, intermediate or marts: the folder."""
    return str(node["fqn"][1])


def data_tests(manifest: Node) -> Iterator[tuple[str, str, Node]]:
    """Model, kind of test, and the test."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            attached = str(node["attached_node"]).rsplit(".", maxsplit=1)[-1]
            yield attached, node["test_metadata"]["name"], node


def test_every_model_has_an_enforced_contract(models: dict[str, Node]) -> None:
    assert [name for name, node in models.items() if not node["config"]["contract"]["enforced"]] == []


def test_every_model_says_its_grain(models: dict[str, Node]) -> None:
    said = re.compile(r"Grain: |One row[,:]")
    ours = {name: node["description"] for name, node in models.items() if layer_of(node) != "staging"}
    assert [name for name, description in ours.items() if not said.search(description)] == []


def test_every_column_is_described_once_by_its_doc_block(models: dict[str, Node]) -> None:
    columns = [(name, column) for name, node in models.items() for column in node["columns"].values()]
    assert [(name, column["name"]) for name, column in columns if not column["description"]] == []
    # staging is generated from the contracts, which hold its words
    blocks = [(name, column) for name, column in columns if not name.startswith("stg_")]
    assert [(name, column["name"]) for name, column in blocks if not column["doc_blocks"]] == []


def test_no_doc_block_is_left_over(manifest: Node) -> None:
    columns = [column for node in manifest["nodes"].values() for column in node.get("columns", {}).values()]
    used = {block for column in columns for block in column["doc_blocks"]}
    ours = {key for key, block in manifest["docs"].items() if block["package_name"] == "open_economic_index"}
    assert ours - used == set()


def needs_a_unit_test(node: Node) -> bool:
    """It divides, joins, or decides by a floor what is shown."""
    query = sqlglot.parse_one(node["compiled_code"], dialect="duckdb")
    words = {identifier.name for identifier in query.find_all(exp.Identifier)}
    decides = {word for word in words if word.startswith("floor_") or word in ("is_withheld", "is_suppressed")}
    return bool(decides) or query.find(exp.Div, exp.IntDiv, exp.Join) is not None


def test_a_model_that_divides_joins_or_suppresses_is_recognised() -> None:
    plain = "select a, cast(row_number() over (order by a) as integer) as n from t where a > 1 -- a / b"
    assert not needs_a_unit_test({"compiled_code": plain})
    for sql in (
        "select a / b from t",
        "select x from (select a // b as x from t)",
        "select 1 from t left join u using (k)",
        "with v as (select * from t cross join u) select * from v",
        "select n >= floor_users from t",
        "select is_withheld from t",
    ):
        assert needs_a_unit_test({"compiled_code": sql}), sql


def test_every_model_that_divides_joins_or_suppresses_has_a_unit_test(manifest: Node, models: dict[str, Node]) -> None:
    tested = {unit_test["model"] for unit_test in manifest["unit_tests"].values()}
    above = {name: node for name, node in models.items() if layer_of(node) != "staging"}
    needing = {name for name, node in above.items() if needs_a_unit_test(node)}
    assert len(needing) > 70
    assert needing - tested == set()


def test_staging_only_renames(models: dict[str, Node]) -> None:
    for name, node in models.items():
        if layer_of(node) == "staging":
            query = sqlglot.parse_one(node["compiled_code"], dialect="duckdb")
            assert query.find(exp.Div, exp.IntDiv, exp.Join, exp.AggFunc, exp.Case) is None, name


def test_names_follow_the_grammar(models: dict[str, Node]) -> None:
    grammar = {
        "staging": re.compile(r"stg_(lake|reference)__[a-z_]+"),
        "intermediate": re.compile(rf"int_[a-z_]+?_{PARTICIPLE}(_(to|in|on|by|as|within)_[a-z_]+)?"),
        "marts": re.compile(r"(dim|fct|mart)_[a-z_]+"),
    }
    assert [n for n, node in models.items() if n not in NOUNS and not grammar[layer_of(node)].fullmatch(n)] == []


def test_layers_depend_downward_only(manifest: Node, models: dict[str, Node]) -> None:
    forbidden = []
    for name, node in models.items():
        for parent_id in node["depends_on"]["nodes"]:
            kind = parent_id.split(".")[0]
            parent = layer_of(manifest["nodes"][parent_id]) if kind == "model" else kind
            # a dimension is a reference table with words: between it and staging there is nothing to compute
            allowed = MAY_READ[layer_of(node)] | ({"staging"} if name.startswith("dim_") else set())
            if parent not in allowed:
                forbidden.append(f"{name} -> {parent_id}")
    assert forbidden == []


def test_staging_is_named_after_its_source(models: dict[str, Node]) -> None:
    sources = {name: node["sources"] for name, node in models.items() if layer_of(node) == "staging"}
    assert [name for name, read in sources.items() if [f"stg_{s}__{table}" for s, table in read] != [name]] == []


def test_no_sql_file_is_longer_than_eighty_lines() -> None:
    files = [path for folder in ("models", "macros") for path in (PROJECT / folder).rglob("*.sql")]
    assert len(files) > 120
    assert [path.name for path in files if path.read_text().count("\n") > 80] == []


def test_every_mart_has_a_test_of_its_grain(manifest: Node, models: dict[str, Node]) -> None:
    tested = {name for name, kind, _ in data_tests(manifest) if kind in ("unique", "unique_combination", "one_row")}
    assert {name for name, node in models.items() if layer_of(node) == "marts"} - tested == set()


def test_every_core_mart_of_shares_is_held_to_its_denominator(manifest: Node, models: dict[str, Node]) -> None:
    shares = {name for name, node in models.items() if {"footing", "numerator", "denominator"} <= set(node["columns"])}
    core = {name for name in shares if models[name]["fqn"][2] == "core"}
    ranked = {"mart_hierarchy"}  # the largest nodes only: they are rows of the marts that are held
    held = {name for name, kind, _ in data_tests(manifest) if kind == "adds_up"}
    assert core - ranked - held == set()
    assert {"mart_wage_quartiles", "mart_isco_groups"} <= held


def test_closed_cells_are_the_labels_of_the_vocabulary(manifest: Node) -> None:
    listed = {
        (name, node["column_name"]): set(node["test_metadata"]["kwargs"]["values"])
        for name, kind, node in data_tests(manifest)
        if kind == "accepted_values"
    }
    patterns = {str(label) for label in Collaboration} - {"none"} | {"_none"}
    assert listed["mart_collaboration", "collaboration"] == patterns | SPECIAL
    assert listed["mart_use_cases", "use_case"] == {str(label) for label in UseCase} | SPECIAL
    assert listed["mart_intents", "intent"] == {str(label) for label in Intent} | SPECIAL
    states = {*map(str, State), *map(str, MappingState)}
    assert listed["mart_accounting", "state"] == states | {"not_classified", "coarser"}
    assert listed["mart_agreement", "kind"] == {str(label) for label in Comparison}
