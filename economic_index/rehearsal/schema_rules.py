"""Which answer schemas the vendor's API refuses: bounds, open objects, recursion, foreign references, size.

What else a request may not hold is strictness.py's. Messages name keywords, never a value of the schema.
"""

from collections.abc import Iterator
from typing import Any

BOUNDS = frozenset(
    {
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    }
)
COMBINATIONS = frozenset({"oneOf", "not", "if", "patternProperties", "dependentSchemas"})
MAX_OPTIONAL, MAX_UNIONS, MAX_DEPTH = 24, 16, 12


def schema_problem(schema: Any, grammar_limit: int) -> str | None:
    """What is wrong with a schema, in one sentence; None if the API would take it."""
    if not isinstance(schema, dict):
        return "output_config.format.schema: should be an object"
    nodes = list(_nodes(schema, 0))
    if any(depth > MAX_DEPTH for _, depth in nodes):
        return "output_config.format.schema: compiled grammar is too large"
    problems = (_node_problem(node) for node, _ in nodes)
    return next(filter(None, problems), None) or _size_problem(nodes, grammar_limit) or _reference_problem(schema)


def _children(node: dict[str, Any]) -> Iterator[Any]:
    for key in ("properties", "$defs", "definitions"):
        if isinstance(node.get(key), dict):
            yield from node[key].values()
    for key in ("anyOf", "allOf", "prefixItems"):
        if isinstance(node.get(key), list):
            yield from node[key]
    yield node.get("items")


def _nodes(node: Any, depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    if not isinstance(node, dict):
        return
    yield node, depth
    if depth <= MAX_DEPTH:
        for child in _children(node):
            yield from _nodes(child, depth + 1)


def _node_problem(node: dict[str, Any]) -> str | None:
    where = "output_config.format.schema"
    if not isinstance(node.get("properties", {}), dict) or not isinstance(node.get("required", []), list):
        return f"{where}: 'properties' should be an object and 'required' a list"
    if not isinstance(node.get("enum", []), list) or not isinstance(node.get("$defs", {}), dict):
        return f"{where}: 'enum' should be a list and '$defs' an object"
    if refused := sorted((BOUNDS | COMBINATIONS) & node.keys()):
        return f"{where}: '{refused[0]}' is not supported"
    if node.get("minItems", 0) not in (0, 1):
        return f"{where}: 'minItems' other than 0 or 1 is not supported"
    if node.get("type") == "object" and node.get("additionalProperties") is not False:
        return f"{where}: for 'object' type, 'additionalProperties' must be explicitly set to false"
    return None


def _size_problem(nodes: list[tuple[dict[str, Any], int]], grammar_limit: int) -> str | None:
    where = "output_config.format.schema"
    optional = sum(len(node.get("properties", {}).keys() - set(node.get("required", ()))) for node, _ in nodes)
    unions = sum("anyOf" in node or isinstance(node.get("type"), list) for node, _ in nodes)
    if optional > MAX_OPTIONAL:
        return f"{where}: more than {MAX_OPTIONAL} optional parameters"
    if unions > MAX_UNIONS:
        return f"{where}: more than {MAX_UNIONS} parameters of a union type"
    if sum(len(node.get("enum", ())) for node, _ in nodes) > grammar_limit:
        return f"{where}: compiled grammar is too large"
    return None


def _reference_problem(schema: dict[str, Any]) -> str | None:
    where = "output_config.format.schema"
    definitions = {f"#/$defs/{name}": node for name, node in schema.get("$defs", {}).items()}
    used = {name: _references(node) for name, node in definitions.items()}
    if any(reference not in definitions for reference in _references(schema)):
        return f"{where}: a '$ref' must name one of the schema's own '$defs'"
    for name in definitions:
        reached: set[str] = set()
        waiting = set(used[name])
        while waiting:
            reached.add(step := waiting.pop())
            waiting |= used[step] - reached
        if name in reached:
            return f"{where}: recursive schemas are not supported"
    return None


def _references(node: Any) -> set[str]:
    return {str(found["$ref"]) for found, _ in _nodes(node, 0) if "$ref" in found}
