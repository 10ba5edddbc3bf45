"""Every reader over hostile versions of its sample, a few hundred an hour of tests; `make fuzz` goes on for longer."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from economic_index.conversations.sources import Source
from tests.fuzz.findings import FINDINGS
from tests.fuzz.hostile_reading import MARK, read_hostile
from tests.fuzz.hostile_records import hostile_archive, hostile_case, sample_names, sample_path, source_of


class Drawn:
    """Choices by hypothesis."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def below(self, limit: int) -> int:
        return self._data.draw(st.integers(0, max(limit - 1, 0)))

    def text(self) -> str:
        return self._data.draw(st.text(st.characters(), max_size=4))


@pytest.mark.parametrize("format_name", sample_names())
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_a_hostile_log_gives_rows_or_rejections_and_nothing_else(format_name: str, data: Any) -> None:
    case = hostile_case(format_name, Drawn(data))
    read_hostile(case.data, source_of(format_name, data.draw(st.booleans())), case.suffix)


@pytest.mark.parametrize("format_name", sample_names())
@given(data=st.binary(max_size=400))
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_bytes_of_any_kind_are_read_by_every_reader(format_name: str, data: bytes) -> None:
    read_hostile(data, source_of(format_name, True), sample_path(format_name).suffix)


@pytest.mark.parametrize("format_name", ["chatgpt_export", "litellm", "mapped_table"])
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_a_torn_archive_gives_rows_or_a_reason(format_name: str, data: Any) -> None:
    case = hostile_archive(format_name, Drawn(data))
    read_hostile(case.data, source_of(format_name, True), case.suffix)


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_what_a_fuzzer_once_found_stays_mended(name: str) -> None:
    finding = FINDINGS[name]
    read_hostile(finding.data, source_of(finding.format, True), finding.suffix)


@pytest.mark.parametrize("format_name", sample_names())
def test_a_sample_is_told_and_read_as_its_format(format_name: str) -> None:
    path = sample_path(format_name)
    rows = read_hostile(path.read_bytes(), source_of(format_name, False), path.suffix)
    assert {row.values["source_format"] for row in rows} == {format_name}
    assert not any("never read" in text for row in rows for text in row.transcript.texts())


def test_a_leak_would_be_found() -> None:
    with pytest.raises(AssertionError, match="in a message"):
        read_hostile(b'[{"mapping": {}, "create_time": 1}]', Source(MARK, "", format="chatgpt_export"))
