"""The IR as text again."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.libraries.kubernetes.authorizer import Answer, Authorizer
from interlock.cel.text.literal import literal
from interlock.cel.text.unparse import unparse
from interlock.cel.types import DYN, INT
from interlock.cel.values import BoolKey, Duration, Timestamp, Uint
from interlock.spans import typed_in

ENVIRONMENT = Environment(declare([]), dict.fromkeys(("x", "y", "z"), DYN), {})


@pytest.mark.parametrize(
    "text",
    [
        "x.y",
        "has(x.y)",
        "x.`a-b`",
        "has(x.`in`)",
        "x[0]",
        'x["a"]',
        "-x",
        "-(1)",
        "-(-x)",
        "!(!x)",
        "-1",
        "x - -1",
        "-(x + y)",
        "!(x && y)",
        "(-x).y",
        "x * (y + z)",
        "x * y + z",
        "x - (y - z)",
        "x - y - z",
        "x == (y == z)",
        "x + 1 < y * 2",
        "x in [1, 2]",
        "(x || y) && z",
        "x || y && z",
        "x ? y : z",
        "(x ? y : z) ? y : z",
        "x ? y : z ? x : y",
        "x || y ? y : z",
        "[x, 1u, 1.5, null, true]",
        '{"a": x, 1: y}',
        "x.all(v, v > 1)",
        "x.exists(v, v)",
        "x.exists_one(v, v)",
        "x.map(v, v + 1)",
        "x.map(v, v > 1, v + 1)",
        "x.filter(v, v > 1)",
        "(x ? y : z).all(v, v)",
        "size(x)",
        "x.size()",
        'x.startsWith("a")',
        'timestamp("2024-01-01T00:00:00Z").getHours("UTC")',
        "type(x) == int",
        "b'\\x00\\xff'",
        '"é😀\\n\\"\\\\\\u0000"',
        "google.protobuf.Timestamp",
        "1e+300",
    ],
)
def test_text_in_the_canonical_layout_comes_back_as_it_was(text: str) -> None:
    assert unparse(ENVIRONMENT.compile(typed_in(text)).node) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((x))", "x"),
        ("x  &&  (y&&z)", "x && y && z"),
        ("'a'", '"a"'),
        ("r'\\d'", '"\\\\d"'),
        ("x.map(v, v > 1, v)", "x.filter(v, v > 1)"),
        ("!!x", "x"),
        ("0x10", "16"),
    ],
)
def test_all_other_text_comes_back_in_the_canonical_layout(text: str, canonical: str) -> None:
    assert unparse(ENVIRONMENT.compile(typed_in(text)).node) == canonical


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (Uint(1), "1u"),
        (-0.5, "-0.5"),
        ([1, "a"], '[1, "a"]'),
        ({"a": [1], BoolKey.TRUE: 2}, '{"a": [1], true: 2}'),
        (Timestamp(1), 'timestamp("1970-01-01T00:00:00.000000001Z")'),
        (Duration(-1_500_000_000), 'duration("-1.5s")'),
        (INT, "int"),
        ("\ud800", '"\\ud800"'),
        (1 << 64, "an integer of 65 bits"),
        (-(1 << 63) - 1, "an integer of 64 bits"),
    ],
    ids=repr,
)
def test_every_value_is_written_as_a_literal(value: object, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize(
    "text",
    [
        'quantity("1610612736")',
        'quantity("0.5")',
        'quantity("1E+99999")',
        'ip("::1")',
        'cidr("10.0.0.0/8")',
        'semver("1.2.3")',
        'semver("1.2.3-rc.1+build.5")',
        'url("https://user@example.com:80/a%20b?c=d")',
        'url("urn:isbn:1")',
        'url("/a?b")',
        "format.uuid()",
    ],
)
def test_a_value_of_a_library_is_written_as_what_makes_it(text: str) -> None:
    environment = Environment(declare([]), {}, {}, AVAILABLE)
    value = environment.compile(typed_in(text)).exact(Activation())
    assert literal(value) == text


def test_a_value_that_nothing_makes_is_written_by_its_type() -> None:
    assert literal(Authorizer(lambda _: Answer(is_allowed=False))) == "kubernetes.authorization.Authorizer"
