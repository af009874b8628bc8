"""What the environment of a container says of models."""

from collections.abc import Iterator
from typing import Any

from interlock.intents.containers import Container
from interlock.intents.fields import mappings, text
from interlock.intents.modelnames import ALIAS_VARIABLES, DIRECTORY_VARIABLES, WEIGHTS_VARIABLES
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import element, member


def variables_of(container: Container) -> dict[str, str]:
    """The variables of `container` whose values stand in it. Of two with one name the later counts."""
    found: dict[str, str] = {}
    for variable, path in _listed(container):
        name, value = text(variable, "name", path), text(variable, "value", path)
        if name and value is not None and variable.get("valueFrom") is None:
            found[name] = value
        elif name:
            found.pop(name, None)
    return found


def named_by_environment(container: Container, variables: dict[str, str]) -> Iterator[Naming]:
    """The models that variables of `container` name."""
    for variable, path in _listed(container):
        name = variable.get("name")
        if name in WEIGHTS_VARIABLES or name in ALIAS_VARIABLES:
            naming = _named(variable, path, variables)
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


def _listed(container: Container) -> Iterator[tuple[dict[str, Any], str]]:
    """The variables of `container` with their paths."""
    if container.body.get("env") is not None:
        here = member(container.path, "env")
        for index, variable in enumerate(mappings(container.body, "env", container.path)):
            yield variable, element(here, index)
