from collections.abc import Iterator

from assets.rollups import all_of


def test_what_was_built_before_a_failure_is_told_with_it():
    failure = RuntimeError("a data test failed")

    def events() -> Iterator[str]:
        yield "one model"
        yield "another"
        raise failure

    assert all_of(events()) == (["one model", "another"], failure)
    assert all_of(iter(["one model"])) == (["one model"], None)
