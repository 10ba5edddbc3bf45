from dataclasses import replace

import numpy as np
import pytest

from economic_index.evaluate.acceptable import acceptance_scores, judgements_of
from economic_index.evaluate.activities import activity_credits, coder_activity_credits
from economic_index.evaluate.answers import ABSTAINED, Answers
from economic_index.evaluate.baseline import regressions
from economic_index.evaluate.between import between_engines
from economic_index.evaluate.items import AUTOMATION, FACETS, TASK_GROUP, Item, cuts_of, fixed_sample
from economic_index.evaluate.page import Evaluated, as_page
from economic_index.evaluate.report import decoy_table
from economic_index.evaluate.scores import ceiling_scores, compare, engine_scores, find
from economic_index.evaluate.targets import judge, verdict
from economic_index.labels.label_rows import UNSETTLED
from economic_index.vocabulary import AnswerKind, Facet, Measure, Scoring


def row(pattern, *, use_case="work", groups=("15",), iwa=("4.A.1.a.1.I01",)):
    return {
        "is_occupational": True, "use_case": use_case, "collaboration": pattern, "intent": "doing",
        "soc_groups": list(groups), "iwa": list(iwa), "language": "en",
    }  # fmt: skip


def item(name, first, second, settled, *, parts=1, turns=1, week=None):
    settled = {**row(first), "collaboration": settled, "disputed": []}
    return Item(name, row(first), row(second), settled, parts, turns, week)


ITEMS = [
    item("a_0", "directive", "directive", "directive"),
    item("b_0", "learning", "directive", UNSETTLED, turns=3),
    item("c_0", "learning", "validation", "validation", parts=3, turns=9),
    item("d_0", "feedback_loop", "directive", UNSETTLED, week="2026-01-05"),
]


def credits(said, scoring, facet=Facet.COLLABORATION):
    return compare(ITEMS, facet, said, scoring).credits.tolist()


def test_strict_gives_half_for_either_coder_where_unsettled():
    assert credits(["directive", "learning", "validation", "learning"], Scoring.STRICT) == [1, 0.5, 1, 0]
    assert credits(["directive", "directive", "learning", ABSTAINED], Scoring.STRICT) == [1, 0.5, 0, 0]


def test_lenient_takes_either_coder_and_agreed_only_what_both_said():
    said = ["learning", "learning", "learning", "task_iteration"]
    assert credits(said, Scoring.LENIENT) == [0, 1, 1, 0]
    assert credits(said, Scoring.AGREED) == [0]


def test_two_unsettled_patterns_of_one_mode_are_no_dispute_about_the_mode():
    assert ITEMS[3].truth(AUTOMATION) == (("automation", 1.0),)
    assert ITEMS[1].truth(AUTOMATION) == (("augmentation", 0.5), ("automation", 0.5))


def test_an_abstention_is_an_error_and_leaves_coverage():
    compared = compare(ITEMS, Facet.COLLABORATION, ["directive", ABSTAINED, ABSTAINED, "directive"], Scoring.STRICT)
    assert compared.is_answered.tolist() == [True, False, False, True]
    assert compared.credits.sum() == 1.5


def test_activities_are_judged_by_each_coders_own_list():
    one = Item("a_0", row("learning", iwa=("4.A", "4.B")), row("learning", iwa=("4.B",)), {}, 1, 1)
    idle = Item("b_0", row("none", iwa=()), row("none", iwa=()), {}, 1, 1)
    assert [c for _, c, _ in activity_credits([one, idle], ["4.A", "4.A"], Scoring.STRICT)] == [0.5]
    assert [c for _, c, _ in activity_credits([one], ["4.A"], Scoring.LENIENT)] == [1]
    assert activity_credits([one], ["4.A"], Scoring.AGREED) == []
    assert [c for _, c, _ in coder_activity_credits([one, idle])] == [0.5]


def answers(said, confidence, engine="local"):
    kinds = {(facet, kind): said[facet] for facet in FACETS for kind in AnswerKind}
    return Answers(engine, "v1", kinds, {facet: np.array(confidence) for facet in (*FACETS, "iwa")})


