"""What the environment of a container says of models."""

from collections.abc import Iterator
from typing import Any, Final

from interlock.intents.containers import Container
from interlock.intents.fields import text
from interlock.intents.modelnames import ALIAS_VARIABLES, DIRECTORY_VARIABLES, WEIGHTS_VARIABLES
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import member

_TEXTS: Final = frozenset({str, type(None)})
_NAMING: Final = WEIGHTS_VARIABLES | ALIAS_VARIABLES


def variables_of(container: Container) -> dict[str, str]:
    """The variables of `container` whose values stand in it. Of two with one name the later counts."""
    found: dict[str, str] = {}
    for index, variable in enumerate(container.env):
        name, value = variable.get("name"), variable.get("value")
        if type(name) not in _TEXTS or type(value) not in _TEXTS:
            _refuse(container, index)
        if name and value is not None and variable.get("valueFrom") is None:
            found[name] = value
        elif name:
            found.pop(name, None)
    return found


def _refuse(container: Container, index: int) -> None:
    """Say which part of a variable is no text. Its path is written only here: there may be thousands."""
    for key in ("name", "value"):
        text(container.env[index], key, container.env_path(index))


def named_by_environment(container: Container, variables: dict[str, str]) -> Iterator[Naming]:
    """The models that variables of `container` name, which `variables_of` has read."""
    for index, variable in enumerate(container.env):
        if variable.get("name") in _NAMING:
            naming = _named(variable, container.env_path(index), variables)
            if naming is not None:
                yield naming


def _named(variable: dict[str, Any], path: str, variables: dict[str, str]) -> Naming | None:
    name, value = variable["name"], text(variable, "value", path)
    alias = name in ALIAS_VARIABLES
    if variable.get("valueFrom") is not None:
        fault = "the name of the model is in another object"
        return Naming(name="", source=member(path, "valueFrom"), fault=fault, alias=alias)
    if not value or (name in DIRECTORY_VARIABLES and value.startswith("/")):
        return None
    return read_name(value, member(path, "value"), variables, alias=alias)
