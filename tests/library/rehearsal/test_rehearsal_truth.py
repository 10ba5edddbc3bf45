"""What is planted, and how answers depart from it."""

import math
from collections import Counter

import jsonschema
import orjson
import pytest
from rehearsal_world import body_of, choice_of, fence, form, pick_form, transcript

from economic_index.facets.prompts import FOLDER, FORM, schema_of
from economic_index.local.bank import load_bank
from economic_index.rehearsal.answers import answer
from economic_index.rehearsal.asked import Prefixes, read_request
from economic_index.rehearsal.choices import named_task, numbered_lines, ranked
from economic_index.rehearsal.known_branches import KnownBranches
from economic_index.rehearsal.settings import Behaviour
from economic_index.rehearsal.truth import PLANTED, SKILL_SHARE, task_shares, truth_of

FACETS = schema_of(FORM)
PREFIXES = Prefixes(strict=True, grammar_limit=500)
IS_FACETS = jsonschema.Draft202012Validator(FACETS).is_valid
PICKS = pick_form()
TASK = load_bank()[40]


def answered(body, behaviour=Behaviour(), draw=0):  # noqa: B008
    """The answer to a body, as the server makes it."""
    return answer(read_request(orjson.loads(orjson.dumps(body)), PREFIXES, draw), behaviour, KnownBranches(None))


def facets_of(number, behaviour=Behaviour(), draw=0):  # noqa: B008
    return answered(body_of(transcript(fence(number)), FACETS), behaviour, draw)


def near(count, share, total, deviations=5):
    """Whether a count is within some standard deviations of what its share lets expect."""
    return abs(count - share * total) <= deviations * math.sqrt(total * share * (1 - share)) + 1e-9


def test_shares_are_the_planted_ones():
    truths = [truth_of(1, fence(number)) for number in range(4000)]
    for field, shares in PLANTED.items():
        seen = Counter(truth.values[field] for truth in truths)
        assert set(seen) <= set(shares)
        for value, share in shares.items():
            assert near(seen[value], share / sum(shares.values()), 4000), (field, value)
    tasks = Counter(truth.bank_task_id for truth in truths)
    planted = task_shares(1)
    assert math.isclose(sum(planted.values()), 1)
    # hundreds of rare tasks at once: the largest of so many skewed counts lies further out
    assert all(near(tasks[task], share, 4000, deviations=8) for task, share in planted.items())
    assert planted != task_shares(2)


def test_facets_are_planted_independently():
    truths = [truth_of(5, fence(number)) for number in range(4000)]
    both = sum(truth.values["is_occupational"] == "yes" and truth.values["task_success"] == "yes" for truth in truths)
    assert near(both, 0.8 * 0.7, 4000)


def test_without_errors_an_answer_is_the_truth_under_the_projects_own_form():
    skills = Counter()
    for number in range(300):
        said, truth = facets_of(number), truth_of(0, fence(number))
        assert IS_FACETS(said)
        assert list(said) == list(FACETS["properties"])
        assert said["request"] == truth.label
        assert {field: said[field] for field in PLANTED} == truth.values
        skills.update(said["skills"])
    names = FACETS["properties"]["skills"]["items"]["enum"]
    assert all(near(skills[name], SKILL_SHARE, 300) for name in names)


def test_errors_come_at_their_rate_and_are_other_values():
    behaviour = Behaviour(error_rate=0.2)
    wrong = Counter()
    for number in range(1500):
        said, truth = facets_of(number, behaviour), truth_of(0, fence(number))
        assert number > 100 or IS_FACETS(said)
        wrong.update(field for field in PLANTED if said[field] != truth.values[field])
    assert all(near(wrong[field], 0.2, 1500) for field in PLANTED)


def test_a_draw_errs_elsewhere_and_a_repetition_does_not():
    behaviour = Behaviour(error_rate=0.3)
    first = [facets_of(number, behaviour) for number in range(30)]
    assert first == [facets_of(number, behaviour) for number in range(30)]
    assert first != [facets_of(number, behaviour, draw=1) for number in range(30)]


def test_given_labels_are_echoed():
    said = facets_of(1, Behaviour(labels={"language": "fi", "no_such_field": "x"}))
    assert said["language"] == "fi"
    assert set(said) == set(FACETS["properties"])


def choose(request, options, behaviour=Behaviour()):  # noqa: B008
    lines = "\n".join(f"{number}. {text}" for number, text in enumerate(options, 1))
    user = (
        f'<request id="abcdefabcdef">\n{request}\n</request id="abcdefabcdef">\n'
        f'<evidence id="fedcbafedcba">\n1. Not an option\n</evidence id="fedcbafedcba">\nStatements:\n{lines}\nChoose.'
    )
    said = answered(body_of(user, PICKS), behaviour)
    return [options[int(pick["option"]) - 1] for pick in said["picks"]]


def others(count):
    return [task.label for task in load_bank()[200 : 200 + count]]


@pytest.mark.parametrize("place", [0, 7, 19])
def test_the_planted_task_is_chosen_wherever_it_stands(place):
    options = others(19)
    options.insert(place, TASK.label)
    assert choose(TASK.label, options)[0] == TASK.label