def _said(patterns):
    return {
        Facet.COLLABORATION: patterns, AUTOMATION: ["automation"] * 4, Facet.USE_CASE: ["work"] * 4,
        Facet.INTENT: ["doing"] * 4, Facet.IS_OCCUPATIONAL: ["true"] * 4, Facet.SOC_GROUP: ["15"] * 4,
        TASK_GROUP: ["15", "27", "27", ABSTAINED],
    }  # fmt: skip


def test_scores_have_every_cut_and_weights_speak_of_the_whole_corpus():
    scores = engine_scores(ITEMS, answers(_said(["directive", ABSTAINED, "validation", "none"]), [0.9, 0.2, 0.8, 0.1]))
    strict = {"facet": "collaboration", "scoring": "strict", "answer": "answered", "measure": "accuracy"}
    assert find(scores, **strict).value == 0.5
    assert find(scores, **strict, cut_kind="week", cut="2026-01-05").n == 1
    heavy = (8 / 7) ** 3
    weighted = find(scores, **strict, is_weighted=True)
    assert weighted.value == pytest.approx((8 / 7 + heavy) / (3 * 8 / 7 + heavy))
    among = find(scores, **strict | {"measure": "selective_accuracy"})
    assert (among.n, among.coverage) == (3, 0.75)
    surest = find(scores, facet="collaboration", cut_kind="confidence", cut="surest 50%")
    assert (surest.value, surest.n) == (1.0, 2)


def test_the_page_has_the_verdicts_and_no_label_that_is_not_ours():
    found = answers(_said(["directive"] * 4), [0.9, 0.2, 0.8, np.nan])
    scores = [*engine_scores(ITEMS, found), *ceiling_scores(ITEMS)]
    page = as_page(Evaluated("test", ITEMS, found, scores))
    assert "a language model reading, not people" in page
    assert "| pattern (six classes) | accuracy | 0.77 | 0.50 [" in page
    # the group that figures count, and the head's own beside it
    assert "| SOC group of the mapped tasks (figures count it) | accuracy | 0.79 | 0.25 [" in page
    assert "| SOC group, the head's own answer | accuracy | 0.79 | 1.00 [" in page
    assert "not measured" in page
    assert "nan" not in page


def page_of(items, label_set="test"):
    found = answers(_said(["directive"] * 4), [0.9] * 4)
    return as_page(Evaluated(label_set, items, found, engine_scores(items, found)))


def test_items_of_several_sources_and_weeks_are_cut_by_them():
    items = [replace(each, source="chat" if each.turn_count > 1 else "desk") for each in ITEMS]
    page = page_of(items)
    assert "### By language, length, source and week (strict, forced)" in page
    assert "| source: chat | 2 | 0.25 [" in page
    assert "| week: 2026-01-05 | 1 | 0.50 [" in page
    assert "no cut by source" not in page
    bare = page_of([replace(each, week=None) for each in ITEMS])
    assert "### By language and length (strict, forced)" in bare
    assert "there is no cut by source or week" in bare


def test_only_a_test_set_is_said_not_to_have_trained():
    assert "Nothing was trained or tuned on these conversations" in page_of(ITEMS)
    for name in ("training_4000", "training_aimed"):
        page = page_of(ITEMS, name)
        assert "**These labels are for training**" in page
        assert "Nothing was trained" not in page
    assert "Nothing was trained" in page_of(ITEMS, "test_coder_a")


def test_agreement_of_two_engines_asks_no_label():
    first, second = (answers(_said(each), [0.5] * 4) for each in (["directive"] * 4, ["directive"] * 3 + [ABSTAINED]))
    scores = between_engines(ITEMS, first, second)
    assert find(scores, facet="collaboration", measure="accuracy").value == 0.75
    assert find(scores, facet="use_case", measure="accuracy").value == 1


