"""Tasks that a home adds to the bank, and what is said of files that cannot be used."""

import pytest

from economic_index.local.bank import bank_version, links_frame, load_bank, shipped_tasks, tasks_frame, use_own_tasks
from economic_index.local.own_bank import OwnBankError, read_own_tasks
from economic_index.taxonomy import facts

GOOD = """
[[task]]
id = "15-own-runbook"
label = "Write a runbook for an alert"
task_ids = { "TASK" = 3, "OTHER" = 1 }
examples = ["write a runbook for disk full", "what to do when this alert fires?", "steps for on-call", "runbook please"]
"""


@pytest.fixture
def two_ids():
    tasks = facts.load("onet_tasks")
    known = tasks[tasks["onet_version"] == "20.1"].drop_duplicates("statement_hash").head(2)
    return known["task_id"].astype(str).tolist(), known["statement_hash"].tolist()


@pytest.fixture
def good(two_ids):
    (one, other), _ = two_ids
    return GOOD.replace("TASK", one).replace("OTHER", other)


@pytest.fixture(autouse=True)
def bank_as_it_was():
    yield
    use_own_tasks(())


def test_own_tasks_stand_beside_the_shipped_ones(tmp_path, good, two_ids):
    before, shipped = bank_version(), len(load_bank())
    (tmp_path / "ours.toml").write_text(good)
    use_own_tasks(read_own_tasks(tmp_path))
    (own,) = (task for task in load_bank() if task.bank_task_id == "15-own-runbook")
    _, hashes = two_ids
    assert own.statements == pytest.approx({hashes[0]: 0.75, hashes[1]: 0.25})
    assert (len(load_bank()), len(shipped_tasks()), own.soc_group) == (shipped + 1, shipped, "15")
    assert bank_version() != before
    licences = tasks_frame().set_index("bank_task_id")["licence_id"]
    assert licences["15-own-runbook"] == "own"
    assert (licences.drop("15-own-runbook") == "Apache-2.0").all()
    links = links_frame(facts.load("onet_tasks"))
    assert set(links.loc[links["bank_task_id"] == "15-own-runbook", "statement_hash"]) == set(hashes)


def test_a_home_without_own_tasks_has_the_shipped_bank(tmp_path):
    assert read_own_tasks(tmp_path / "bank") == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[task]]", "[[task", "is no TOML"),
        ("[[task]]", "[[tasks]]", r"has no \[\[task\]\]"),
        ("15-own-runbook", "runbook", "15-own-deploy"),
        ("15-own-runbook", "99-own-runbook", "Write the SOC group"),
        ("label =", "labels =", "labels is no field"),
        ('"Write a runbook for an alert"', '" "', "no label"),
        (', "runbook please"', "", "fewer than 4 examples"),
        (" = 3", " = 0", "no weights"),
        ("task_ids =", 'statements = { "abc" = 1 }\ntask_ids =', "not both"),
        ('{ "', '{ "99999999" = 1, "', "99999999 is not in O"),
    ],
)
def test_what_is_wrong_is_told_with_the_file_and_the_remedy(tmp_path, good, old, new, said):
    (tmp_path / "ours.toml").write_text(good.replace(old, new))
    with pytest.raises(OwnBankError, match=said) as error:
        read_own_tasks(tmp_path)
    assert "ours.toml" in str(error.value)


def test_an_id_occurs_once(tmp_path, good):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(good)
    with pytest.raises(OwnBankError, match=r"b\.toml: 15-own-runbook occurs twice"):
        read_own_tasks(tmp_path)
