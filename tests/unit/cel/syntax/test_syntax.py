"""CEL text as a tree of places."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from interlock.cel.declarations import declare
from interlock.cel.frontend import Frontend, RejectedError
from interlock.cel.syntax.forms import Form, Kind, postorder
from interlock.cel.syntax.parser import parse
from interlock.cel.syntax.tokens import UnreadableError
from interlock.spans import typed_in

CORPORA = Path(__file__).parents[5] / "shared/corpora"

with_corpora = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the third-party test data is not beside this clone"
)


def written(text: str) -> str:
    """The forms of `text`, each in parentheses after what it is."""

    def of(form: Form) -> str:
        if not form.parts:
            return text[form.start : form.end]
        return f"({' '.join([form.name or form.kind, *map(of, form.parts)])})"

    return of(parse(text))


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("a", "a"),
        (".a", ".a"),
        ("a.b.`c-d`", "(`c-d` (b a))"),
        ("a.?b.c", "(c (b a))"),
        ("a[0][?b]", "(index (index a 0) b)"),
        ("f(a, .g(b), a.h(c))", "(f a (.g b) (h a c))"),
        ("a || b && c || d", "(|| a (&& b c) d)"),
        ("a || (b || c)", "(|| a (nested (|| b c)))"),
        ("a + b * c - d", "(- (+ a (* b c)) d)"),
        ("a < b in c == d", "(== (in (< a b) c) d)"),
        ("a + b < c && d", "(&& (< (+ a b) c) d)"),
        ("a ? b : c ? d : e", "(: a b (: c d e))"),
        ("a || b ? c || d : e || f", "(: (|| a b) (|| c d) (|| e f))"),
        ("(a ? b : c) ? d : e", "(: (nested (: a b c)) d e)"),
        ("!a.b", "(! (b a))"),
        ("!!!a && b", "(&& (! a) b)"),
        ("- -a", "(- a)"),
        ("!-1", "(! -1)"),
        ("-1 - -1.5 -2", "(- (- -1 -1.5) 2)"),
        ("-a[1] * b", "(* (- (index a 1)) b)"),
        ("[]", "[]"),
        ("[a, ?b, c,]", "(list a b c)"),
        ("{}", "{}"),
        ("{a: b ? c : d, ?e: f,}", "(map a (: b c d) e f)"),
        ("{a ? b : c: d}", "(map (: a b c) d)"),
        ("a.b{c: d, ?`e`: f,}", "(message (b a) d f)"),
        ("a{}", "(message a)"),
        ("a.all(x, x > 1)", "(all a x (> x 1))"),
        ("a ? [?b] : {?c: d}", "(: a (list b) (map c d))"),
        ("a // ) b\n + c//", "(+ a c)"),
        ("ab.inc in trueish", "(in (inc ab) trueish)"),
    ],
)
def test_every_part_of_a_text_has_its_form(text: str, forms: str) -> None:
    assert written(text) == forms


@pytest.mark.parametrize(
    "text",
    [
        *("0", "007", "0xfF", "12u", "0x1U", "1.5", ".5", "1e9", "1.5E-3", "true", "null"),
        *("''", "'a\"b'", r"'\'\\'", '"\\x00\\""', "'''a\n'b''c'''", '"""\\""""', '""""""'),
        *(r"r'\'", 'R"\\"', "r'''\\'\n'''", 'r"""a"b\\"""', "b'a'", r"B'\xff'", r"br'\d'", "bR'''\\'''"),
    ],
)
def test_every_literal_is_one_form(text: str) -> None:
    assert [form.kind for form in postorder(parse(f"({text})"))] == [Kind.LITERAL, Kind.NESTED]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        *(("", 0), ("a +", 3), ("a b", 2), ("a b'c'", 2), ("a # b", 2), ("a.1", 1), ("a. (b)", 3)),
        *(("(a", 2), ("a)", 1), ("(a]", 2), ("()", 1), ("(a, b)", 2), ("f(a,)", 4), ("f(,)", 2), ("f(?a)", 2)),
        *(("[,]", 1), ("[a b]", 3), ("a[]", 2), ("a[b, c]", 3), ("(a)[b](c)", 6)),
        *(("{a}", 2), ("{a:}", 3), ("{a, b: c}", 2), ("{a: b: c}", 5), ("{a: ?b}", 4), ("f(){a: b}", 3)),
        *(("a{b}", 2), ("a{1: b}", 2), ("a ? b", 2), ("a : b", 2), ("a ? b ? c : d : e", 6), ("(a : b)", 3)),
        *(("a.?b(c)", 4), ("'a", 0), ("'a\nb'", 0), ('"""a', 2), ("in", 0), ("a in", 4), ("`a`", 0)),
        *(("& a", 0), ("a & b", 2), ("a = b", 2), ("* a", 0), ("a ! b", 2)),
        *(("!-a", 1), ("-!a", 1), ("a.`b`(c)", 5)),
    ],
)
def test_what_is_no_cel_is_refused_where_it_ends_to_be(text: str, offset: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(text)
    assert caught.value.offset == offset
    assert str(caught.value) == f"can't be read from offset {offset} on"


@pytest.mark.parametrize(
    "unit",
    [
        *("(", "[", "{", "a.", "-", "!", "?", "a?", "a?b:", "a[", "f(", "a{b:", "{a:", ")", "a+", "a&&"),
        *("'", '"', "'''", '"""', "r'''", "`", "\\", "'\\", '"""\\', "//", "0x", "1e", "é", "\0"),
    ],
)
def test_no_text_is_too_much(unit: str) -> None:
    for text in (unit * (16_384 // len(unit)), unit * (16_383 // len(unit)) + "a"):
        with suppress(UnreadableError):
            assert parse(text).end <= len(text)


def test_forms_are_read_as_deep_as_a_text_can_be() -> None:
    form = parse("(" * 8000 + "a" + ")" * 8000)
    assert (form.start, form.end) == (0, 16_001)
    assert len(list(postorder(form))) == 8001


@with_corpora
def test_published_rules_are_read() -> None:
    for rule in json.loads((CORPORA / "crd-cel-rules.json").read_text()):
        form = parse(rule)
        assert rule[form.start : form.end] == rule.split("//")[0].strip() or "//" in rule


def published() -> Iterator[str]:
    for file in sorted(CORPORA.glob("*cel*/*.json")):
        for case in json.loads(file.read_text()):
            if isinstance(case, dict) and isinstance(case.get("expr"), str):
                yield case["expr"]


@with_corpora
def test_what_is_read_is_what_the_checker_reads() -> None:
    frontend = Frontend(declare([]), {}, ())
    differing = []
    for text in published():
        try:
            frontend.check(typed_in(text))
            is_syntax = True
        except RejectedError as error:
            is_syntax = not any(problem.message.startswith("syntax error") for problem in error.problems)
        try:
            parse(text)
            is_read = True
        except UnreadableError:
            is_read = False
        if is_syntax is not is_read:
            differing.append(text)
    assert differing == []