@pytest.mark.parametrize(
    ("value", "lo", "hi", "expected"),
    [
        (0.80, 0.75, 0.84, "met"),
        (0.80, 0.70, 0.90, "cannot tell"),
        (0.70, 0.60, 0.76, "not met"),
        (0.76, 0.70, 0.80, "cannot tell"),
    ],
)
def test_verdicts(value, lo, hi, expected):
    assert verdict(value, lo, hi, 0.77) == expected


def test_a_judged_task_is_held_against_its_decoys():
    rows = [
        {"id": f"{n}_0", "confidence": sure, "choices": [
            {"kind": "engine", "is_acceptable": own},
            *({"kind": "random", "is_acceptable": decoy} for decoy in decoys),
        ]}
        for n, (sure, own, decoys) in enumerate(
            [(0.9, True, (False, False)), (0.8, True, (False, True)), (0.2, False, (False, False)), (None, False, ())]
        )
    ]  # fmt: skip
    scores = acceptance_scores("local", judgements_of(rows))
    assert find(scores, measure="acceptance").value == 0.5
    assert find(scores, measure="decoy_acceptance").value == pytest.approx(1 / 6)
    assert find(scores, measure="skill").value == pytest.approx((0.5 - 1 / 6) / (1 - 1 / 6))
    assert find(scores, measure="acceptance", cut_kind="surest half", cut="surest half").value == 1.0
    judged = {(each.target.cut_kind, each.target.measure): each for each in judge(scores, AnswerKind.FORCED)}
    assert judged["surest half", Measure.ACCEPTANCE].score.n == 2
    # tasks are mapped whatever their confidence: what is forced is what is published
    published = {(each.target.cut_kind, each.target.measure): each for each in judge(scores, AnswerKind.ANSWERED)}
    assert {key: each.score.value for key, each in published.items() if each.score} == {
        key: each.score.value for key, each in judged.items() if each.score
    }
    assert published["all", Measure.ACCEPTANCE].verdict == "cannot tell"
    assert acceptance_scores("local", []) == []


def judged_row(name, own, **decoys):
    choices = [{"kind": kind, "is_acceptable": is_accepted} for kind, is_accepted in decoys.items()]
    return {"id": name, "confidence": 0.9, "choices": [{"kind": "engine", "is_acceptable": own}, *choices]}


def test_a_skill_met_without_decoys_of_another_engine_says_so():
    rows = [judged_row(f"{n}_0", True, same_group=n == 0, random=False) for n in range(40)]
    scores = acceptance_scores("local", judgements_of(rows))
    assert find(scores, cut_kind="decoy", cut="same_group").value == 1 / 40
    assert find(scores, cut_kind="decoy", cut="random").n == 40
    verdicts = {each.target.measure: each.verdict for each in judge(scores, AnswerKind.FORCED) if each.score}
    assert verdicts[Measure.SKILL] == "met with the decoys judged; none came from another engine"
    assert verdicts[Measure.ACCEPTANCE] == "met"
    assert "| another engine's choice | 0 | none judged |" in decoy_table("local", scores)
    beside = [judged_row(f"{n}_0", True, random=False, other_engine=n < 4) for n in range(40)]
    scores = acceptance_scores("local", judgements_of(beside))
    assert "| another engine's choice | 40 | 0.10 [" in decoy_table("local", scores)
    assert {each.verdict for each in judge(scores, AnswerKind.FORCED) if each.target.measure == Measure.SKILL} == {
        "met"
    }


def test_a_fall_of_more_than_two_points_is_a_regression():
    base = {"intent": {"forced": 0.80, "answered": 0.70}}
    assert regressions(base, {"intent": {"forced": 0.78, "answered": 0.75}}) == []
    assert regressions(base, {"intent": {"forced": 0.779, "answered": 0.75}}) == ["intent, forced: 0.779, was 0.800"]


def test_the_fixed_sample_does_not_hang_on_order():
    assert [i.id for i in fixed_sample(ITEMS, 2)] == sorted(i.id for i in fixed_sample(ITEMS[::-1], 2))
    assert cuts_of(ITEMS[2])["length"] == "5 turns and more"
