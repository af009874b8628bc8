import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interlock.documents import composer
from interlock.documents.composer import MAX_DEPTH, compose
from interlock.documents.document import read_documents
from interlock.documents.nodes import Plain, plain, written
from interlock.documents.source import Source
from interlock.errors import Problem
from interlock.spans import Span


def _plain(text: str) -> list[Plain]:
    composition = compose(Source("f", text))
    assert composition.problems == ()
    return [plain(root) for root, _ in composition.roots]


def _problems(text: str) -> list[str]:
    return [f"{problem.span.line}:{problem.span.column} {problem.message}" for problem in _all(text)]


def _all(text: str) -> tuple[Problem, ...]:
    return compose(Source("f", text)).problems


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may come without its C part; both must read alike."""
    monkeypatch.setattr(composer, "_LOADER", getattr(yaml, request.param))


def test_documents_become_plain_values() -> None:
    text = "a: [1, yes, true, 2026-01-01]\nb: {c: null, d: '1'}\n---\n- |\n  x\n- !!str 12\n- ! 7\n"
    assert _plain(text) == [
        {"a": [1, "yes", True, "2026-01-01"], "b": {"c": None, "d": "1"}},
        ["x\n", "12", "7"],
    ]


def test_json_is_yaml() -> None:
    assert _plain('{"a": {"b": [1.5, -2, "\\u00e9", false, null]}}') == [
        {"a": {"b": [1.5, -2, "é", False, None]}}
    ]


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert _plain("{1: a, true: b, null: c, 1.0: d}") == [{"1": "a", "true": "b", "null": "c", "1.0": "d"}]


def test_aliases_repeat_their_values_unshared() -> None:
    (value,) = _plain("a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n? &k name\n: *k\n")
    assert value == {"a": {"k": [1]}, "b": {"k": [1]}, "c": [{"k": [1]}, {"k": [1]}], "name": "name"}
    assert isinstance(value, dict)
    assert value["a"] is not value["b"]


def test_anchors_end_with_their_document() -> None:
    assert _problems("a: &x 1\n---\nb: *x\n") == ["3:4 alias of an unknown anchor `x`: define it before"]


def test_explicit_collection_tags_are_understood() -> None:
    assert _plain("a: !!map {b: !!seq [1]}") == [{"a": {"b": [1]}}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "3:1 duplicate field `a`: it is already set in line 1"),
        ("? [x]\n: 1", "1:3 a list or mapping can't be a field's name: write a text"),
        ("a: {<<: {b: 1}}", "1:5 merge key `<<` is not supported: write the fields out"),
        ("a: !x 1", "1:4 tag `!x` is not supported: quote a text that starts with `!`, or remove the tag"),
        ("a: .nan", "1:4 `.nan` is no finite number: quote it if it is text"),
        ('a: "\\0"', "1:4 text holds a NUL character: remove it"),
        ("a: *b", "1:4 alias of an unknown anchor `b`: define it before"),
        ("a: &b [*b]", "1:8 alias `b` contains itself: write the value out"),
        ("é: 1\nb: \x07", "2:4 character U+0007 is not allowed: remove it"),
        ("é: 1\nb: \0", "2:4 character U+0000 is not allowed: remove it"),
    ],
)
def test_what_can_not_be_read_is_a_problem_in_its_place(text: str, problem: str) -> None:
    assert _problems(text) == [problem]


@pytest.mark.parametrize(
    "tag", ["!!int", "!!float", "!!binary", "!!python/object:os.system", "!!set", "!!omap"]
)
@pytest.mark.parametrize("value", ["'1'", "[]", "{}"])
def test_other_tags_are_refused_and_never_built(tag: str, value: str) -> None:
    (problem,) = _problems(f"a: {tag} {value}")
    assert "is not supported" in problem


def test_after_a_wrong_value_reading_goes_on() -> None:
    composition = compose(Source("f", "a: .inf\na: !x y\n---\nb: 1\n"))
    assert len(composition.problems) == 3
    assert [is_sound for _, is_sound in composition.roots] == [False, True]
    assert composition.is_complete


def test_after_a_wrong_structure_documents_before_it_are_kept() -> None:
    composition = compose(Source("f", "a: 1\n---\nb: [\n"))
    assert [plain(root) for root, _ in composition.roots] == [{"a": 1}]
    assert len(composition.problems) == 1
    assert not composition.is_complete


def test_half_of_a_surrogate_pair_is_no_character() -> None:
    (problem,) = _problems("a: \ud800")
    assert problem.startswith("1:4 ")


def test_depth_is_bounded() -> None:
    assert _plain("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for text in (
        "[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1),
        "[" * 100_000,
        "{a: " * 10_000,
        "- " * 10_000,
    ):
        (problem,) = _problems(text)
        assert "nested more than 100 levels deep" in problem


def test_depth_counts_what_aliases_bring() -> None:
    half = MAX_DEPTH // 2
    deep = f"- &a {'[' * half}{']' * half}\n- {'[' * (half - 1)}*a{']' * (half - 1)}\n"
    assert _plain(deep)
    (problem,) = _problems(deep.replace("*a", "[*a]"))
    assert "nested more than 100 levels deep" in problem


@given(st.text() | st.text(alphabet="ab:-?[]{},&*!|>'\"%@`#<\n\t \\0x.~=", max_size=60))
def test_no_text_raises(text: str) -> None:
    reading = read_documents(Source("f", text))
    for document in reading.documents:
        document.plain()
    for problem in reading.problems:
        assert str(problem)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(alphabet="ab\n:'\" #", max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
        ),
    )
)
def test_what_yaml_writes_is_read_back(value: object) -> None:
    assert _plain(yaml.safe_dump(value)) == [value]


def test_spans_are_those_of_keys_and_values() -> None:
    (document,) = read_documents(Source("f", "a:\n  - b: 1\n    c: x\n")).documents
    path = ("a", 0, "c")
    assert written(path) == "a[0].c"
    assert document.key_span(path) == Span("f", 3, 5)
    assert document.span(path) == Span("f", 3, 8)
    assert document.span(("a", 7, "c")) == document.span(("a",))
    assert document.key_span(("a", 0, "z")) == document.span(("a", 0))
    assert document.problem(path, "wrong") == Problem(Span("f", 3, 8), "wrong", "    c: x")


def test_only_a_scalar_is_a_text() -> None:
    (document,) = read_documents(Source("f", "a: [1]")).documents
    with pytest.raises(TypeError, match="no text at"):
        document.text(("a",))


def test_empty_documents_are_none() -> None:
    assert read_documents(Source("f", "---\n---\n# nothing\n---\na: 1\n---\n")).documents[1:] == ()
