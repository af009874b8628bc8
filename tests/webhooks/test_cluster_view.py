"""Kubernetes' own policies look at the live cluster: namespaces, parameters, and what the user may do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from interlock.foreign.requests import reviewed
from interlock_webhooks.app import webhook_app
from interlock_webhooks.cluster import following
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.view import parameters, view
from support.asgi import send
from support.controlled import Place, Replica, place
from support.reviews import deployment, encoded, review
from support.workloads import until

CONFIGS: Final = "/api/v1/namespaces/default/configmaps"
ROLES: Final = "/apis/rbac.authorization.k8s.io/v1"
BINDING: Final = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: looks}
spec: {policyName: looks, validationActions: [Deny]%s}
"""
BY_NAME: Final = ", paramRef: {name: limits, parameterNotFoundAction: Deny}"
BY_LABEL: Final = ", paramRef: {selector: {matchLabels: {for: looks}}, parameterNotFoundAction: Deny}"
DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
BOXES: Final[dict[str, Any]] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "boxes.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Cluster",
        "names": {"plural": "boxes", "kind": "Box"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"spec": {"type": "object", "properties": {"n": {"type": "integer"}}}},
                    }
                },
            }
        ],
    },
}


@pytest.fixture(autouse=True)
def _tries_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_WAITS", (0.05,))
    monkeypatch.setattr(parameters, "_LOOKS_AGAIN", 0.05)


def policy(expression: str, param_kind: str = "") -> str:
    return f"""\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: looks}}
spec:
  {param_kind and f"paramKind: {param_kind}"}
  matchConstraints:
    resourceRules:
      - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}}
  validations:
    - expression: {expression}
"""


def played(play: Callable[[Place, Replica], Awaitable[None]], *documents: str) -> None:
    """`play` with a replica that decides by `documents`."""

    async def playing() -> None:
        async with place() as found, found.replica() as replica:
            for each in documents:
                await found.apply(each)
            await until(lambda: in_force(replica))
            await play(found, replica)

    asyncio.run(playing())


async def in_force(replica: Replica) -> bool:
    return await replica.is_ready() and replica.foreign == ["looks"]


def config(name: str, allowed: str, **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"allowed": allowed}}


async def said(replica: Replica, namespace: str = "default", **user: Any) -> str:
    """Why a pod is denied; nothing if it is not."""
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"containers": [{"name": "a", "image": "docker.io/a/a:1"}]},
    }
    asked = review(body, namespace=namespace, userInfo={"username": "jane", **user})
    answer = await send(webhook_app(replica.service), "/validate", encoded(asked))
    response = answer.json()["response"]
    return "" if response["allowed"] else str(response["status"]["message"])


def allows(replica: Replica, namespace: str = "default") -> Callable[[], Awaitable[bool]]:
    async def is_allowed() -> bool:
        return await said(replica, namespace) == ""

    return is_allowed


def test_a_policy_sees_the_namespace_of_the_request_however_new_it_is() -> None:
    async def play(found: Place, replica: Replica) -> None:
        body = {"metadata": {"name": "fresh", "labels": {"team": "search"}}}
        assert "no such key" in await said(replica)
        await found.admin.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", **body})
        assert await said(replica, "fresh") == ""
        await found.admin.patch("/api/v1/namespaces/fresh", {"metadata": {"labels": {"team": "web"}}})

        async def is_denied() -> bool:
            return "failed expression" in await said(replica, "fresh")

        await until(is_denied)
        assert 'namespaces "never" not found' in await said(replica, "never")

    played(play, policy("namespaceObject.metadata.labels['team'] == 'search'"), BINDING % "")


def test_a_namespace_that_can_not_be_asked_for_denies_and_says_so() -> None:
    async def play(found: Place, replica: Replica) -> None:
        found.api.faults["/api/v1/namespaces/ghost"] = 503
        assert 'namespace "ghost": the API server answers 503' in await said(replica, "ghost")

    played(play, policy("namespaceObject.metadata.labels['team'] == 'search'"), BINDING % "")


def test_an_api_server_that_does_not_answer_is_waited_for_no_longer_than_it_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view, "WAITS", 0.05)

    async def play(_found: Place, replica: Replica) -> None:
        asked = asyncio.Event()

        async def silent(_cluster: Cluster, _path: str) -> Any:
            asked.set()
            await asyncio.Event().wait()

        await until(lambda: denied(replica, "no params found"))
        with monkeypatch.context() as patched:
            patched.setattr(Cluster, "get", silent)
            assert "the API server did not answer in time" in await said(replica, "ghost")
            assert asked.is_set()
            assert "the API server did not answer in time" in await said(replica)

    kind = "{apiVersion: v1, kind: ConfigMap}"
    played(play, policy("params.data.allowed == 'jane'", kind), BINDING % BY_NAME)


def test_parameters_that_no_policy_names_any_more_are_not_followed() -> None:
    async def play(found: Place, replica: Replica) -> None:
        await until(lambda: found.api.asked["watch", "configmaps"] > 0)
        await found.delete("ValidatingAdmissionPolicy", "looks")
        await until(lambda: replica.foreign == [])
        assert await said(replica) == ""

        async def are_left() -> bool:
            watches = found.api.asked["watch", "configmaps"]
            namespaces = found.api.asked["watch", "namespaces"]
            found.api.drop()
            await until(lambda: found.api.asked["watch", "namespaces"] > namespaces)
            await asyncio.sleep(0.2)
            return found.api.asked["watch", "configmaps"] == watches

        await until(are_left)

    kind = "{apiVersion: v1, kind: ConfigMap}"
    played(play, policy("params.data.allowed == 'jane'", kind), BINDING % BY_NAME)