def test_a_statement_that_stands_for_the_task_is_chosen_by_its_hash(monkeypatch):
    statement = "Perform an invented duty that shares no word with anything."
    from economic_index.rehearsal import choices
    from economic_index.taxonomy.codes import statement_hash

    monkeypatch.setattr(
        choices,
        "statement_hash",
        lambda text: next(iter(TASK.statements)) if text == statement else statement_hash(text),
    )
    assert choose(TASK.label, [*others(5), statement])[0] == statement


def test_the_words_in_common_decide_about_any_other_request():
    options = ["Weld pipes under water.", "Write weekly newsletters for a school.", "Repair bicycles."]
    assert choose("The person wants a newsletter written for the school.", options)[0] == options[1]
    assert choose("Gibt es einen Zug nach Bonn?", options) == []


def test_a_choice_satisfies_its_schema_and_a_second_pick_weighs_less():
    bread = ["Bake bread.", "Bake bread and cakes.", "Sell houses."]
    lines = "\n".join(f"{number}. {text}" for number, text in enumerate(bread, 1))
    said = [answered(body_of(f"Bake bread {number}\n{lines}", PICKS)) for number in range(200)]
    for one in said:
        jsonschema.validate(one, PICKS)
    second = [one["picks"][1] for one in said if len(one["picks"]) == 2]
    assert {pick["weight"] for pick in second} == {"1"}
    assert near(len(second), 0.2, 200)


def test_choices_err_at_their_rate():
    options = [TASK.label, *others(9)]
    requests = [f"{TASK.label}\nEvidence {number}" for number in range(600)]
    assert named_task(requests[0]) == TASK
    wrong = sum(choose(request, options, Behaviour(error_rate=0.25))[0] != TASK.label for request in requests)
    assert near(wrong, 0.25, 600)


def test_a_step_down_takes_the_option_that_shares_words():
    schema = form(evidence={"type": "string"}, option=choice_of("1", "2", "3", "none"))
    lines = "1. Teaching and courses\n2. Advertising, promotion and copy\n3. Cooking"
    system = [{"type": "text", "text": f"Choose one.\n{lines}"}]
    user = '<request id="abcdefabcdef">\nWrite adverts and promotional copy\n</request id="abcdefabcdef">'
    assert answered(body_of(user, schema, system=system))["option"] == "2"
    strange = '<request id="abcdefabcdef">\nZzz qqq\n</request id="abcdefabcdef">'
    assert answered(body_of(strange, schema, system=system))["option"] == "none"


@pytest.mark.parametrize("name", ["hierarchy_step", "hierarchy_assign"])
def test_a_step_down_the_projects_own_tree_stays_on_the_list(name):
    lines = "1. Teach languages\n2. Advertise goods and services"
    request = '<request id="abcdefabcdef">\n1. Zzz qqq\n5. Advertise goods\n</request id="abcdefabcdef">'
    schema = form_of(name)
    said = [answered(body_of(text, schema)) for text in (f"{lines}\n{request}", f"{request}\n{lines}")]
    assert [one["option"] for one in said] == ["2", "2"]
    strange = {
        answered(body_of(f"{lines}\n{request.replace('Advertise goods', str(n))}", schema))["option"]
        for n in "abcdefgh"
    }
    assert strange == ({"0"} if name == "hierarchy_step" else {"1", "2"})


def test_what_the_project_asks_to_build_its_tree_is_answered_from_the_lists():
    lines = ["Write adverts for goods", "Write adverts for the goods", "Repair bicycles", "Teach languages to adults"]
    message = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
    said = {}
    for name in ("hierarchy_propose", "hierarchy_merge", "hierarchy_rename"):
        said |= answered(body_of(message, form_of(name)))
        jsonschema.validate(answered(body_of(message, form_of(name))), form_of(name))
    assert said["duplicates"] == [{"option": "2", "same_as": "1"}]
    assert {parent["name"] for parent in said["parents"]} <= set(lines)
    assert said["name"].removesuffix(" and related work") in lines


def form_of(name):
    """The form of one of the project's own questions, as it lies in its folder."""
    return form(**orjson.loads((FOLDER / name / "schema.json").read_bytes()))


def test_any_schema_is_satisfied_from_the_lines_of_the_message():
    group = form(name={"type": "string"}, members={"type": "array", "items": choice_of(*map(str, range(1, 31)))})
    schema = form(
        groups={"type": "array", "items": {"$ref": "#/$defs/group"}},
        count={"type": "integer"},
        sure={"type": "boolean"},
        note={"anyOf": [{"type": "string"}, {"type": "null"}]},
    ) | {"$defs": {"group": group}}
    lines = [task.label for task in load_bank()[:9]]
    said = answered(body_of("\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1)), schema))
    jsonschema.validate(said, schema)
    assert said["groups"]
    assert {one["name"] for one in said["groups"]} <= set(lines)
    assert {int(member) for one in said["groups"] for member in one["members"]} <= set(range(1, 10))


def test_options_are_ranked_without_looking_at_their_order():
    options = numbered_lines("1. Bake bread\n2. Bake cakes and bread\n3. Sell houses")
    forward = [option.text for _, option in ranked(options, "bake some bread and cakes")]
    assert forward == [option.text for _, option in ranked(options[::-1], "bake some bread and cakes")]
    assert forward[0] == "Bake cakes and bread"
