"""CEL expressions drawn type by type, so that the checker accepts almost all of them.

A grammar has leaves, which end a branch, and productions, whose slots name the
type to draw next: `{int}`. A loop's body is drawn with one name more: in
`{strings}.all({it}, {bool:string})` the body may read `{it}` as a string, and
in `{strings}.all({at}, {it}, {bool:int,string})` also `{at}` as an int.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType
from typing import Final

from hypothesis import strategies as st

Texts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What expressions of each type can be."""

    leaves: Texts
    productions: Texts

    def joined(self, *others: "Grammar") -> "Grammar":
        """A grammar of everything in these."""
        every = (self, *others)
        return Grammar(_united([each.leaves for each in every]), _united([each.productions for each in every]))

    def without(self, *parts: str) -> "Grammar":
        """The grammar but for the leaves and productions that hold one of these."""
        return Grammar(_lacking(self.leaves, parts), _lacking(self.productions, parts))


def _united(tables: list[Texts]) -> Texts:
    kinds = dict.fromkeys(kind for table in tables for kind in table)
    return {kind: tuple(text for table in tables for text in table.get(kind, ())) for kind in kinds}


def _lacking(texts: Texts, parts: tuple[str, ...]) -> Texts:
    return {
        kind: tuple(text for text in each if not any(part in text for part in parts))
        for kind, each in texts.items()
    }


