"""What an expression needs that a release of Kubernetes does not have."""

from collections.abc import Iterator
from typing import Final

from interlock.analysis.finding import Finding, Severity
from interlock.cel.ir import Bind, Call, ListOf, MapOf, Node, OptionalMap, Quantifier, Transform, TransformMap
from interlock.cel.libraries.comparison import CROSS_TYPE
from interlock.cel.libraries.kubernetes.versions import Version, brought, since
from interlock.cel.program import Program
from interlock.cel.tree import children
from interlock.spelling import quoted

_CROSS_TYPE: Final = frozenset(overload.id for overload in CROSS_TYPE.overloads)
_WRITTEN: Final = {
    "math.@max": "math.greatest",
    "math.@min": "math.least",
    "@sortByAssociatedKeys": "sortBy",
    "_?._": "optional values",
    "_[?_]": "optional values",
}
"""What is written where the checker reads these functions."""

_OPTIONAL: Final = Version(1, 28)
_TWO_VARIABLES: Final = Version(1, 32)


def beyond(program: Program, release: Version) -> Iterator[Finding]:
    """What `program` uses that `release` does not have, each where it first stands."""
    seen: set[str] = set()
    for node in _walked(program.checked):
        for name, needed in _needs(node):
            if name not in seen and (needed is None or needed > release):
                seen.add(name)
                has = "does not have it" if needed is None else f"has it since {needed}"
                message = f"{quoted(name)}: Kubernetes {has}"
                yield Finding(program.source.at(node.place.offset), Severity.ERROR, message)


def _needs(node: Node) -> Iterator[tuple[str, Version | None]]:
    """What `node` needs, and the release that brought it."""
    match node:
        case Call(_, function, _, _, overloads):
            # Below `dyn` the checker can't tell which of them is called: one of them is enough for it.
            known = [release for release in map(brought, overloads) if release is not None]
            is_mixed = not _CROSS_TYPE.isdisjoint(overloads)
            yield (
                "numbers of different types" if is_mixed else _WRITTEN.get(function, function),
                min(known, default=None),
            )
        case ListOf(_, _, optional) | MapOf(_, _, optional) if optional:
            yield "optional values", _OPTIONAL
        case Quantifier(_, _, variables) | Transform(_, variables) | TransformMap(_, variables):
            if len(variables) > 1:
                yield "comprehensions of two variables", _TWO_VARIABLES
        case Bind(_, _, _, body) if not (isinstance(body, Call) and body.function in _WRITTEN):
            yield "cel.bind", None
        case OptionalMap(is_flat=is_flat):
            name = "optFlatMap" if is_flat else "optMap"
            yield name, since(name)
        case _:
            pass


def _walked(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _walked(child)
