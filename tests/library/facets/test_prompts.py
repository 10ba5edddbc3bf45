"""Prompts: locked, in eight orders, long enough to be cached, and schemas that the vendor accepts."""

import copy

import pytest

from economic_index.facets import lock
from economic_index.facets.form import FormError, read_form, reply_model
from economic_index.facets.prompts import (
    DEFAULT_FACETS,
    FORM,
    ORDERS,
    Prompt,
    Wording,
    closing_of,
    in_order,
    lock_entries,
    schema_fields,
    schema_of,
    system_of,
)
from economic_index.llm.models import capability_of
from economic_index.llm.transcript import estimate_tokens
from economic_index.vocabulary import Collaboration, Facet, Intent, UseCase

BOUNDS = {"minimum", "maximum", "minLength", "maxLength", "pattern", "maxItems", "minItems", "default", "$ref"}


def test_the_lock_is_of_these_prompts(capsys):
    assert lock.main(["--check"]) == 0


def test_a_changed_word_under_an_old_number_is_refused(tmp_path, capsys):
    entries = copy.deepcopy(dict(lock_entries()))
    path = tmp_path / "prompts.lock"
    assert lock.main([], path) == 0
    entries["intent/prompt.md"] = {"version": 1, "sha256": "another"}
    assert lock.unlocked(entries, lock_entries()) == ["intent/prompt.md"]
    entries["intent/prompt.md"] = {"version": 0, "sha256": "another"}
    assert lock.unlocked(entries, lock_entries()) == []


@pytest.mark.parametrize("wording", Wording)
@pytest.mark.parametrize("facet", [*FORM, Facet.TASK])
def test_a_prompt_names_exactly_the_labels_of_its_schema(facet, wording):
    prompt = Prompt.read(facet, wording)
    assert prompt.number >= 1
    assert prompt.text.endswith(("?", "."))
    enums = [field["enum"] for field in schema_fields(facet).values() if "enum" in field]
    labelled = [line.removeprefix("- ").split(":")[0] for line in prompt.labels]
    if facet is Facet.SKILLS:
        assert labelled == schema_fields(facet)["skills"]["items"]["enum"]
        assert len(labelled) == 35
    elif labelled:
        assert sorted(labelled) == sorted(enums[0])


def test_the_schemas_spell_the_vocabulary():
    for facet, labels in ((Facet.COLLABORATION, Collaboration), (Facet.INTENT, Intent), (Facet.USE_CASE, UseCase)):
        assert set(schema_fields(facet)[facet]["enum"]) == {label.value for label in labels}


def schemas(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas(value)


@pytest.mark.parametrize("facets", [FORM, DEFAULT_FACETS, (Facet.TASK,)])
def test_a_schema_keeps_to_what_the_vendor_accepts(facets):
    schema = schema_of(facets)
    for node in schemas(schema):
        assert not BOUNDS & set(node)
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
    fields = {name for facet in facets for name in reply_model(facet).model_fields}
    assert set(schema["properties"]) == fields


def test_evidence_stands_before_its_label():
    fields = list(schema_of(FORM)["properties"])
    assert fields.index("task_evidence") < fields.index("request")
    assert fields.index("collaboration_evidence") < fields.index("collaboration")


def test_each_label_stands_early_and_late_equally_often():
    labels = list("abcdefgh")
    orders = [in_order(labels, order) for order in range(ORDERS)]
    assert len({tuple(each) for each in orders}) == ORDERS
    for label in labels:
        places = [each.index(label) for each in orders]
        assert 2 <= sum(place < 4 for place in places) <= 6


def test_a_prefix_is_long_enough_to_be_cached_and_only_the_labels_change_with_the_order():
    capability = capability_of("claude-haiku-5-5")
    systems = [system_of(DEFAULT_FACETS, order) for order in range(ORDERS)]
    assert len({first for first, _ in systems}) == 1
    assert len({second for _, second in systems}) == ORDERS
    assert all(capability.can_cache(estimate_tokens("".join(system))) for system in systems)
    assert capability.can_cache(estimate_tokens(Prompt.read("task", Wording.A).text))
    assert not capability.can_cache(600)


def test_the_closing_line_names_the_fields():
    assert "use_case, collaboration_evidence" in closing_of(("use_case", "collaboration"))


@pytest.mark.parametrize(
    ("facet", "fields"),
    [
        ("use_case", {"use_case": "a secret value"}),
        ("skills", {"skills": ["a secret value"]}),
        ("is_occupational", {"is_occupational": "a secret value"}),
        ("language", {"language": "a secret value"}),
        ("ai_autonomy", {"ai_autonomy": "9"}),
        ("human_only_time", {"human_only_time": -1}),
        ("request", {"request": "", "task_evidence": ""}),
        ("intent", {}),
    ],
)
def test_a_broken_form_names_the_field_and_never_the_value(facet, fields):
    with pytest.raises(FormError) as raised:
        read_form([facet], fields)
    assert "secret" not in f"{raised.value} {raised.value.__context__} {raised.value.__cause__}"


def test_case_and_blanks_are_repaired():
    fields = {
        "use_case": " Work ",
        "skills": ["WRITING", "writing", "Speaking"],
        "language": "EN",
        "is_occupational": "YES",
    }
    assert read_form(list(fields), fields) == {
        "use_case": "work",
        "skills": ["Speaking", "Writing"],
        "language": "en",
        "is_occupational": True,
    }
