"""Functions that Kubernetes does not have, or that give something else there by the same name."""

from typing import Final

from interlock.cel.ir import Call, ListOf, Node
from interlock.cel.libraries.kubernetes.versions import brought
from interlock.cel.text.unparse import VARIADIC
from interlock.cel.tree import children
from interlock.cel.types import BOOL, INT, STRING
from interlock.exporting.unfit import UnfitError
from interlock.spelling import quoted

_DIFFERING: Final = {
    "string_index_of_string_int": "is -1 past the end there, and an error here",
    "string_last_index_of_string_int": "is -1 past the end there, and an error here",
    "duration_to_milliseconds": "of a duration is all of it there, and the rest of its seconds here",
}
_FORMAT: Final = "string_format"
_PLAIN: Final = frozenset({STRING, INT, BOOL})
"""Types whose values both versions of `format` write alike."""


def refuse_other_calls(node: Node) -> None:
    """Raise UnfitError where a call in `node` is of what Kubernetes has not, or has otherwise.

    Source: cel-go, whose strings extension the API server has in its second version, and the
    corners in which it leaves the specification (docs/reference/cel.md).
    """
    if isinstance(node, Call):
        _refuse(node)
    for child in children(node):
        refuse_other_calls(child)


def _refuse(node: Call) -> None:
    name = quoted(VARIADIC.get(node.function, node.function))
    if node.overloads and all(brought(overload) is None for overload in node.overloads):
        raise UnfitError(f"calls {name}, which Kubernetes does not have")
    for overload in node.overloads:
        if overload in _DIFFERING:
            raise UnfitError(f"{name} {_DIFFERING[overload]}")
    if _FORMAT in node.overloads and not _is_plain(*node.arguments):
        raise UnfitError("`format` writes anything but texts, whole numbers and booleans in another way there")


def _is_plain(_: Node, values: Node) -> bool:
    return isinstance(values, ListOf) and all(each.place.type in _PLAIN for each in values.elements)