@st.composite
def expressions(
    draw: st.DrawFn,
    grammar: Grammar,
    kind: str,
    depth: int = 4,
    scope: Texts = MappingProxyType({}),
) -> str:
    """An expression of `kind`, at most `depth` productions deep, that may read the names in `scope`."""
    leaves = (*scope.get(kind, ()), *grammar.leaves[kind])
    productions = grammar.productions.get(kind, ()) if depth else ()
    # Leaves come first, since what comes first is what a failure is shrunk to.
    chosen = draw(st.integers(0, len(leaves) + 2 * len(productions) - 1))
    if chosen < len(leaves):
        return leaves[chosen]
    names = {"at": f"k{depth}", "it": f"e{depth}"}
    written = []
    for text, slot, elements, _ in Formatter().parse(productions[(chosen - len(leaves)) // 2]):
        written.append(text)
        if slot in names:
            written.append(names[slot])
        elif slot:
            inner = _within(scope, list(names.values()), elements.split(",") if elements else [])
            written.append(draw(expressions(grammar, slot, depth - 1, inner)))
    return "".join(written)


def _within(scope: Texts, names: list[str], elements: list[str]) -> Texts:
    """`scope` and the last of `names`, each of the type of its element."""
    inner = dict(scope)
    for name, element in zip(names[len(names) - len(elements) :], elements, strict=True):
        inner[element] = (*inner.get(element, ()), name)
    return inner


LOGIC: Final = Grammar(
    {"bool": ("true", "false")},
    {
        "bool": (
            "({bool} && {bool})",
            "({bool} || {bool})",
            "!({bool})",
            "({bool} ? {bool} : {bool})",
            "({bool} == {bool})",
            "({int} == {int})",
            "({int} < {int})",
            "({int} >= {int})",
            "({string} == {string})",
            "({string} != {string})",
            "({string} <= {string})",
            "({string} in {strings})",
            "{string}.startsWith({string})",
            "{string}.endsWith({string})",
            "{strings}.all({it}, {bool:string})",
            "{strings}.exists({it}, {bool:string})",
            "{strings}.exists_one({it}, {bool:string})",
        ),
        "int": (
            "({int} + {int})",
            "({int} - {int})",
            "({int} * {int})",
            "({int} / {int})",
            "({int} % {int})",
            "-({int})",
            "({bool} ? {int} : {int})",
            "size({string})",
            "size({strings})",
        ),
        "string": ("({string} + {string})", "({bool} ? {string} : {string})", "{strings}[0]", "{strings}[1]"),
        "strings": (
            "[{string}, {string}]",
            "({strings} + {strings})",
            "{strings}.filter({it}, {bool:string})",
            "{strings}.map({it}, {string:string})",
        ),
    },
)
"""The typed core of the language, on which every implementation agrees."""

NUMBERS: Final = Grammar(
    {
        "uint": ("0u", "1u", "2u", "18446744073709551615u"),
        "double": ("0.0", "-0.0", "0.5", "1.0", "2.0", "1e300"),
        "time": ('timestamp("2024-02-29T23:59:59.5Z")', 'timestamp("1969-12-31T23:59:59Z")'),
        "duration": ('duration("1h30m")', 'duration("-0.5s")', 'duration("1ns")'),
    },
    {
        "bool": (
            "{string}.contains({string})",
            "({uint} == {uint})",
            "({uint} < {uint})",
            "({double} == {double})",
            "({double} <= {double})",
            "({time} == {time})",
            "({time} < {time})",
            "({duration} == {duration})",
            "({duration} > {duration})",
            '({string}.matches("^a.?$"))',
        ),
        "int": (
            "int({uint})",
            "int({double})",
            "int({string})",
            "int({time})",
            "{time}.getHours()",
            '{time}.getDayOfYear("+01:00")',
            "{duration}.getSeconds()",
            "{duration}.getMilliseconds()",
        ),
        "uint": (
            "({uint} + {uint})",
            "({uint} - {uint})",
            "({uint} * {uint})",
            "({uint} / {uint})",
            "uint({int})",
        ),
        "double": (
            "({double} + {double})",
            "({double} * {double})",
            "({double} / {double})",
            "-({double})",
            "double({int})",
        ),
        "string": (
            "{strings}[{int}]",
            "string({int})",
            "string({uint})",
            "string({bool})",
        ),
        "time": ("({time} + {duration})", "({time} - {duration})", "timestamp({string})"),
        "duration": ("({duration} + {duration})", "({time} - {time})", "duration({string})"),
    },
)
"""All other types of the standard library.

Times are not written as text here: Go, and so Kubernetes and we, write as many
digits of a second as it takes, C++ three, six or nine.
"""

DYNAMIC: Final = Grammar(
    {"dyn": ("dyn(null)", "dyn(1)", "dyn(1.0)", "dyn('a')", "dyn([1])", "dyn(true)"), "dyns": ("[]",)},
    {
        "bool": (
            "({dyn} && {bool})",
            "({bool} || {dyn})",
            "!({dyn})",
            "({dyn} ? {bool} : {bool})",
            "({dyn} == {dyn})",
            "({dyn} != {dyn})",
            "({dyn} == {string})",
            "({int} != {dyn})",
            "({dyn} == null)",
            "({dyn} < {int})",
            "({dyn} > {dyn})",
            "({dyn} in {dyns})",
            "({string} in {dyn})",
            "has({dyn}.a)",
            "has({dyn}.b)",
            "{dyn}.startsWith({string})",
            "{dyn}.all({it}, {bool:dyn})",
            "{dyn}.exists({it}, {bool:dyn})",
            "{dyn}.exists_one({it}, {bool:dyn})",
            "{dyns}.exists({it}, {bool:dyn})",
            "(type({dyn}) == int)",
            "(type({dyn}) == type({dyn}))",
        ),
        "int": ("size({dyn})", "size({dyns})"),
        "string": ("({dyn} ? {string} : {string})",),
        "dyn": (
            "{dyn}.a",
            "{dyn}.b",
            '{dyn}["c"]',
            "{dyn}[0]",
            "{dyn}[{int}]",
            "dyn({string})",
            "dyn({double})",
            "({dyn} + {dyn})",
            "-({dyn})",
            "dyn({{'a': {dyn}, 'b': {dyn}}})",
        ),
        "dyns": (
            "[{dyn}, {dyn}]",
            "{dyns}.filter({it}, {bool:dyn})",
            "{dyns}.map({it}, {bool:dyn}, {dyn:dyn})",
        ),
    },
)
"""Values of which the checker knows nothing, as in an object or a tool's arguments."""

VARIABLES: Final = Grammar(
    {
        "bool": ("b",),
        "int": ("i", "j", "0", "1", "-1", "2", "9223372036854775807", "-9223372036854775808"),
        "string": ("s", "t", "''", "'a'", "'ab'", "'é'", "'12'"),
        "strings": ("l", "['a', 'b']", "[]"),
    },
    {},
)
DYNAMIC_VARIABLES: Final = Grammar({"dyn": ("x", "y", "x.a", "y[0]"), "dyns": ("d",)}, {})

FAILING: Final = Grammar(
    {"bool": ("(1 / 0 == 1)", "(1 % 0 == 0)"), "int": ("(1 / 0)",), "string": ("['a'][1]",)}, {}
)
"""Errors, to be put anywhere."""

PLAIN: Final = LOGIC.joined(VARIABLES)
FULL: Final = LOGIC.joined(NUMBERS, DYNAMIC, VARIABLES, DYNAMIC_VARIABLES)

INTENT: Final = LOGIC.joined(
    NUMBERS,
    DYNAMIC,
    Grammar(
        {
            "bool": (
                "has(intent.agent)",
                "has(intent.agent.model)",
                "has(intent.attribution.team)",
                "has(intent.models)",
                "has(intent.workload.labels)",
                "has(intent.workload.labels.team)",
                "has(intent.object.spec)",
            ),
            "int": ("1", "0", "intent.usage.cost", "intent.workload.pods", "intent.agent.contextWindow"),
            "string": (
                "intent.action",
                "intent.kind",
                "intent.principal.id",
                "intent.agent.name",
                "intent.attribution.team",
                "intent.workload.labels.team",
                "intent.workload.labels['a']",
                "'team'",
            ),
            "strings": ("intent.principal.groups", "intent.data.classifications"),
            "dyn": (
                "dyn(intent.object)",
                "intent.object.spec",
                "intent.principal.claims.a",
                "dyn(intent.data)",
            ),
            "dyns": ("[intent.object]",),
            "time": ("now",),
            "model": ("intent.models[0]",),
            "accelerator": ("intent.accelerators[0]",),
            "tool": ("intent.tools[0]",),
        },
        {
            "bool": (
                "intent.models.all({it}, {bool:model})",
                "intent.models.exists({it}, {bool:model})",
                "intent.accelerators.all({it}, {bool:accelerator})",
                "intent.tools.exists_one({it}, {bool:tool})",
                "({model} == {model})",
                "has({model}.inputPrice)",
                "has({accelerator}.alternatives)",
                "{accelerator}.shared",
                "{tool}.pinned",
                "has({tool}.arguments.a)",
            ),
            "int": ("{model}.inputPrice", "{accelerator}.total", "size(intent.models)"),
            "string": (
                "string({time})",
                "string({duration})",
                "{model}.class",
                "{model}.name",
                "{accelerator}.class",
                "{tool}.name",
            ),
            "strings": ("intent.models.map({it}, {string:model})", "{accelerator}.alternatives"),
            "dyn": ("dyn({tool}.arguments)", "{tool}.arguments.a", "dyn(intent.workload.labels)"),
        },
    ),
)
"""Expressions over `intent` and `now`, as policies have them."""
