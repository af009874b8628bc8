"""What an expression needs that a release of Kubernetes does not have."""

from collections.abc import Iterator

from interlock.analysis.finding import Finding, Severity
from interlock.cel.ir import Bind, Call, ListOf, MapOf, Node, OptionalMap, Quantifier, Transform, TransformMap
from interlock.cel.libraries import STANDARD
from interlock.cel.libraries.comparison import CROSS_TYPE
from interlock.cel.libraries.kubernetes.versions import Version, since
from interlock.cel.program import Program
from interlock.cel.tree import children
from interlock.spelling import quoted

_STANDARD = frozenset(overload.function for overload in STANDARD.overloads)
_CROSS_TYPE = frozenset(overload.id for overload in CROSS_TYPE.overloads)
_OPTIONAL = Version(1, 28)
_TWO_VARIABLES = Version(1, 32)


def beyond(program: Program, release: Version) -> Iterator[Finding]:
    """What `program` uses that `release` does not have, each where it first stands."""
    seen: set[str] = set()
    for node in _walked(program.node):
        for name, needed in _needs(node):
            if name not in seen and (needed is None or needed > release):
                seen.add(name)
                has = "does not have it" if needed is None else f"has it since {needed}"
                message = f"{quoted(name)}: Kubernetes {has}"
                yield Finding(program.source.at(node.place.offset), Severity.ERROR, message)


def _needs(node: Node) -> Iterator[tuple[str, Version | None]]:  # one case a node
    """What `node` needs beside the standard library, and the release that brought it."""
    match node:
        case Call(_, "_?._" | "_[?_]"):
            yield "optional values", _OPTIONAL
        case Call(_, function, _, _, overloads):
            if any(
                "_int64_double" in id_ or "_double_int64" in id_ or "uint64_int64" in id_ for id_ in overloads
            ):
                yield "numbers of different types", _OPTIONAL
            if function not in _STANDARD and not function.startswith("@"):
                yield _written(function), since(_written(function))
        case ListOf(_, _, optional) | MapOf(_, _, optional) if optional:
            yield "optional values", _OPTIONAL
        case Quantifier(_, _, variables) | Transform(_, variables) | TransformMap(_, variables):
            if len(variables) > 1:
                yield "comprehensions of two variables", _TWO_VARIABLES
        case Bind():
            yield "cel.bind", None
        case OptionalMap():
            yield "optMap", since("optMap")
        case _:
            pass


def _written(function: str) -> str:
    return {"math.@max": "math.greatest", "math.@min": "math.least"}.get(function, function)


def _walked(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walked(child)
