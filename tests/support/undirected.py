"""CEL expressions drawn without regard to types: most are accepted, since almost every part is `dyn`.

What comes of them is mostly errors, of all sorts and in all places, which
expressions that are drawn type by type hardly have.
"""

from string import Formatter
from typing import Final

from hypothesis import strategies as st

LEAVES: Final = (
    *("b", "i", "j", "s", "t", "l", "x", "y", "d"),
    *("true", "false", "null", "0", "1", "-1", "2u", "0.0", "-0.0", "1.5", "1e19"),
    *("9223372036854775807", "-9223372036854775808", "18446744073709551615u"),
    *("''", "'a'", "'é😀'", "'1'", "b'a'", "b'\\xff'", "[]", "{}", "int", "string", "optional.none()"),
    *("timestamp('2024-02-29T23:59:59.5Z')", "duration('-1.5s')", "'+01:00'", "'Europe/Paris'", "'1h'"),
)

OPERATORS: Final = ("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||")

PRODUCTIONS: Final = (
    *(f"({{}} {operator} {{}})" for operator in OPERATORS),
    *("!({})", "-({})", "({} ? {} : {})"),
    *("{}.a", "{}.b", "{}.?a", "{}[{}]", "{}[?{}]", "has({}.a)", "has({}.b.c)"),
    *("[{}, {}]", "[?{}, {}]", "{{'a': {}}}", "{{{}: {}, {}: {}}}", "{{?'a': {}, 'b': {}}}"),
    *("{}.all({it}, {in})", "{}.exists({it}, {in})", "{}.exists_one({it}, {in})", "{}.filter({it}, {in})"),
    *("{}.map({it}, {in})", "{}.map({it}, {in}, {in})", "cel.bind({it}, {}, {in})"),
    *("{}.optMap({it}, {in})", "{}.optFlatMap({it}, {in})", "optional.of({})", "optional.ofNonZeroValue({})"),
    *("{}.hasValue()", "{}.value()", "{}.or(optional.of({}))", "{}.orValue({})"),
    *("{}.all({it}, {at}, {in})", "{}.exists({it}, {at}, {in})", "{}.existsOne({it}, {at}, {in})"),
    *("{}.transformList({it}, {at}, {in})", "{}.transformList({it}, {at}, {in}, {in})"),
    *("{}.transformMap({it}, {at}, {in})", "{}.transformMap({it}, {at}, {in}, {in})"),
    *("{}.transformMapEntry({it}, {at}, {{{in}: {in}}})",),
    *("size({})", "{}.size()", "type({})", "bool({})", "bytes({})", "double({})", "int({})", "uint({})"),
    *("string({})", "timestamp({})", "duration({})", "matches({}, 'a|1')"),
    *("{}.startsWith({})", "{}.endsWith({})", "{}.contains({})", "{}.matches('^a.?$')"),
    *("{}.getFullYear()", "{}.getMonth({})", "{}.getDayOfWeek()", "{}.getHours()", "{}.getHours({})"),
    *("{}.getMilliseconds()", "{}.getDate('+01:00')", "{}.getDayOfYear('America/St_Johns')"),
)
"""`{it}` and `{at}` are names that the operands at `{in}` may read; no other operand may."""

EXTENSIONS: Final = (
    *("{}.charAt({})", "{}.indexOf({})", "{}.lastIndexOf({}, {})", "{}.lowerAscii()", "{}.upperAscii()"),
    *(
        "{}.replace({}, {})",
        "{}.replace({}, {}, {})",
        "{}.split({})",
        "{}.split({}, {})",
        "{}.substring({}, {})",
    ),
    *("{}.trim()", "{}.join()", "{}.join({})", "strings.quote({})", "{}.reverse()", "'%s %d'.format([{}, {}])"),
    *("{}.format([{}])", "'%x%.1f'.format({})", "math.greatest({}, {})", "math.least({}, {})"),
    *(
        "math.greatest({})",
        "math.ceil({})",
        "math.round({})",
        "math.isNaN({})",
        "math.abs({})",
        "math.sign({})",
    ),
    *("math.bitAnd({}, {})", "math.bitNot({})", "math.bitShiftLeft({}, {})", "math.sqrt({})"),
    *("sets.contains({}, {})", "sets.equivalent({}, {})", "sets.intersects({}, {})"),
    *(
        "{}.slice({}, {})",
        "{}.flatten()",
        "{}.flatten({})",
        "{}.sort()",
        "{}.sortBy({it}, {in})",
        "{}.distinct()",
    ),
    *("{}.first()", "{}.last()", "base64.encode({})", "base64.decode({})"),
    *("regex.extract({}, '(a)|.')", "regex.extractAll({}, {})", "regex.replace({}, 'a*', {})"),
)
"""Google's extension libraries."""

LIBRARIES: Final = (
    *("quantity({})", "{}.isGreaterThan({})", "{}.add({})", "{}.compareTo({})", "isQuantity({})"),
    *("ip({})", "{}.family()", "cidr({})", "{}.containsIP({})", "url({})", "{}.getHost()", "semver({})"),
    *("{}.major()", "{}.isSorted()", "{}.sum()", "{}.min()", "{}.indexOf({})", "{}.find({})", "{}.findAll({})"),
    *("format.named({})", "format.dns1123Label().validate({})", "{}.unwrapOpt()", "optional.unwrap({})"),
    *(
        "{}.matchesGlob({})",
        "headroom({}, {})",
        "jsonpatch.escapeKey({})",
        "'10.0.0.1'",
        "'1Gi'",
        "'1.2.3'",
        "'https://a.b/c?d=e'",
    ),
)
"""Kubernetes' libraries, and our own."""


@st.composite
def undirected(
    draw: st.DrawFn, depth: int = 3, scope: tuple[str, ...] = (), productions: tuple[str, ...] = PRODUCTIONS
) -> str:
    """An expression of any type, at most `depth` productions deep, that may read the names in `scope`."""
    is_leaf = not depth or not draw(st.integers(0, 3))
    written = draw(_leaf(scope) if is_leaf else _production(depth, scope, productions))
    return f"dyn({written})" if draw(st.integers(0, 7)) else written


def _leaf(scope: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from((*scope, *LEAVES))


@st.composite
def _production(draw: st.DrawFn, depth: int, scope: tuple[str, ...], productions: tuple[str, ...]) -> str:
    production = draw(st.sampled_from(productions))
    names = {slot: f"{slot}{depth}" for slot in ("it", "at") if f"{{{slot}}}" in production}
    written = []
    for text, slot, _, _ in Formatter().parse(production):
        written.append(text)
        if slot in names:
            written.append(names[slot])
        elif slot is not None:
            inner = (*names.values(), *scope) if slot == "in" else scope
            written.append(draw(undirected(depth - 1, inner, productions)))
    return "".join(written)
