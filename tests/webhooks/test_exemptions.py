"""What no policy is asked about, and who may be made such."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from interlock.registration.settings import Settings
from interlock_webhooks.app import webhook_app
from interlock_webhooks.exemptions import NOTHING_EXEMPT, Exemptions
from support.asgi import send
from support.policies import write_policies
from support.reviews import encoded, review
from support.service import service_over

_SETTINGS = Settings(exempt=frozenset({"cni"}), may_be_exempt=frozenset({"sandbox"}))
_LABEL = {"interlock.dev/exempt": "true"}


def answer(folder: Path, path: str, body: dict[str, Any], exemptions: Exemptions) -> dict[str, Any]:
    """What a service with `exemptions` answers."""
    service = service_over(write_policies(folder))
    service.exemptions = exemptions
    response: dict[str, Any] = asyncio.run(send(webhook_app(service), path, encoded(body))).json()["response"]
    return response


def namespace(name: str | None, labels: Any) -> dict[str, Any]:
    metadata = {"labels": labels} | ({} if name is None else {"name": name})
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


@pytest.mark.parametrize("place", ["kube-system", "kube-node-lease", "interlock", "cni"])
def test_exempt_namespaces_are_allowed_whatever_policies_say(tmp_path: Path, place: str) -> None:
    exemptions = Exemptions.of(_SETTINGS, is_registered=True)
    for path in ("/validate", "/mutate"):
        response = answer(tmp_path, path, review({}, namespace=place), exemptions)
        assert response["allowed"]
        said = {"decision": "allow", "exempt": f"the namespace `{place}` is exempt"}
        assert response["auditAnnotations"] == said
        assert "patch" not in response
    assert not answer(tmp_path, "/validate", review({}, namespace="shop"), exemptions)["allowed"]


def test_what_the_service_itself_does_is_exempt(tmp_path: Path) -> None:
    exemptions = Exemptions.of(_SETTINGS, is_registered=True)
    own = {"username": "system:serviceaccount:interlock:interlock"}
    assert answer(tmp_path, "/validate", review({}, userInfo=own), exemptions)["allowed"]
    other = {"username": "system:serviceaccount:shop:interlock"}
    assert not answer(tmp_path, "/validate", review({}, userInfo=other), exemptions)["allowed"]


def test_a_service_that_registers_nothing_exempts_only_what_it_is_told(tmp_path: Path) -> None:
    exemptions = Exemptions.of(_SETTINGS, is_registered=False)
    assert answer(tmp_path, "/validate", review({}, namespace="cni"), exemptions)["allowed"]
    assert not answer(tmp_path, "/validate", review({}, namespace="kube-system"), exemptions)["allowed"]
    assert not answer(tmp_path, "/validate", review({}, userInfo={"username": ""}), NOTHING_EXEMPT)["allowed"]


@pytest.mark.parametrize(
    ("new", "old", "allowed"),
    [
        (namespace("sandbox", _LABEL), None, True),
        (namespace("shop", {"team": "x"}), None, True),
        (namespace("shop", _LABEL), namespace("shop", _LABEL), True),
        (namespace("shop", None), namespace("shop", _LABEL), True),
        (namespace("shop", _LABEL), None, False),
        (namespace("shop", {"interlock.dev/exempt": ""}), namespace("shop", {}), False),
        (namespace(None, _LABEL), None, False),
        ({**namespace("shop", _LABEL), "metadata": None}, None, True),
    ],
)
def test_only_listed_namespaces_get_the_label(
    tmp_path: Path, new: dict[str, Any], old: dict[str, Any] | None, *, allowed: bool
) -> None:
    exemptions = Exemptions.of(_SETTINGS, is_registered=True)
    response = answer(tmp_path, "/guard", review(new, oldObject=old), exemptions)
    assert response["allowed"] is allowed
    if not allowed:
        assert response["status"]["code"] == 403
        assert "the namespaces that may are `sandbox`" in response["status"]["message"]


def test_nobody_gets_the_label_where_nobody_is_listed(tmp_path: Path) -> None:
    response = answer(tmp_path, "/guard", review(namespace("shop", _LABEL)), NOTHING_EXEMPT)
    assert "the namespaces that may are none" in json.dumps(response)
