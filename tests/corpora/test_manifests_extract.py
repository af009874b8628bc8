"""Manifests of other projects: each gives an Intent, and one that names an accelerator says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.intents.extract import extract
from interlock.model.intent import Intent
from support.intents import CONTEXT, parse_yaml

_MANIFESTS = Path(__file__).parents[3] / "shared" / "corpora" / "manifests"
_WITH_POD_TEMPLATE = {"pod.core", "deployment.apps", "job.batch", "replicaset.apps"}
_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)

pytestmark = pytest.mark.skipif(not _MANIFESTS.is_dir(), reason="the corpora are not beside the repository")


def _documents(path: Path) -> Iterator[tuple[str, Any]]:
    """The documents of a stream, each with its text, in which a comment tells what it names."""
    for text in path.read_text(encoding="utf-8").split("\n---"):
        document = parse_yaml(text.removeprefix("---"))
        if document is not None:
            yield text, document


@pytest.mark.parametrize("path", sorted(_MANIFESTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_document_gives_a_valid_intent(path: Path) -> None:
    count = 0
    for _, document in _documents(path):
        intent = extract(document, CONTEXT)
        _INTENTS.validate_python(intent, strict=True)
        assert intent["kind"] == document["kind"]
        count += 1
    assert count > 0


@pytest.mark.parametrize("kind", sorted(_WITH_POD_TEMPLATE))
def test_a_document_that_names_an_accelerator_gives_an_intent_that_names_it(kind: str) -> None:
    silent = [
        text[:200]
        for text, document in _documents(_MANIFESTS / f"{kind}.yaml")
        if "(accelerator)" in text and not extract(document, CONTEXT)["accelerators"]
    ]
    assert silent == []


def test_a_list_of_documents_is_no_request() -> None:
    with pytest.raises(RequestError):
        extract([document for _, document in _documents(_MANIFESTS / "job.batch.yaml")], CONTEXT)  # type: ignore[arg-type]  # a wrong type on purpose
