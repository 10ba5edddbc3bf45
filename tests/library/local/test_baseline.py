"""The engine must not fall below the committed baseline: 120 conversations of the test set, in fp32."""

from economic_index.evaluate.answers import ask
from economic_index.evaluate.baseline import SAMPLE_COUNT, accuracies, load_baseline, regressions
from economic_index.evaluate.items import fixed_sample, labelled_test_items
from economic_index.labels.label_sets import sha256_of


def test_no_facet_falls_below_the_baseline(engine):
    base = load_baseline()
    assert base["labels"] == {name: sha256_of(name) for name in base["labels"]}, "make evaluate BASELINE=1"
    items = fixed_sample(labelled_test_items(), SAMPLE_COUNT)
    now = accuracies(items, ask(engine, items, lambda done, of: None, with_tasks=False))
    assert not regressions(base["sample"], now)
