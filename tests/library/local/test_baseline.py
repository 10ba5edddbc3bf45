"""The engine must not fall below the committed baseline: 120 conversations of the test set, in fp32."""

from dataclasses import replace

from economic_index.evaluate.answers import ask
from economic_index.evaluate.baseline import SAMPLE_COUNT, accuracies, load_baseline, regressions
from economic_index.evaluate.items import ACTIVITY, TASK_GROUP, fixed_sample, labelled_test_items
from economic_index.evaluate.targets import TASK
from economic_index.labels.label_sets import sha256_of


def test_no_facet_falls_below_the_baseline(engine):
    base = load_baseline()
    assert base["labels"] == {name: sha256_of(name) for name in base["labels"]}, "make evaluate BASELINE=1"
    items = fixed_sample(labelled_test_items(), SAMPLE_COUNT)
    answers = ask(engine, items, lambda done, of: None)
    assert not regressions(base["sample"], accuracies(items, answers))
    wrong = replace(answers, said=answers.said | astray(answers), picks=answers.picks[1:] + answers.picks[:1])
    fallen = regressions(base["sample"], accuracies(items, wrong))
    assert {line.split(",")[0] for line in fallen} == {TASK_GROUP, ACTIVITY, TASK}


def astray(answers):
    """What a broken retrieval makes of them: each conversation has the next one's task, and the heads are right."""
    mapped = [key for key in answers.said if key[0] in (TASK_GROUP, ACTIVITY)]
    return {key: [*answers.said[key][1:], answers.said[key][0]] for key in mapped}