def test_parameters_are_those_of_the_cluster_and_new_ones_are_asked_for() -> None:
    async def play(found: Place, replica: Replica) -> None:
        await until(lambda: denied(replica, "no params found"))
        assert "cannot use namespaced paramRef" in await said(replica, "")
        await found.admin.create(CONFIGS, config("limits", "jane"))
        assert await said(replica) == ""
        await found.admin.patch(f"{CONFIGS}/limits", {"data": {"allowed": "joe"}})
        await until(lambda: denied(replica, "failed expression"))
        await found.admin.delete(f"{CONFIGS}/limits")
        await until(lambda: denied(replica, "no params found"))

    kind = "{apiVersion: v1, kind: ConfigMap}"
    played(play, policy("params.data.allowed == request.userInfo.username", kind), BINDING % BY_NAME)


async def denied(replica: Replica, why: str) -> bool:
    return why in await said(replica)


def test_parameters_are_selected_among_all_that_there_are() -> None:
    async def play(found: Place, replica: Replica) -> None:
        await found.admin.create(CONFIGS, config("one", "jane", **{"for": "looks"}))
        await found.admin.create(CONFIGS, config("other", "joe"))
        await until(allows(replica))
        await found.admin.create(CONFIGS, config("two", "joe", **{"for": "looks"}))
        await until(lambda: denied(replica, "failed expression"))

    kind = "{apiVersion: v1, kind: ConfigMap}"
    played(play, policy("params.data.allowed == request.userInfo.username", kind), BINDING % BY_LABEL)


def test_a_kind_of_parameters_that_is_not_there_denies_until_it_is() -> None:
    async def play(found: Place, replica: Replica) -> None:
        await until(lambda: denied(replica, "paramKind kind `example.com/v1, Kind=Box` not known"))
        await found.admin.create(DEFINITIONS, BOXES)
        box = {"apiVersion": "example.com/v1", "kind": "Box", "metadata": {"name": "limits"}, "spec": {"n": 1}}
        await found.admin.create("/apis/example.com/v1/boxes", box)
        await until(allows(replica))

    kind = "{apiVersion: example.com/v1, kind: Box}"
    played(play, policy("params.spec.n == 1 && params.kind == 'Box'", kind), BINDING % BY_NAME)


def test_parameters_that_may_not_be_read_deny_and_say_so() -> None:
    async def play(found: Place, replica: Replica) -> None:
        found.api.faults["/api/v1/configmaps"] = 403
        await until(lambda: denied(replica, "the API server answers 403"))
        del found.api.faults["/api/v1/configmaps"]
        await found.admin.create(CONFIGS, config("limits", "jane"))
        await until(allows(replica))

    kind = "{apiVersion: v1, kind: ConfigMap}"

    async def playing() -> None:
        async with place() as found:
            found.api.faults["/api/v1/configmaps"] = 403
            async with found.replica() as replica:
                await found.apply(policy("params.data.allowed == 'jane'", kind))
                await found.apply(BINDING % BY_NAME)
                await until(lambda: in_force(replica))
                await play(found, replica)

    asyncio.run(playing())


def test_a_policy_asks_the_authorizer_of_the_cluster() -> None:
    async def play(found: Place, replica: Replica) -> None:
        assert "failed expression" in await said(replica)
        assert found.api.asked["create", "subjectaccessreviews"] == 1
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "deployer"},
            "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["create"]}],
        }
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "deployer"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "deployer"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "deployers"}],
        }
        await found.admin.create(f"{ROLES}/clusterroles", role)
        await found.admin.create(f"{ROLES}/clusterrolebindings", binding)
        assert await said(replica, groups=["deployers"]) == ""
        assert "failed expression" in await said(replica, groups=["others"])
        found.api.faults["/apis/authorization.k8s.io"] = 403
        assert "failed expression" in await said(replica, groups=["deployers"])

    asks = "authorizer.group('apps').resource('deployments').namespace('default').check('create').allowed()"
    played(play, policy(asks), BINDING % "")


def test_more_pods_are_judged_by_the_workload_that_is_scaled() -> None:
    async def play(found: Place, replica: Replica) -> None:
        view = replica.service.cluster
        assert view is not None
        body = deployment(2)
        body["metadata"] = {"name": "web", "namespace": "default"}
        await found.admin.create("/apis/apps/v1/namespaces/default/deployments", body)
        of = {"group": "apps", "version": "v1", "resource": "deployments"}
        scaling = review({"apiVersion": "autoscaling/v1", "kind": "Scale"}, resource=of, subResource="scale")
        asked = reviewed({**scaling["request"], "namespace": "default"})
        seen = await view.scaled(asked)
        assert seen is not None
        assert seen["kind"] == "Deployment"
        assert await view.scaled(replace(asked, name="other")) is None
        found.api.faults["/apis/apps"] = 503
        assert await view.scaled(asked) is None

    played(play, policy("1 == 1"), BINDING % "")
