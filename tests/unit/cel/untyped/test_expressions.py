"""Expressions from requests have the values that they have in policies, or are refused."""

from typing import Any

import pytest

from interlock.cel.cost.meter import Meter
from interlock.cel.libraries.extensions import macros
from interlock.cel.libraries.kubernetes.versions import NEWEST, libraries
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.types import INT
from interlock.cel.untyped.expression import read
from interlock.cel.values import EvaluationError, LimitExceeded, Uint

_LIBRARIES = (*libraries(NEWEST), macros.BINDINGS)
_OBJECT = {"a": {"b": [1, 2, 3], "c-d": "x"}, "n": None}


def _value(text: str, limit: int = 1_000_000) -> Any:  # any CEL value
    return read(text, _LIBRARIES, ("object",)).evaluate({"object": _OBJECT}, Meter(limit=limit))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - -4", 11),
        ("- 5", -5),
        ("-9223372036854775808", -(2**63)),
        ("0x10u", Uint(16)),
        ("1e3 / .5", 2000.0),
        ("!!!true || !(1 > 2)", True),
        ("--object.a.b[0]", 1),
        ("false && object.missing || true", True),
        ("object.missing == 1 || object.a.b[1] == 2", True),
        ("true ? 1 : object.missing", 1),
        ("2 in object.a.b && 'a' in object && !('z' in object)", True),
        ("has(object.a) && !has(object.z) && has(object.a.`c-d`)", True),
        ("object.a.`c-d` + object['a']['c-d']", "xx"),
        ("object.?a.?z.orValue(7) + object.a.?b[?1].orValue(0)", 9),
        ("[?object.?z, ?object.?n, 1]", [None, 1]),
        ("{?'k': object.?z, 'j': [1]}", {"j": [1]}),
        ("object.a.b.all(x, x > 0) && object.a.b.exists(x, x == 2) && object.a.b.exists_one(x, x == 3)", True),
        ("object.a.b.exists(i, x, i == 2 && x == 3)", True),
        (
            "object.a.b.map(x, x * 2) + object.a.b.map(x, x > 2, x) + object.a.b.filter(x, x < 2)",
            [2, 4, 6, 3, 1],
        ),
        ("object.a.transformMap(k, v, k == 'c-d', v + '!')", {"c-d": "x!"}),
        ("object.a.b.transformList(i, x, i + x)", [1, 3, 5]),
        ("{'a': 1}.transformMapEntry(k, v, {k + k: v})", {"aa": 1}),
        ("cel.bind(b, object.a.b, b[0] + b[2])", 4),
        ("object.?a.optMap(a, a.b[0]).orValue(0) + optional.of(1).optFlatMap(x, optional.of(x)).value()", 2),
        ("object.exists(object, object == 'a')", True),
        ("quantity('40Gi').isGreaterThan(quantity('39G'))", True),
        ("semver('1.10.0').compareTo(semver('1.9.0'))", 1),
        ("sets.contains([1, 2], [2]) && ip.isCanonical('1.2.3.4')", True),
        ("type(1)", INT),
        ("type(1) == int && type('') != int", True),
        (r"'\x41\u00e9\U0001F600\101\n\''", "Aé😀A\n'"),
        (r"r'\n' + R'''a'b'''", r"\na'b"),
        (r"b'\xff\u00e9a' == bytes('') ", False),
        (r"b'\377A\u00e9'", b"\xffA\xc3\xa9"),
        (r"bR'\x'", rb"\x"),
        ('"""a"b\n"""', 'a"b\n'),
        ("''", ""),
    ],
)
def test_an_expression_has_its_value(text: str, value: Any) -> None:
    found = _value(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "unknown",
        "object.f()",
        "f(object)",
        "has(object)",
        "has(object.?a)",
        "has(object.a, object.b)",
        "object.all(1, true)",
        "object.all(.x, true)",
        "cel.bind(x, 1)",
        "cel.bind(1, 1, 1)",
        "A{a: 1}",
        "dyn",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616u",
        "-1u",
        "1e999",
        r"'\q'",
        r"'\ud800'",
        r"'\U00110000'",
        r"'\9'",
    ],
)
def test_what_is_no_such_expression_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text, _LIBRARIES, ("object",))


@pytest.mark.parametrize("text", ["object.z", "1 + 'a'", "object.a.b[3]", "!1", "'a'.matches('(')"])
def test_an_error_is_one_of_the_evaluation(text: str) -> None:
    with pytest.raises(EvaluationError):
        _value(text)


@pytest.mark.parametrize("text", ["(" * 100 + "1" + ")" * 100, "1" + "+1" * 100, "-!" * 50 + "true"])
def test_what_nests_too_deep_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text, _LIBRARIES, ("object",))


def test_a_long_chain_is_not_deep() -> None:
    assert _value("||".join(["false"] * 2000 + ["true"])) is True


def test_what_costs_too_much_ends() -> None:
    with pytest.raises(LimitExceeded):
        _value("object.a.b.all(x, object.a.b.all(y, object.a.b.all(z, x + y + z > 0)))", limit=100)
