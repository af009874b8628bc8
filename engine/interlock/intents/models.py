"""The models that a pod serves, trains or calls, as far as its containers say.

A container names models in its arguments, in its environment or by its image.
A value that is filled in later, or stands in another object, gives a model
called `unknown`, and so does a server of models that names none. A container
that asks for accelerators need not serve a model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from interlock.errors import RequestError
from interlock.intents.arguments import (
    COMMON,
    LLAMA,
    Arguments,
    arguments_of,
    named_by_arguments,
    others_of,
    runs_llama,
    server_in,
    unassigned,
)
from interlock.intents.classes import model_entry, model_of
from interlock.intents.containers import Container, Role
from interlock.intents.draft import note
from interlock.intents.environment import named_by_environment, variables_of
from interlock.intents.fields import text
from interlock.intents.images import Reference, parse_reference
from interlock.intents.modelnames import BESIDE_IMAGES, LLAMA_MARKS, NIM_REPOSITORY, SERVER_IMAGES
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import element, json_path, member
from interlock.intents.podtemplates import Pods
from interlock.intents.remembered import remembered
from interlock.model.catalog import Catalog, ModelEntry
from interlock.model.intent import UNKNOWN, Intent, Model

MOST_SCRIPTS: Final = 262_144
"""In characters, of the scripts of all containers of a pod."""

_VLLM: Final = "vllm"


def add_models(intent: Intent, pods: Pods, catalog: Catalog, *, is_named: bool) -> None:
    """Add the models of all containers of `pods`, each once.

    A server of models need not name one itself where another field of the object does: then it `is_named`.

    Raises:
        RequestError: the containers' scripts are so long that reading them takes long.
    """
    known: set[tuple[str, str]] = set()
    scripts = 0
    for container in pods.containers:
        lines = [arguments_of(container), *others_of(container)]
        scripts += sum(arguments.line.length for arguments in lines)
        if scripts > MOST_SCRIPTS:
            raise RequestError(
                f"`{pods.path}`: the scripts in it are longer than {MOST_SCRIPTS} characters: mount files",
                path=json_path(pods.path),
            )
        for model in _models_of(intent, container, lines, catalog, is_named=is_named):
            key = (model["name"], model["class"])
            if model["name"] == UNKNOWN or key not in known:
                intent["models"].append(model)
                known.add(key)
    if pods.serves and not known and not is_named:
        note(intent, pods.path, "the pods serve a model, but nothing names it")
        intent["models"].append(model_called(Naming(name="", source=pods.path), None))


def _models_of(
    intent: Intent, container: Container, lines: list[Arguments], catalog: Catalog, *, is_named: bool
) -> Iterator[Model]:
    for arguments in lines:
        for index, fault in arguments.line.unread:
            note(intent, arguments.source(index), fault)
    namings = _namings(container, lines, is_named=is_named)
    known = [(naming, model_entry(naming.name, catalog)) for naming in namings]
    loaded = {entry for naming, entry in known if not naming.alias and not naming.adapter}
    # An alias that nobody knows is of the class of the one model that is loaded.
    sole = loaded.pop() if len(loaded) == 1 else None
    for naming, entry in known:
        if naming.fault:
            note(intent, naming.source, naming.fault)
        yield model_called(naming, sole if entry is None and naming.alias else entry)


def model_called(naming: Naming, entry: ModelEntry | None) -> Model:
    """The model that `naming` names, which is unknown where it can't say which."""
    if not naming.name:
        return model_of(UNKNOWN, naming.source, UNKNOWN, None)
    return model_of(naming.name, naming.source, "inferred" if naming.inferred else "declared", entry)


def _namings(container: Container, lines: list[Arguments], *, is_named: bool) -> list[Naming]:
    """All that names a model in `container`, what is loaded before what it is called."""
    variables = unassigned(variables_of(container), lines)
    reference = parse_reference(text(container.body, "image", container.path) or "")
    software = _software_of(reference.repository if reference else "")
    flags = LLAMA if software.is_llama or any(map(runs_llama, lines)) else COMMON
    found = [naming for line in lines for naming in named_by_arguments(line, variables, flags)]
    found += named_by_environment(container, variables)
    if reference is not None:
        found += _named_by_image(container, reference)
    if _loads_none(found) and container.role in {Role.MAIN, Role.SIDECAR}:
        if reference is not None and software.serves:
            found += _first_argument(container, reference, variables)
        if _loads_none(found) and not is_named:
            found += _unnamed(container, software, lines)
    return sorted(found, key=lambda naming: naming.alias)


def _loads_none(namings: list[Naming]) -> bool:
    """Whether nothing says what answers: an alias is any name for anything, a draft or adapter only helps."""
    return all(naming.alias or naming.draft or naming.adapter for naming in namings)


@dataclass(frozen=True, slots=True)
class _Software:
    """What an image is called after: a server of models, llama.cpp."""

    serves: bool
    is_llama: bool


@remembered
def _software_of(repository: str) -> _Software:
    word = f"-{repository.rpartition('/')[2].replace('_', '-').replace('.', '-')}-"
    return _Software(
        serves=any(part in word for part in SERVER_IMAGES) and not any(part in word for part in BESIDE_IMAGES),
        is_llama=any(part in word for part in LLAMA_MARKS),
    )


def _unnamed(container: Container, software: _Software, lines: list[Arguments]) -> Iterator[Naming]:
    """The model that a server must have, though `container` names none."""
    if software.serves:
        fault = "the image serves models, but the container names none"
        yield Naming(name="", source=member(container.path, "image"), fault=fault)
        return
    command = next(filter(None, map(server_in, lines)), "")
    if command:
        yield Naming(name="", source=command, fault="the command serves models, but names none")


def _named_by_image(container: Container, reference: Reference) -> list[Naming]:
    """The model that an NVIDIA NIM image is called after."""
    if reference.registry != "nvcr.io" or not reference.repository.startswith(NIM_REPOSITORY):
        return []
    name = reference.repository.removeprefix(NIM_REPOSITORY)
    return [Naming(name=name, source=member(container.path, "image"), inferred=True)]


def _first_argument(container: Container, reference: Reference, variables: dict[str, str]) -> list[Naming]:
    """The model that vLLM's own image takes as its first argument, where the image's command is kept."""
    if container.body.get("command") or _VLLM not in reference.repository.rpartition("/")[2]:
        return []
    first = next(iter(container.body.get("args") or []), "")
    if "/" not in first or first.startswith(("-", "/", ".")):
        return []
    source = element(member(container.path, "args"), 0)
    return [read_name(first, source, variables, inferred=True)]
