"""The libraries that Interlock's own policies can call, beside the standard one."""

from typing import Final

from interlock.cel.libraries.extensions import encoders, macros, math, regex, strings
from interlock.cel.libraries.kubernetes import jsonpatch, versions
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.own.versions import V1

_OF_KUBERNETES: Final = tuple(
    library for library in versions.libraries(versions.NEWEST) if library.name != strings.DECLARED[-1].name
)

AVAILABLE: Final[tuple[Library, ...]] = (
    *_OF_KUBERNETES,
    strings.DECLARED[-1],
    strings.REVERSE,
    math.VERSIONS[-1],
    encoders.VERSIONS[-1],
    regex.VERSIONS[-1],
    macros.BINDINGS,
    jsonpatch.JSONPATCH,
    V1,
)
"""All that the newest Kubernetes release has, Google's other extensions, and our own."""
