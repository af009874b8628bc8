"""Container image references, split as the container runtime resolves them.

Source: github.com/distribution/reference. What its grammar refuses is not
taken apart: a policy on registries must not read another registry than the
runtime does.
"""

from dataclasses import dataclass
from typing import Any, Final

import re2

from interlock.intents.draft import note
from interlock.intents.fields import mapping, mappings, text
from interlock.intents.paths import element, member, quoted
from interlock.intents.podtemplates import Pods
from interlock.intents.remembered import remembered
from interlock.intents.scopes import Scope
from interlock.model.intent import UNKNOWN, Image, Intent

_LONGEST_NAME: Final = 255

_DOMAIN_WORD = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN: Final = re2.compile(rf"(?:{_DOMAIN_WORD}(?:\.{_DOMAIN_WORD})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_REPOSITORY_WORD = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY: Final = re2.compile(rf"{_REPOSITORY_WORD}(?:/{_REPOSITORY_WORD})*")
_TAG: Final = re2.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST: Final = re2.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A valid image reference. `tag` and `digest` are empty where it has none."""

    registry: str
    repository: str
    tag: str
    digest: str


@remembered
def parse_reference(written: str) -> Reference | None:
    """The parts of an image reference, or None where it isn't valid.

    Docker Hub is `docker.io`, also where the reference leaves it out, and its
    official images are in `library/`. No tag is invented.
    """
    named, _, digest = written.partition("@")
    name, tag = _split_tag(named)
    registry, repository = _split_registry(name)
    valid = (
        len(name) <= _LONGEST_NAME
        and _DOMAIN.fullmatch(registry)
        and _REPOSITORY.fullmatch(repository)
        and (_TAG.fullmatch(tag) or named == name)
        and (_DIGEST.fullmatch(digest) or "@" not in written)
    )
    return Reference(registry=registry, repository=repository, tag=tag, digest=digest) if valid else None


def _split_tag(named: str) -> tuple[str, str]:
    """The name and the tag; a colon before the last slash belongs to a port."""
    head, slash, last = named.rpartition("/")
    name, _, tag = last.partition(":")
    return f"{head}{slash}{name}", tag


def _split_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    is_registry = slash and (first == "localhost" or first != first.lower() or any(c in first for c in ".:"))
    registry, repository = (first, rest) if is_registry else ("docker.io", name)
    if registry == "index.docker.io":
        registry = "docker.io"
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
    return registry, repository


def image_of(written: str, source: str) -> Image | None:
    """The image that `written` refers to, or None where it isn't a valid reference."""
    reference = parse_reference(written)
    if reference is None:
        return None
    image: Image = {
        "reference": written,
        "registry": reference.registry,
        "repository": reference.repository,
        "source": source,
    }
    if reference.tag:
        image["tag"] = reference.tag
    if reference.digest:
        image["digest"] = reference.digest
    return image


def add_images(intent: Intent, pods: Pods) -> None:
    """Add the image of each container and of each volume that is one. One that can't be read is unknown."""
    for container in pods.containers:
        _add_image(intent, container.body, "image", container.path)
    if pods.spec.get("volumes") is not None:
        here = member(pods.path, "volumes")
        for index, volume in enumerate(mappings(pods.spec, "volumes", pods.path)):
            path = element(here, index)
            _add_image(intent, mapping(volume, "image", path), "reference", member(path, "image"))


def add_named_images(intent: Intent, scope: Scope) -> None:
    """Add the images that fields of an object name, outside of its containers."""
    for each in scope.kind.images:
        for place in scope.places(each):
            if isinstance(place.value, str):
                _add_written(intent, place.value, place.path)


def _add_image(intent: Intent, holder: dict[str, Any], key: str, path: str) -> None:
    written = text(holder, key, path)
    if written:
        _add_written(intent, written, member(path, key))


def _add_written(intent: Intent, written: str, source: str) -> None:
    image: Image | None = image_of(written, source)
    if image is None:
        note(intent, source, f"{quoted(written)} is not a valid image reference")
        image = {"reference": written, "registry": UNKNOWN, "repository": UNKNOWN, "source": source}
    intent["images"].append(image)
