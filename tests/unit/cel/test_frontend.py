"""What authors are told, and where."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare, message_type
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.libraries.extensions import math
from interlock.cel.libraries.extensions.macros import BINDINGS
from interlock.cel.libraries.kubernetes import versions
from interlock.cel.libraries.kubernetes.versions import Version
from interlock.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    LIST,
    MAP,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    CelType,
    list_of,
    map_of,
)
from interlock.errors import Problem
from interlock.model.intent import Intent
from interlock.spans import SourceText, Span, typed_in
from support.programs import generated, interpreted

VARIABLES = {"intent": message_type(Intent), "now": TIMESTAMP, "x": DYN}
ENVIRONMENT = Environment(declare([Intent]), VARIABLES, {})


def problems_of(
    text: str, expected: CelType | None = None, environment: Environment = ENVIRONMENT
) -> list[tuple[int, int, str]]:
    with pytest.raises(RejectedError) as caught:
        environment.compile(typed_in(text), expected=expected)
    return [(each.span.line, each.span.column, each.message) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("intent.mdoels", [(1, 7, "undefined field `mdoels` of Intent: did you mean `models`?")]),
        ("intent.principal.zzz", [(1, 17, "undefined field `zzz` of Principal")]),
        ("has(intent.agent.nmae)", [(1, 4, "undefined field `nmae` of Agent: did you mean `name`?")]),
        (
            "intent.models.all(m, m.clas == 'a')",
            [(1, 23, "undefined field `clas` of Model: did you mean `class`?")],
        ),
        ("intnt.models == x", [(1, 6, "undeclared reference to `intnt.models`: did you mean `intent`?")]),
        ("qqq", [(1, 1, "undeclared reference to `qqq`")]),
        ("intent.action == 1", [(1, 15, "`==` can't be applied to (string, int)")]),
        ("size(1)", [(1, 5, "`size` can't be applied to (int)")]),
        ("!x.a && !1", [(1, 9, "`!` can't be applied to (int)")]),
        ("-'a'", [(1, 1, "`-` can't be applied to (string)")]),
        ("1 in 2", [(1, 3, "`in` can't be applied to (int, int)")]),
        ("[1]['a']", [(1, 4, "`index` can't be applied to (list(int), string)")]),
        ("true ? 1 : 'a'", [(1, 6, "`?:` can't be applied to (bool, int, string)")]),
        ("intent.models == 1", [(1, 15, "`==` can't be applied to (list(Model), int)")]),
        ("x +", [(1, 4, "syntax error: mismatched input '<EOF>'")]),
        ("", [(1, 1, "syntax error: mismatched input '<EOF>'")]),
        ("x.f()", [(1, 4, "undeclared reference to `f`")]),
        ("now.getHour()", [(1, 12, "undeclared reference to `getHour`: did you mean `getHours`?")]),
        ("99999999999999999999", [(1, 1, "invalid int literal")]),
        ("has(x)", [(1, 5, "has() argument must be a field selection")]),
        (
            "x ==\n\n  yy && zz",
            [(3, 3, "undeclared reference to `yy`"), (3, 9, "undeclared reference to `zz`")],
        ),
        ("'é' == 'é' &&\n\t'😀' == 1", [(2, 6, "`==` can't be applied to (string, int)")]),
        ("x.?a", [(1, 1, "unsupported syntax '.?'")]),
    ],
)
def test_problems_say_what_is_wrong_and_where(text: str, found: list[tuple[int, int, str]]) -> None:
    assert problems_of(text) == found


def test_chains_of_logic_may_be_long() -> None:
    for text, last in ((" && ".join(["x"] * 1000), True), (" || ".join(["x"] * 1000), False)):
        program = ENVIRONMENT.compile(typed_in(text))
        assert program.evaluate(Activation(x=last)) is last


def test_everything_that_the_checker_accepts_becomes_python() -> None:
    for wrap in (
        "[{0}]",
        "{{1: {0}}}",
        "x.all(y, {0})",
        "x.map(y, {0})",
        "!({0})",
        "(x ? ({0}) : x)",
        "size([{0}])",
        "-({0})",
    ):
        text = "x"
        for _ in range(14):
            text = wrap.format(text)
            program = ENVIRONMENT.compile(typed_in(f"dyn({text}) == 1"))
            assert program.plan is not None
            for x in (True, [[1]]):
                assert generated(program, {"x": x}) == interpreted(program, {"x": x})


def test_a_place_is_asked_of_the_text() -> None:
    source = SourceText(
        text="true &&\n  zz",
        span=Span("p.yaml", 7, 5),
        locate=lambda line, column: Span("p.yaml", 10 + line, 20 + column),
    )
    with pytest.raises(RejectedError) as caught:
        ENVIRONMENT.compile(source)
    assert caught.value.problems == (Problem(Span("p.yaml", 12, 23), "undeclared reference to `zz`"),)
    assert str(caught.value) == "undeclared reference to `zz`"


def test_a_text_can_be_held_to_a_type() -> None:
    assert ENVIRONMENT.compile(typed_in("intent.action == 'a'"), expected=BOOL).type == BOOL
    assert ENVIRONMENT.compile(typed_in("x.a"), expected=BOOL).type == DYN
    assert problems_of("intent.action", BOOL) == [(1, 1, "must be bool, but is string")]
    assert problems_of("intent.models", BOOL) == [(1, 1, "must be bool, but is list(Model)")]


@pytest.mark.parametrize(
    "type_",
    [
        BOOL,
        INT,
        UINT,
        DOUBLE,
        STRING,
        BYTES,
        NULL,
        TIMESTAMP,
        DURATION,
        DYN,
        LIST,
        MAP,
        TYPE,
        list_of(INT),
        map_of(STRING, list_of(DYN)),
        message_type(Intent),
    ],
    ids=str,
)
def test_a_variable_has_the_type_that_it_is_declared_with(type_: CelType) -> None:
    declared = Environment(declare([Intent]), {"v": type_}, {})
    found = declared.compile(typed_in("v")).type
    assert found == {LIST: list_of(DYN), MAP: map_of(DYN, DYN), TYPE: DYN}.get(type_, type_)


def test_a_variable_may_hold_what_the_checker_has_no_type_for() -> None:
    deep = DYN
    for _ in range(20):
        deep = list_of(deep)
    declared = Environment(declare([]), {"deep": deep, "keyed": map_of(list_of(INT), INT)}, {})
    assert declared.compile(typed_in("deep[0][0]")).type.name == "list"
    assert declared.compile(typed_in("keyed")).type == map_of(DYN, INT)


@pytest.mark.parametrize(
    "type_", [CelType("type", (INT,)), CelType("wrapper", (INT,)), CelType("error")], ids=str
)
def test_what_the_checker_cannot_declare_is_dynamic(type_: CelType) -> None:
    assert Environment(declare([]), {"v": type_}, {}).compile(typed_in("v")).type == DYN


def test_names_resolve_in_their_container() -> None:
    environment = Environment(declare([]), {"a.b.x": INT, "x": STRING}, {}, container="a.b")
    assert environment.compile(typed_in("x")).type == INT
    assert environment.compile(typed_in(".x")).type == STRING


LIBRARIES = (BINDINGS, math.VERSIONS[-1], *versions.libraries(Version(1, 31)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x.matches()",
            "`matches` takes other arguments: `matches(string, string)` or `string.matches(string)`",
        ),
        (
            "math.abs()",
            "`abs` takes other arguments: `math.abs(double)` or `math.abs(int)` or `math.abs(uint)`",
        ),
        ("[1, 2].all(x)", "`all` takes other arguments"),
    ],
)
def test_functions_say_which_arguments_they_take(text: str, message: str) -> None:
    environment = Environment(declare([]), {"x": DYN}, {}, libraries=LIBRARIES)
    assert [said for _, _, said in problems_of(text, environment=environment)] == [message]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x.contians('a')", [(1, 11, "undeclared reference to `contians`: did you mean `contains`?")]),
        ("siz(x)", [(1, 4, "undeclared reference to `siz`: did you mean `size`?")]),
        (
            "x.exist(y, true)",
            [
                (1, 9, "undeclared reference to `y`"),
                (1, 8, "undeclared reference to `exist`: did you mean `exists`?"),
            ],
        ),
        ("cel.bnd(1)", [(1, 8, "undeclared reference to `bnd`: did you mean `cel.bind`?")]),
        ("math.greatst(1)", [(1, 13, "undeclared reference to `greatst`: did you mean `math.greatest`?")]),
        (
            "mth.greatest(1)",
            [
                (1, 1, "undeclared reference to `mth`: did you mean `math`?"),
                (1, 13, "undeclared reference to `greatest`: did you mean `math.greatest`?"),
            ],
        ),
        ("math", [(1, 1, "undeclared reference to `math`")]),
        ("x.fliter(x, true)", [(1, 9, "undeclared reference to `fliter`: did you mean `filter`?")]),
        ("has(y1.y2)", [(1, 4, "undeclared reference to `y1.y2`")]),
        ("has(x1.y)", [(1, 4, "undeclared reference to `x1.y`: did you mean `x`?")]),
        ("semver('1.0.0')", [(1, 7, "undeclared reference to `semver`: Kubernetes has it since 1.33")]),
        ("x.sortBy(x, 1)", [(1, 9, "undeclared reference to `sortBy`: Kubernetes has it since 1.34")]),
    ],
)
def test_functions_that_are_not_there_may_be_others_that_are(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    environment = Environment(declare([]), {"x": DYN}, {}, libraries=LIBRARIES)
    assert problems_of(text, environment=environment) == found
