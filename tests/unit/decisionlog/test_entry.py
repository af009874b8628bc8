"""Lines of a decision log: what is written is what is read, and nothing else is read."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from interlock.decisionlog.entry import MAX_DEPTH, MAX_ENTRY, Entry, decode_entry, encode_entry
from interlock.errors import OperatorError
from interlock.instants import rfc3339
from interlock.model.balances import Balances
from interlock.model.surroundings import NOWHERE
from interlock.units import Instant
from support.decisionlog import RECORD, entry
from support.strategies import json_values

_FIRST = -62_135_596_800_000
_LAST = 253_402_300_799_999
_WHOLE: dict[str, Any] = {"decision": RECORD, "mutates": True, "balances": {}, "document": {}}


@given(
    st.dictionaries(st.text(), json_values() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
)
def test_what_is_read_is_what_was_written(document: dict[str, Any]) -> None:
    written = Entry(decision={**RECORD, "x": document}, mutates=False, balances=Balances(), document=document)
    read = decode_entry(encode_entry(written))
    assert read == written
    assert encode_entry(read) == encode_entry(written)


@given(json_values().map(lambda value: entry(x=value)))
def test_an_entry_is_one_line(written: Entry) -> None:
    assert encode_entry(written).find(b"\n") == len(encode_entry(written)) - 1


@given(st.integers(_FIRST, _LAST))
def test_the_time_of_a_record_is_read_to_the_millisecond(instant: int) -> None:
    assert entry(time=rfc3339(Instant(instant))).now == instant


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"", "input data was truncated"),
        (b"\n", "input data was truncated"),
        (b"nonsense", "JSON is malformed: invalid character"),
        (b"\xff", "JSON is malformed: invalid character"),
        (b'{"decision":{"\xff":1}}', "'utf-8' codec can't decode"),
        (b"[]", "expected `object`, got `array`"),
        (b"{}", "object missing required field `decision`"),
        (b'{"decision":{},"mutates":1}', "expected `bool`, got `int` - at `$.mutates`"),
        (b"[" * 100_000, "expected `object`, got `array`"),
        (b'{"decision":' + b'{"a":' * 100_000, f"nests deeper than {MAX_DEPTH} levels"),
        (msgspec.json.encode({**_WHOLE, "more": 1}), "object contains unknown field `more`"),
        (msgspec.json.encode({**_WHOLE, "balances": {"money": 1}}), "object contains unknown field `money`"),
        (msgspec.json.encode(_WHOLE) + b"{}", "JSON is malformed: trailing characters"),
        (b'{"decision":{"a":1e999}}', "number out of range"),
    ],
    ids=range(14),
)
def test_a_line_that_is_no_entry_says_why(line: bytes, told: str) -> None:
    with pytest.raises(OperatorError) as caught:
        decode_entry(line)
    assert str(caught.value).startswith(f"not an entry of a decision log: {told}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision", "maybe"),
        ("decision", []),
        ("policySet", None),
        ("time", None),
        ("time", "soon"),
        ("time", "2026-01-01"),
        ("time", "2026-01-01T00:00:00Z"),
        ("time", "2026-01-01T00:00:00.000"),
        ("time", "2026-01-01T01:00:00.000+01:00"),
        ("time", "2026-01-01T00:00:00.000000Z"),
        ("time", "2026-13-01T00:00:00.000Z"),
        ("time", 1),
    ],
)
def test_a_record_says_what_was_decided_when_and_by_what(field: str, value: object) -> None:
    line = msgspec.json.encode({**_WHOLE, "decision": {**RECORD, field: value}})
    with pytest.raises(OperatorError, match=f"`decision.{field}` must be"):
        decode_entry(line)


@pytest.mark.parametrize("part", ["decision", "document"])
@pytest.mark.parametrize(("depth", "is_read"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_an_entry_nests_only_so_deep(part: str, depth: int, is_read: bool) -> None:  # noqa: FBT001
    nested: object = 1
    for _ in range(depth - 1):
        nested = [nested]
    line = msgspec.json.encode({**_WHOLE, part: {**_WHOLE[part], "deep": nested}})
    if is_read:
        decode_entry(line)
    else:
        with pytest.raises(OperatorError, match="nests deeper than"):
            decode_entry(line)


@pytest.mark.parametrize(("depth", "is_read"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
@pytest.mark.parametrize("part", ["namespaces", "params"])
def test_what_was_looked_at_nests_only_so_deep(part: str, depth: int, is_read: bool) -> None:  # noqa: FBT001
    nested: object = 1
    for _ in range(depth - 1):
        nested = [nested]
    found = {"deep": nested}
    params = [{"apiVersion": "v1", "kind": "ConfigMap", "namespaced": True, "objects": [found]}]
    around = {"namespaces": {"shop": found}} if part == "namespaces" else {"params": params}
    line = msgspec.json.encode({**_WHOLE, "surroundings": around})
    if is_read:
        assert decode_entry(line).surroundings != NOWHERE
    else:
        with pytest.raises(OperatorError, match="nests deeper than"):
            decode_entry(line)


@pytest.mark.parametrize(
    "around",
    [[], {"clusters": {}}, {"access": [{"allowed": True}]}, {"namespaces": {"shop": 1}}, {"params": [{}]}],
)
def test_what_nobody_can_have_looked_at_is_refused(around: object) -> None:
    with pytest.raises(OperatorError, match="not an entry"):
        decode_entry(msgspec.json.encode({**_WHOLE, "surroundings": around}))


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_whatever_the_line_is_it_is_an_entry_or_an_error(line: bytes) -> None:
    with pytest.raises(OperatorError):
        decode_entry(line)


@given(st.fixed_dictionaries({}, optional={key: json_values() for key in _WHOLE}))
def test_no_json_gives_a_traceback(value: dict[str, Any]) -> None:
    with pytest.raises(OperatorError):
        decode_entry(msgspec.json.encode(value))


def test_an_error_is_short_however_long_what_is_wrong() -> None:
    with pytest.raises(OperatorError) as caught:
        decode_entry(msgspec.json.encode({**_WHOLE, "x" * 10_000: 1}))
    assert len(str(caught.value)) < 300


def test_an_entry_that_nobody_would_read_is_not_written() -> None:
    room = MAX_ENTRY - len(encode_entry(entry(x="")))
    assert len(encode_entry(entry(x="a" * room))) == MAX_ENTRY
    with pytest.raises(OperatorError, match="is the most"):
        encode_entry(entry(x="a" * (room + 1)))


def test_the_page_of_the_log_has_every_field_and_the_bounds() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "decision-log.md").read_text(encoding="utf-8")
    assert re2.findall(r"(?m)^\| `([^`]+)` \|", page) == list(Entry.__struct_fields__)
    assert f"at most {MAX_ENTRY >> 20} MiB" in page
    assert f"{MAX_DEPTH} levels" in page
