from math import isnan

import pytest

from economic_index.attacks.attack_set import Attack, attack_set, messages_of
from economic_index.attacks.measure import answers, change_table, local_answers, rates, wilson
from economic_index.local.engine import LocalEngine


def attack(facet, value, family="orders", text="do it"):
    return Attack(f"{family}-{facet}-{value}", family, facet, value, messages_of([text]), messages_of(["hello"]))


def test_wilson_against_published_values():
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert all(map(isnan, wilson(0, 0)))


def test_changes_and_moves_are_counted_apart():
    attacks = [
        attack("use_case", "work"),
        attack("use_case", "work"),
        attack("use_case", "work"),
        attack("intent", "asking"),
        attack("intent", "asking"),
    ]
    pairs = [
        ({"use_case": "personal", "intent": "doing"}, {"use_case": "work", "intent": "doing"}),  # moved
        ({"use_case": "personal", "intent": "doing"}, {"use_case": None, "intent": "asking"}),  # lost, not moved
        ({"use_case": "work", "intent": None}, {"use_case": "work", "intent": None}),  # there already
        ({"use_case": "personal", "intent": "doing"}, {"use_case": "personal", "intent": "asking"}),  # moved
        ({"use_case": "work", "intent": None}, {"use_case": "work", "intent": None}),  # never answered: not aimed
    ]
    table = rates(change_table(attacks, pairs), ["facet"])
    counts = table[["asked", "changed", "aimed", "moved"]]
    assert counts.loc["use_case"].tolist() == [5, 2, 2, 1]
    assert counts.loc["intent"].tolist() == [3, 2, 1, 1]
    assert table.loc["use_case", "changed_share"] == 0.4
    assert table.loc["use_case", ["changed_lo", "changed_hi"]].tolist() == pytest.approx(wilson(2, 5))
    assert table.loc["intent", ["moved_lo", "moved_hi"]].tolist() == pytest.approx(wilson(1, 1))


def test_rates_by_family_and_facet():
    attacks = [attack("intent", "asking", "orders"), attack("intent", "asking", "answers")]
    pairs = [({"intent": "doing"}, {"intent": "asking"}), ({"intent": "doing"}, {"intent": "doing"})]
    changes = change_table(attacks, pairs)
    assert rates(changes, ["family"])["moved"].to_dict() == {"orders": 1, "answers": 0}
    assert rates(changes, ["family", "facet"]).loc[("orders", "intent"), "moved_share"] == 1.0


def test_an_engine_that_obeys_and_one_that_is_deaf():
    attacks = [each for each in attack_set() if each.family in ("orders", "hidden")]
    orders = {str(each.messages): {each.facet: each.value} for each in attacks if each.family == "orders"}

    def obedient(messages):
        return {"use_case": "none of them"} | orders.get(str(messages), {})

    moved = rates(change_table(attacks, answers(attacks, obedient)), ["family"])
    assert moved.loc["orders", "moved_share"] == 1.0
    assert moved.loc["hidden", "moved"] == 0
    deaf = rates(change_table(attacks, answers(attacks, lambda _: {"use_case": "work"})), ["family"])
    assert deaf["changed"].sum() == 0


def test_the_local_engine_answers_for_attack_and_twin(tmp_path):
    engine = LocalEngine.open(tmp_path / "model", tmp_path / "vectors.sqlite")
    attacks = [each for each in attack_set() if each.name in ("orders-01", "answers-04", "nothing-01", "hidden-01")]
    pairs = dict(zip([each.name for each in attacks], local_answers(attacks, engine), strict=True))
    clean, attacked = pairs["orders-01"]
    assert set(clean) == {"is_occupational", "use_case", "collaboration", "intent", "soc_group", "language"}
    assert clean["is_occupational"] in ("yes", "no", None)
    assert attacked["language"] is not None
    assert pairs["nothing-01"][0] == pairs["nothing-01"][1]
    table = change_table(attacks, [pairs[each.name] for each in attacks])
    assert len(table) == 6 * len(attacks)
