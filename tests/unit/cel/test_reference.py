"""The reference interpreter against the language definition's own conformance tests."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from interlock.cel.types import CelType
from interlock.cel.values import NONE, Uint, optional
from support.reference import CelError, NotCelError, evaluate, exact, times
from support.reference.kinds import TYPES, to_key

CORPUS: Final = Path(__file__).parents[4] / "shared/corpora/cel-spec"
FILES: Final = (
    "basic",
    "bindings_ext",
    "comparisons",
    "conversions",
    "fields",
    "fp_math",
    "integer_math",
    "lists",
    "logic",
    "macros",
    "macros2",
    "namespace",
    "optionals",
    "parse",
    "plumbing",
    "string",
    "timestamps",
)

# Their expected bytes hold a backslash that their expression does not.
GARBLED: Final = {"triple_single_quoted_unescaped_punctuation", "triple_double_quoted_unescaped_punctuation"}


def decoded(typed: dict[str, Any]) -> Any:
    ((kind, raw),) = typed.items()
    match kind:
        case "int":
            return int(raw)
        case "uint":
            return Uint(raw)
        case "double":
            return float(raw)
        case "bytes":
            return base64.b64decode(raw)
        case "list":
            return [decoded(each) for each in raw]
        case "map":
            return {to_key(decoded(key)): decoded(value) for key, value in raw}
        case "duration":
            return times.duration(raw)
        case "type":
            return TYPES.get(raw, CelType(raw))
        case "optional":
            return NONE if raw is None else optional(decoded(raw))
        case _:
            return raw


def cases() -> Iterator[Any]:
    for name in FILES if CORPUS.is_dir() else ():
        for number, case in enumerate(json.loads((CORPUS / f"{name}.json").read_text())):
            if not case.get("needs_proto") and not case["check_only"] and case["name"] not in GARBLED:
                yield pytest.param(case, id=f"{name}-{number}-{case['name']}")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the third-party test data is not beside this clone")
@pytest.mark.parametrize("case", list(cases()))
def test_the_reference_agrees_with_the_language_definition(case: dict[str, Any]) -> None:
    bindings = {name: decoded(value) for name, value in case["bindings"].items()}
    expect = case["expect"]
    try:
        value = evaluate(case["expr"], bindings, container=case["container"])
    except CelError:
        assert "error" in expect or "any_of" in expect
        return
    assert exact(value) == exact(decoded(expect["value"]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("-2 - -3", 1),
        ("!false && true || 1 / 0 == 1", True),
        ("false ? 1 : false ? 2 : 3", 3),
        ("1 < 2 == true", True),
        ("7.0 / -0.0 < 0.0", True),
        ("-7 / 2 * 10 + -7 % 2", -31),
        ("'\\x41\\101\\u0041\\U00000041'", "AAAA"),
        ('r\'\\n\' + """a\n\'b""" // comment', "\\na\n'b"),
        ("[1, 2, 3].map(e, e > 1, e * e)", [4, 9]),
        ("{'a': 1}.map(k, k)", ["a"]),
        ("{true: 1}.filter(k, k)", [True]),
        ("['a', 'b'].transformMapEntry(i, v, {v: i})", {"a": 0, "b": 1}),
        ("['a', 'a'].transformMapEntry(i, v, {v: i})", None),
        ("cel.bind(e, 1 / 0, true || e == 1)", True),
        ("cel.bind(e, 1 / 0, e)", None),
        ("optional.of(1).or(1 / 0).orValue(2 / 0)", 1),
        ("optional.of(1).optFlatMap(v, v)", None),
        ("duration('1h1m1.5s').getMilliseconds()", 500),
        ("timestamp('2024-02-29T23:59:59.5Z').getHours('Europe/Paris')", 0),
        ("string(1e6) + string(duration('-1.50s'))", "1e+06-1.5s"),
        ("'b'.matches('(')", None),
    ],
)
def test_an_expression_has_a_value_or_is_an_error(text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(CelError):
            evaluate(text, {})
    else:
        assert exact(evaluate(text, {})) == exact(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "1 2",
        "a..b",
        "true ? false ? 1 : 2 : 3",
        "if",
        "1.",
        "9223372036854775808",
        "18446744073709551616u",
        "'a\nb'",
        "'\\s'",
        "'\\ud800'",
        "b'\\u0041'",
        "#",
        "has(a)",
        "[1].map(1, 2)",
        "true || [1].all(a.b, true)",
    ],
)
def test_what_is_no_expression_has_no_value(text: str) -> None:
    with pytest.raises(NotCelError):
        evaluate(text, {"a": {}})
