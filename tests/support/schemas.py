"""Small schemas, and what the checker makes of them."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.cel.declarations import Declarations
from interlock.cel.environment import Environment
from interlock.cel.frontend import RejectedError
from interlock.cel.schemas.kinds import declare_kind
from interlock.cel.schemas.openapi import Declared, declare_schema
from interlock.cel.types import CelType
from interlock.schemas.kinds import kubernetes
from interlock.spans import typed_in

TEXT: Final = {"type": "string"}
NOTHING: Final = Declarations({})


def obj(**properties: Any) -> dict[str, Any]:
    """An object with these properties."""
    return {"type": "object", "properties": properties}


def array(items: Any) -> dict[str, Any]:
    """A list of `items`."""
    return {"type": "array", "items": items}


def table(values: Any) -> dict[str, Any]:
    """A map from texts to `values`."""
    return {"type": "object", "additionalProperties": values}


def declared(schema: Any, definitions: Mapping[str, Any] | None = None) -> Declared:
    """`schema` as it is declared by the name of Widget."""
    known = kubernetes().definitions if definitions is None else definitions
    return declare_schema(NOTHING, schema, name="Widget", definitions=known)


def built_in(kind: str, api_version: str | None = None) -> Declared:
    """A built-in kind, at its preferred version unless another is given."""
    return declare_kind(NOTHING, kubernetes().find(kind=kind, api_version=api_version)[0])


def environment(found: Declared) -> Environment:
    """An environment in which `object` has the type that was found."""
    return Environment(found.declarations, {"object": found.type}, {})


def type_of(found: Declared, text: str) -> CelType:
    """The type of `text`, in which `object` has the type that was found."""
    return environment(found).compile(typed_in(text)).type


def problems_of(found: Declared, text: str) -> list[str]:
    """What is wrong with `text`; empty where it has a type."""
    try:
        type_of(found, text)
    except RejectedError as error:
        return [problem.message for problem in error.problems]
    return []
