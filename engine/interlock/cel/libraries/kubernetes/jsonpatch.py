"""Keys in the paths of JSON patches."""

from typing import Final

from interlock.cel.libraries.limits import bounded
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function
from interlock.cel.types import STRING


def escape_key(key: str) -> str:
    """`key` as one step of an RFC 6901 path."""
    bounded(len(key) + key.count("~") + key.count("/"))
    return key.replace("~", "~0").replace("/", "~1")


JSONPATCH: Final = Library(
    name="kubernetes.jsonpatch",
    overloads=(
        function("string_jsonpatch_escapeKey_string", "jsonpatch.escapeKey", (STRING,), STRING, escape_key),
    ),
)
