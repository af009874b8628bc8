"""Names that expressions mention, and versions: what their authors may write."""

from typing import Annotated, Any, Final

import re2
from pydantic import AfterValidator, Field

from interlock.loading.kinds.common import broken_rule
from interlock.loading.types import UnknownTypeError, parse_type

_IDENTIFIER: Final = r"[_a-zA-Z][_a-zA-Z0-9]*"
_LIBRARY: Final = r"[a-z][a-z0-9]{0,62}"
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,8})"
_PRERELEASE: Final = r"(?:0|[1-9][0-9]*|[0-9]*[-a-zA-Z][-0-9a-zA-Z]*)"
# https://semver.org, less the build's number, which makes no other version.
_VERSION: Final = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PRERELEASE}(?:\.{_PRERELEASE})*)?"

_is_identifier = re2.compile(_IDENTIFIER).fullmatch
_is_library = re2.compile(_LIBRARY).fullmatch
_is_version = re2.compile(_VERSION).fullmatch

# https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
_RESERVED: Final = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let"}
    | {"loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}
)
_MACROS: Final = frozenset(
    {"all", "bind", "exists", "existsOne", "exists_one", "filter", "has", "map", "optFlatMap", "optMap"}
    | {"sortBy", "transformList", "transformMap", "transformMapEntry"}
)


def _identifier(text: str) -> str:
    if not _is_identifier(text):
        raise broken_rule("must be letters, digits and `_`, not starting with a digit, such as `is_allowed`")
    if text in _RESERVED:
        raise broken_rule("is a reserved word of CEL: choose another name")
    return text


def _function(text: str) -> str:
    if text in _MACROS:
        raise broken_rule("is a macro of CEL: choose another name")
    return text


def _library(text: str) -> str:
    if not _is_library(text):
        raise broken_rule("must be 1 to 63 lower-case letters and digits, the first a letter, such as `tools`")
    if text in _RESERVED:
        raise broken_rule("is a reserved word of CEL: choose another name")
    return text


def _version(text: str) -> str:
    if not _is_version(text):
        raise broken_rule("must be a version of three numbers, such as `1.2.0`")
    return text


def _type(text: str) -> str:
    try:
        parse_type(text)
    except UnknownTypeError as error:
        raise broken_rule(str(error)) from None
    return text


def _but(*words: str) -> dict[str, Any]:
    """The JSON Schema of all texts but `words`."""
    return {"not": {"enum": sorted(words)}}


Identifier = Annotated[
    str,
    AfterValidator(_identifier),
    Field(max_length=63, json_schema_extra={"pattern": f"^{_IDENTIFIER}$", **_but(*_RESERVED)}),
]
FunctionName = Annotated[
    Identifier, AfterValidator(_function), Field(json_schema_extra=_but(*_RESERVED, *_MACROS))
]
LibraryNameText = Annotated[
    str,
    AfterValidator(_library),
    Field(json_schema_extra={"pattern": f"^{_LIBRARY}$", "maxLength": 63, **_but(*_RESERVED)}),
]
VersionText = Annotated[
    str, AfterValidator(_version), Field(max_length=63, json_schema_extra={"pattern": f"^{_VERSION}$"})
]
TypeText = Annotated[str, AfterValidator(_type), Field(max_length=200)]
