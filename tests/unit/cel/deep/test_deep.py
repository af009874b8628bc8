"""Expressions that are checked part by part."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interlock.cel.deep.check import Checked, check_deep
from interlock.cel.ir import Call, Node
from interlock.cel.tree import children, rebuilt
from interlock.cel.types import DYN, INT, STRING, CelType
from interlock.spans import SourceText, Span, typed_in
from support.checking import VARIABLES, check
from support.expressions import FULL, PLAIN, expressions


def node_of(text: str, limit: int = 32) -> Node:
    checked = check_deep(typed_in(text), check, limit=limit)
    assert not isinstance(checked, tuple), checked
    return checked


NO_RANGE = "cannot be the range of a comprehension (must be list, map, or dynamic)"


def problems_of(text: str, limit: int = 32) -> list[tuple[int, int, str]]:
    checked = check_deep(typed_in(text), check, limit=limit)
    assert isinstance(checked, tuple)
    return [(each.span.line, each.span.column, each.message) for each in checked]


def ids(node: Node) -> Iterator[int]:
    yield node.place.id
    for child in children(node):
        yield from ids(child)


def without_ids(node: Node) -> Node:
    return rebuilt(replace(node, place=replace(node.place, id=0)), without_ids)


def nested(start: str, end: str, count: int, core: str = "x") -> str:
    return start * count + core + end * count


@pytest.mark.parametrize(
    "text",
    [
        "i + i + i + i + i + i + i + i + i + i + i + i",
        "'é' + '😀' +\n\n s + s // s\n + s + (s\n + s) + s + s + s == s",
        "x.a.b.c.d.e.f.g.h.i.j.k.l.m.n",
        "has(x.a.b.c.d.e.f.g.h.i.j.k.l.m.n)",
        "x.a[0].b[0].c[0].d[0].e[0].f.g.startsWith('a')",
        "intent.models[i + i + i + i + i + i + i + i + i + i].name + s",
        "google.protobuf.Timestamp == type(timestamp(i + i + i + i + i + i + i + i + i + i))",
        "[type(i + i + i + i + i + i + i + i + i)][0] == int",
        "{'k': {s + s + s + s + s + s + s + s + s: [i - i - i - i - i - i - i - i - i]}}",
        "l.all(v, v == s || v + v + v + v + v + v + v + v + v == t)",
        "l.map(v, v == s, v + v + v + v + v + v + v + v + v).filter(v, v + v + v + v + v + v + v == '')",
        "m.exists(k, m[k].exists_one(n, n + n + n + n + n + n + n + n + n > size(k + k + k + k + k)))",
        "m.exists(k, n, n.all(p, q, p + q + p + q + p + q + p + q + p > 0 && k + k + k + k + k + k == ''))",
        "m.transformMap(k, n, k != s, n.map(e, e + e + e + e + e + e + e + e + e))",
        "m.transformMapEntry(k, n, {k + k + k + k + k + k + k + k + k: n})",
        "m.transformList(k, n, n[0] + n[0] + n[0] + n[0] + n[0] + n[0] + n[0] + n[0])",
        "l.map(v, [i, 2].sortBy(e, e + e + e + e + e + e + e + size(v)))",
        "d.all(v, v.a + v.b + v.c + v.d + v.e + v.f + v.g + v.h > 0)",
        "cel.bind(v, i + i + i + i + i + i + i + i, v + v + v + v + v + v + v + v + v)",
        "cel.bind(v, l, v.exists(e, e + e + e + e + e + e + e + e in v))",
        "optional.of(i).optMap(v, v + v + v + v + v + v + v + v + v).orValue(i) + i + i + i + i + i",
        "optional.of(optional.of(i)).optFlatMap(v, v).optMap(v, v + v + v + v + v + v + v).hasValue()",
        "x.?a[?i].?b.?c.?d.?e.?f.?g.?h.orValue(s + s + s + s + s + s + s + s + s)",
        "{'a': {'b': {'c': {'d': {'e': {'f': i}}}}}}.?a.?b.?c.?d.?e.?f.orValue(i)",
        "[?optional.of(i + i + i + i + i + i + i + i + i), ?m[?s].optMap(v, v[0])] + [i]",
        "{?s: optional.of(i + i + i + i + i + i + i + i + i), t: i}",
        "math.greatest(i, i + i + i + i + i + i + i + i + i) + i",
        "l.all(int, int + int + int + int + int + int + int + int == '')",
        "[x].all(intent, intent.a.b.c.d.e.f.g.h.i.j == 1 && intent.a.b.c + intent.d == 1)",
        "l.all(v, l.all(v, v + v + v + v + v + v + v + v == '') && v + v + v + v + v + v + v == '')",
        "l.all(a, l.all(b, l.all(c, l.all(e, a + b + c + e + a + b + c + e + s == ''))))",
        "l.all(part0, part0 + part0 + part0 + part0 + part0 + part0 + part0 == part_)",
        "(((((((((l))))))))).all(((v)), (((((((((v == s))))))))))",
        "!(!(!(!(!(!(!(!(!(!b)))))))))",
        "-(-(-(-(-(-(-(-(-(-(i - -1))))))))))",
    ],
)
def test_the_parts_make_what_the_whole_is(text: str) -> None:
    declared = {**VARIABLES, "part_": STRING}

    def check_declared(source: SourceText, extra: Mapping[str, CelType]) -> Checked:
        return check(source, {**declared, **extra})

    whole = check_declared(typed_in(text), {})
    parts = check_deep(typed_in(text), check_declared, limit=8)
    assert not isinstance(whole, tuple), whole
    assert not isinstance(parts, tuple), parts
    assert without_ids(parts) == without_ids(whole)


WRAPS = [
    "({0} && {1})",
    "({1} || {0})",
    "!({0})",
    "({0} ? b : {1})",
    "({1} ? {0} : b)",
    "(b ? {1} : {0})",
    "[{0}, b][0]",
    "{{'k': {0}}}['k']",
    "{{{0}: {1}}}[b]",
    "has({{'f': {0}}}.f)",
    "l.exists(s, s == t || {0})",
    "l.all(t, {0} || t == s)",
    "[{0}].map(b, !b)[0]",
    "cel.bind(b, {0}, b && {1})",
    "optional.of({0}).optMap(b, b || {1}).orValue(b)",
    "(type({0}) == bool)",
    "l.transformList(i, s, i > j ? {0} : s == t)[0]",
    "(size([{0}]) == i)",
]


@st.composite
def deep(draw: st.DrawFn) -> str:
    """A deep boolean expression, whose macros hide variables of the types that theirs have."""
    texts = expressions(PLAIN, "bool", 2).filter(lambda text: "[]" not in text)
    text = draw(texts)
    for wrap in draw(st.lists(st.sampled_from(WRAPS), min_size=5, max_size=12)):
        text = wrap.format(text, draw(texts) if "{1}" in wrap else "")
    return text


@settings(max_examples=150)
@given(deep())
def test_any_expression_is_the_same_in_parts(text: str) -> None:
    whole = check(typed_in(text), {})
    assume(not isinstance(whole, tuple))
    assert not isinstance(whole, tuple)
    node = node_of(text, limit=12)
    assert without_ids(node) == without_ids(whole)
    assert len(set(ids(node))) == len(list(ids(node)))


def is_informed(more: CelType, less: CelType) -> bool:
    """Whether `less` is `more`, but for what is dynamic in it."""
    return less == DYN or (
        more.name == less.name
        and len(more.parameters) == len(less.parameters)
        and all(map(is_informed, more.parameters, less.parameters))
    )


def is_like(whole: Node, parts: Node) -> bool:
    """Whether both trees are one, but for what the parts know less of their types."""
    if isinstance(whole, Call) and isinstance(parts, Call) and not set(whole.overloads) <= set(parts.overloads):
        return False
    return (
        type(whole) is type(parts)
        and whole.place.offset == parts.place.offset
        and is_informed(whole.place.type, parts.place.type)
        and all(map(is_like, children(whole), children(parts)))
    )


@settings(max_examples=150)
@given(st.sampled_from(["bool", "dyn", "strings"]).flatmap(lambda kind: expressions(FULL, kind, 8)))
def test_parts_never_know_more_than_the_whole(text: str) -> None:
    whole = check(typed_in(text), {})
    parts = check_deep(typed_in(text), check, limit=9)
    assume(not isinstance(whole, tuple) and not isinstance(parts, tuple))
    assert not isinstance(whole, tuple)
    assert not isinstance(parts, tuple)
    assert is_like(whole, parts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" + ".join(["i"] * 60) + " + qq" + " + i" * 60, [(1, 241, "undeclared reference to `qq`")]),
        ("i\n + " * 60 + "qq" + "\n + i" * 60, [(61, 4, "undeclared reference to `qq`")]),
        (
            f"m.all(k, m[k].all(n, {'n + ' * 60}k > 0 && n{' + n' * 60} == qq))",
            [
                (1, 260, "`+` can't be applied to (int, string)"),
                (1, 516, "undeclared reference to `qq`"),
            ],
        ),
        (nested("!(", ")", 100, "i"), [(1, 199, "`!` can't be applied to (int)")]),
        (
            f"intent.mdoels[{nested('(', ')', 100)}]",
            [(1, 7, "undefined field `mdoels` of Intent: did you mean `models`?")],
        ),
        (f"'é'{' + s' * 60} + 1", [(1, 245, "`+` can't be applied to (string, int)")]),
        (
            f"i.all(e, e{' + e' * 60} > 0)",
            [(1, 1, f"expression of type 'int' {NO_RANGE}")],
        ),
        (f"l.map(e, e{' + e' * 60}, 1)", [(1, 6, "`?:` can't be applied to (string, list(int), list(T%1))")]),
        (
            f"google.protobuf.Struct{{}} == x && {nested('(', ')', 100)}",
            [(1, 1, "messages such as `google.protobuf.Struct` can't be made: use a map")],
        ),
    ],
)
def test_problems_stand_where_they_do_in_the_whole(text: str, found: list[tuple[int, int, str]]) -> None:
    assert problems_of(text) == found


def test_a_place_is_asked_of_the_source() -> None:
    text = "i + " * 40 + "\n  qq"
    source = SourceText(
        text=text,
        span=Span("p.yaml", 7, 5),
        locate=lambda line, column: Span("p.yaml", 10 + line, 20 + column),
    )
    checked = check_deep(source, check)
    assert isinstance(checked, tuple)
    assert [problem.span for problem in checked] == [Span("p.yaml", 12, 23)]


def test_a_macros_variable_hides_one_of_the_container() -> None:
    def check_contained(source: SourceText, extra: Mapping[str, CelType]) -> Checked:
        return check(source, {"a.b.v": INT, "w.c": INT, **extra}, container="a.b")

    for text in (
        f"l.all(v, v{' + v' * 20} == '')",
        f"[x].all(w, w.c{' + w.c' * 20} == '')",
        f"v{' + v' * 20} > 0",
    ):
        whole = check_contained(typed_in(text), {})
        parts = check_deep(typed_in(text), check_contained, limit=8)
        assert not isinstance(whole, tuple)
        assert not isinstance(parts, tuple)
        assert without_ids(parts) == without_ids(whole)


def test_a_text_that_is_not_too_deep_is_checked_as_it_is() -> None:
    seen = []

    def noted(source: SourceText, extra: Mapping[str, CelType]) -> Checked:
        seen.append((source.text, extra))
        return check(source, extra)

    check_deep(typed_in("l.all(v, v == s) // x"), noted)
    assert seen == [("l.all(v, v == s)", {})]
