"""What the tests of extractors share: a context, small objects and the requests of testdata."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from interlock.intents.admission import from_manifest
from interlock.intents.context import ExtractionContext
from interlock.intents.embedded import JsonLoader
from interlock.loading.catalogs import shipped
from interlock.model.intent import Accelerator, Intent, Model
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import Instant

CONTEXT = ExtractionContext(shipped(), DEFAULT_LABELS, Instant(0))
"""The Catalog that ships and the default labels."""

MANIFESTS = Path(__file__).parents[3] / "shared" / "corpora" / "manifests"
"""Manifests of other projects, one stream for each kind; they are not in the repository."""

REQUESTS = Path(__file__).parents[2] / "testdata" / "requests"


def parse_yaml(text: str) -> Any:  # raw documents
    """The one document of `text`."""
    return yaml.load(text, JsonLoader)  # noqa: S506  # a subclass of CSafeLoader


def manifests(stem: str) -> Iterator[tuple[str, Any]]:
    """The documents of a stream of `MANIFESTS`, each with its text, in which a comment tells what it names."""
    for text in (MANIFESTS / f"{stem}.yaml").read_text(encoding="utf-8").split("\n---"):
        document = parse_yaml(text.removeprefix("---"))
        if document is not None:
            yield text, document


def kinds() -> list[dict[str, Any]]:
    """Objects of many kinds, each as `manifest` with its `name` and its `facts`."""
    text = (Path(__file__).parents[1] / "unit" / "intents" / "kinds.yaml").read_text(encoding="utf-8")
    return [parse_yaml(each) for each in text.split("\n---\n")]


def recorded(name: str) -> Any:  # raw documents
    """The request `name` of testdata, such as `chat/with-tools.json`."""
    text = (REQUESTS / name).read_text(encoding="utf-8")
    return json.loads(text) if name.endswith(".json") else parse_yaml(text)


def all_recorded() -> list[str]:
    """The names of all requests of testdata."""
    return sorted(str(path.relative_to(REQUESTS)) for path in REQUESTS.rglob("*.*"))


def pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:  # raw documents
    """A Pod of `containers`, with more fields of its spec."""
    named = [{"name": f"c{index}", **container} for index, container in enumerate(containers)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "ns"},
        "spec": {"containers": named, **spec},
    }


def intent_of(manifest: dict[str, Any]) -> Intent:
    """The Intent of creating `manifest`."""
    return from_manifest(manifest, CONTEXT)


def asks(count: Any = "1", resource: str = "nvidia.com/gpu") -> dict[str, Any]:  # raw quantities
    """A container that asks for `count` of `resource`."""
    return {"resources": {"limits": {resource: count}}}


def accelerators(*containers: dict[str, Any], **spec: Any) -> list[Accelerator]:  # raw documents
    """The accelerators of a Pod."""
    return intent_of(pod(*containers, **spec))["accelerators"]


def models(*containers: dict[str, Any]) -> list[Model]:
    """The models of a Pod."""
    return intent_of(pod(*containers))["models"]
