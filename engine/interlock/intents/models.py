"""The models that a pod serves, trains or calls, as far as its containers say.

A container names models in its arguments, in its environment or by its image.
A value that is filled in later, or stands in another object, gives a model
called `unknown`, and so does a server of models that names none. A container
that asks for accelerators need not serve a model.
"""

from collections.abc import Iterator
from typing import Final

from interlock.intents.arguments import (
    COMMON,
    LLAMA,
    Arguments,
    arguments_of,
    hook_of,
    named_by_arguments,
    server_in,
)
from interlock.intents.classes import model_entry, model_of
from interlock.intents.containers import Container, Role
from interlock.intents.draft import note
from interlock.intents.environment import named_by_environment, variables_of
from interlock.intents.fields import text
from interlock.intents.images import Reference, parse_reference
from interlock.intents.modelnames import BESIDE_IMAGES, LLAMA_MARKS, NIM_REPOSITORY, SERVER_IMAGES
from interlock.intents.naming import Naming, read_name
from interlock.intents.paths import element, member
from interlock.intents.podtemplates import Pods
from interlock.model.catalog import Catalog, ModelEntry
from interlock.model.intent import UNKNOWN, Intent, Model

_VLLM: Final = "vllm"


def add_models(intent: Intent, pods: Pods, catalog: Catalog) -> None:
    """Add the models of all containers of `pods`, each once."""
    known: set[tuple[str, str]] = set()
    for container in pods.containers:
        for model in _models_of(intent, container, catalog):
            key = (model["name"], model["class"])
            if model["name"] == UNKNOWN or key not in known:
                intent["models"].append(model)
                known.add(key)


def _models_of(intent: Intent, container: Container, catalog: Catalog) -> Iterator[Model]:
    lines = [line for line in (arguments_of(container), hook_of(container)) if line is not None]
    for arguments in lines:
        for index, fault in arguments.line.unread:
            note(intent, arguments.source(index), fault)
    namings = _namings(container, lines)
    known = [(naming, model_entry(naming.name, catalog)) for naming in namings]
    loaded = {entry for naming, entry in known if not naming.alias}
    # An alias that nobody knows is of the class of the one model that is loaded.
    sole = loaded.pop() if len(loaded) == 1 else None
    for naming, entry in known:
        if naming.fault:
            note(intent, naming.source, naming.fault)
        yield _named(naming, sole if entry is None and naming.alias else entry)


def _named(naming: Naming, entry: ModelEntry | None) -> Model:
    if not naming.name:
        return model_of(UNKNOWN, naming.source, UNKNOWN, None)
    return model_of(naming.name, naming.source, "inferred" if naming.inferred else "declared", entry)


def _namings(container: Container, lines: list[Arguments]) -> list[Naming]:
    """All that names a model in `container`, what is loaded before what it is called."""
    variables = variables_of(container)
    reference = parse_reference(text(container.body, "image", container.path) or "")
    words = _words_of(reference)
    flags = LLAMA if _is_llama(words, lines) else COMMON
    found = [naming for line in lines for naming in named_by_arguments(line, variables, flags)]
    found += named_by_environment(container, variables)
    if reference is not None:
        found += _named_by_image(container, reference)
        if _loads_none(found) and _is_server(words, container):
            found += _first_argument(container, reference, variables)
    if _loads_none(found):
        found += _unnamed(container, words, lines)
    return sorted(found, key=lambda naming: naming.alias)


def _loads_none(namings: list[Naming]) -> bool:
    """Whether nothing says what is loaded: an alias can call anything by any name."""
    return all(naming.alias for naming in namings)


def _unnamed(container: Container, words: str, lines: list[Arguments]) -> Iterator[Naming]:
    """The model that a server must have, though `container` names none."""
    if container.role not in {Role.MAIN, Role.SIDECAR}:
        return
    if _is_server(words, container):
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


def _words_of(reference: Reference | None) -> str:
    """What an image is called, with `-` around and between its words."""
    if reference is None:
        return ""
    last = reference.repository.rpartition("/")[2]
    return f"-{last.replace('_', '-').replace('.', '-')}-"


def _is_llama(words: str, lines: list[Arguments]) -> bool:
    spoken = (word.text.rpartition("/")[2] for line in lines for word in line.line.words)
    return any(mark in words for mark in LLAMA_MARKS) or any(word in LLAMA_MARKS for word in spoken)


def _is_server(words: str, container: Container) -> bool:
    return (
        container.role in {Role.MAIN, Role.SIDECAR}
        and any(part in words for part in SERVER_IMAGES)
        and not any(part in words for part in BESIDE_IMAGES)
    )


def _first_argument(container: Container, reference: Reference, variables: dict[str, str]) -> list[Naming]:
    """The model that vLLM's own image takes as its first argument, where the image's command is kept."""
    if container.body.get("command") or _VLLM not in reference.repository.rpartition("/")[2]:
        return []
    first = next(iter(container.body.get("args") or []), "")
    if "/" not in first or first.startswith(("-", "/", ".")):
        return []
    source = element(member(container.path, "args"), 0)
    return [read_name(first, source, variables, inferred=True)]
