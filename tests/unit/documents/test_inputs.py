import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.documents.composer import MAX_DEPTH
from interlock.documents.inputs import parse_inputs, read_inputs
from interlock.documents.source import Source
from interlock.spans import Span


def _values(text: str) -> list[object]:
    inputs, problems = parse_inputs(Source("f", text))
    assert problems == ()
    return [one.value for one in inputs]


def test_documents_come_with_where_they_start() -> None:
    inputs, problems = parse_inputs(Source("f", "---\nkind: Pod\n---\n---\n# why\nkind: Job\nspec:\n"))
    assert problems == ()
    assert [(one.value, one.span) for one in inputs] == [
        ({"kind": "Pod"}, Span("f", 2, 1)),
        ({"kind": "Job", "spec": None}, Span("f", 6, 1)),
    ]


def test_json_is_read_as_json() -> None:
    # YAML knows no surrogate pairs, and no tabs like these.
    (one,), problems = parse_inputs(Source("f", '\n\t{"a":\t"\\ud83d\\ude00", "b": [1, -2.5, true, null]}\n'))
    assert problems == ()
    assert one.value == {"a": "😀", "b": [1, -2.5, True, None]}
    assert one.span == Span("f", 2, 2)


def test_what_starts_like_json_may_be_yaml() -> None:
    assert _values("{a: 1}\n---\nb: 2\n") == [{"a": 1}, {"b": 2}]


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text("kind: Pod")
    (one,), problems = read_inputs(file)
    assert problems == ()
    assert one.span == Span(str(file), 1, 1)
    inputs, (problem,) = read_inputs(tmp_path / "none.yaml")
    assert inputs == ()
    assert "no such file" in problem.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "duplicate field `a`: remove one"),
        ('{"a": 9223372036854775808}', "`9223372036854775808` does not fit into 64 bits: write a text"),
        ('{"a": ' + "1" * 5000 + "}", f"`{'1' * 59}…` does not fit into 64 bits: write a text"),
        ('{"a": 1e999}', "`1e999` is too large for a number: write a text"),
        ('{"a": NaN}', "`NaN` is no finite number: write a text"),
        ('{"a": -Infinity}', "`-Infinity` is no finite number: write a text"),
        ('{"a": [{"b": "\\u0000"}]}', "text `\\x00` holds a NUL or half a character: remove it"),
        ('{"\\ud800": 1}', "text `\\ud800` holds a NUL or half a character: remove it"),
        ('{"a": ' * 101 + "1" + "}" * 101, "nested more than 100 levels deep: flatten it"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested more than 100 levels deep: flatten it"),
        ("[1, 2]", "document must be a mapping"),
        ("text", "document must be a mapping"),
        ("a: 1\na: 2", "duplicate field `a`: it is already set in line 1"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, message: str) -> None:
    problems = parse_inputs(Source("f", text))[1]
    assert [problem.message for problem in problems] == [message]


def test_json_may_be_as_deep_as_yaml() -> None:
    deep = '{"a": ' * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert _values(deep) == [json.loads(deep)]


def test_what_is_neither_is_explained() -> None:
    _, (problem,) = parse_inputs(Source("f", '{"a": 1'))
    assert problem.message.startswith("not valid YAML")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.text(max_size=3), _JSON, max_size=3))
def test_any_json_is_read_exactly_or_refused(value: dict[str, object]) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        inputs, problems = parse_inputs(Source("f", text))
        assert bool(inputs) != bool(problems)
        assert all(one.value == value for one in inputs)


@given(st.text() | st.text(alphabet='{}[]",:\\u0d8Na1e- \n', max_size=40).map(lambda text: "{" + text))
def test_no_text_raises(text: str) -> None:
    for problem in parse_inputs(Source("f", text))[1]:
        assert str(problem)
