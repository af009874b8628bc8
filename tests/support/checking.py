"""A checker of texts with variables of many types, for tests of what is checked part by part."""

from collections.abc import Mapping

from interlock.cel.declarations import declare, message_type
from interlock.cel.deep.check import Checked
from interlock.cel.frontend import Frontend
from interlock.cel.libraries.overloads import Library
from interlock.cel.types import BOOL, DYN, INT, STRING, CelType, list_of, map_of
from interlock.model.intent import Intent
from interlock.spans import SourceText

VARIABLES = {
    **dict.fromkeys("xy", DYN),
    **dict.fromkeys("ij", INT),
    **dict.fromkeys("st", STRING),
    "b": BOOL,
    "l": list_of(STRING),
    "d": list_of(DYN),
    "m": map_of(STRING, list_of(INT)),
    "intent": message_type(Intent),
}
LIBRARIES = tuple(
    Library(name=name, overloads=(), extension=(name, version))
    for name, version in (
        ("optional", 2),
        ("bindings", 0),
        ("two-var-comprehensions", 0),
        ("lists", 2),
        ("math", 2),
    )
)
DECLARATIONS = declare([Intent])


def check(source: SourceText, extra: Mapping[str, CelType], *, container: str = "") -> Checked:
    """The node of `source`, in which the variables in `extra` are declared too, or its problems."""
    frontend = Frontend(DECLARATIONS, VARIABLES, LIBRARIES, container=container)
    return frontend.check_part(DECLARATIONS, source, extra)
