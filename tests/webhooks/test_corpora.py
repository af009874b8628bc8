"""Manifests of other projects, as reviews, against the policies that ship: always decided, never a failure."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock_webhooks.app import Application, webhook_app
from interlock_webhooks.kubernetes.review import ReviewAnswer
from support.asgi import ask
from support.intents import parse_yaml
from support.reviews import encoded, review
from support.service import service_over

_ROOT = Path(__file__).parents[2]
_MANIFESTS = _ROOT.parent / "shared" / "corpora" / "manifests"

pytestmark = pytest.mark.skipif(not _MANIFESTS.is_dir(), reason="the corpora are not beside the repository")


@pytest.fixture(scope="module")
def webhook() -> Application:
    return webhook_app(service_over(_ROOT / "policies"))


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    for text in path.read_text(encoding="utf-8").split("\n---"):
        document = parse_yaml(text.removeprefix("---"))
        if document is not None:
            yield document


@pytest.mark.parametrize("path", sorted(_MANIFESTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_document_is_decided_by_every_webhook(webhook: Application, path: Path) -> None:
    for document in _documents(path):
        for route in ("/validate", "/mutate"):
            answer = ask(webhook, route, encoded(review(document)))
            assert answer.status == HTTPStatus.OK
            response = msgspec.json.decode(answer.body, type=ReviewAnswer)["response"]
            code = response.get("status", {}).get("code", HTTPStatus.OK)
            assert code in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}, answer.body
