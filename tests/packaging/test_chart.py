"""The Helm chart, rendered by the real Helm: every object is one to Kubernetes, and fits the service."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from interlock.schemas.kinds import kubernetes
from interlock_webhooks.lifetime import DRAIN_SECONDS
from support.clients import document
from support.commandline import run
from support.helm import CHART, HelmRefusedError, linted, notes, rendered
from support.manifest import manifest
from support.openapi import problems

pytest.importorskip("helm_python", reason="helm-python-sdk is not installed")

_ROOT = Path(__file__).parents[2]
_MANIFEST = _ROOT / "deploy" / "manifests" / "interlock.yaml"

_OF_OTHERS: Final = {"cert-manager.io/v1", "monitoring.coreos.com/v1"}
"""API versions whose kinds Kubernetes doesn't have."""

_LONGEST_REQUEST: Final = 30
"""The seconds that an API server waits for a webhook, at most."""

VALUES: Final[dict[str, dict[str, Any]]] = {
    "defaults": {},
    "all": {
        "fullnameOverride": "gate",
        "replicas": 5,
        "image": {
            "repository": "registry.acme.example/interlock",
            "digest": "sha256:" + "0" * 64,
            "pullPolicy": "Always",
            "pullSecrets": [{"name": "registry"}],
        },
        "crds": {"install": True, "keep": False},
        "policies": {"tools.yaml": "apiVersion: interlock.dev/v1alpha1\n", "models.yml": "a: |\n  b\n"},
        "ledger": {"existingSecret": "ledger", "key": "dsn"},
        "workloads": {"enabled": True},
        "scan": {"enabled": True, "every": "30m"},
        "parameters": [{"apiGroup": "", "resources": ["configmaps"]}],
        "webhook": {
            "port": 9443,
            "servicePort": 8443,
            "failurePolicy": "Ignore",
            "timeoutSeconds": 10,
            "exempt": ["cni-system"],
            "mayBeExempt": ["legacy", "lab"],
        },
        "gateways": {
            "enabled": True,
            "clients": document(),
            "tokenReviews": True,
            "port": 9080,
            "grpcPort": 9090,
            "existingSecret": "gateway",
            "clientCA": {"existingConfigMap": "trust", "key": "bundle.pem"},
            "from": [{"namespaceSelector": {"matchLabels": {"kind": "gateways"}}}],
        },
        "certManager": {"enabled": True},
        "serviceAccount": {"name": "guard", "annotations": {"acme.example/role": "guard"}},
        "networkPolicy": {
            "apiServerPorts": [6443],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 5432}]}],
        },
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "resourceQuota": {"enabled": True},
        "tolerations": [{"key": "critical", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
        ],
        "podAnnotations": {"a": "b"},
        "podLabels": {"c": "d"},
        "extraArgs": ["--no-watch"],
    },
    "least": {
        "crds": {"install": False},
        "serviceAccount": {"create": False, "name": "there-already"},
        "rbac": {"create": False},
        "podDisruptionBudget": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "priorityClassName": "",
        "nodeSelector": {},
    },
    "mesh": {"gateways": {"enabled": True, "clients": document(), "tlsTerminated": True}},
    "issuer": {"certManager": {"enabled": True, "issuerRef": {"name": "acme", "kind": "ClusterIssuer"}}},
}


def _find(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [each for each in objects if each["kind"] == kind]
    return found


def _container(objects: list[dict[str, Any]]) -> dict[str, Any]:
    (container,) = _find(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    return dict(container)


@pytest.mark.parametrize("case", VALUES)
def test_helm_finds_nothing_to_warn_of(case: str) -> None:
    assert linted(VALUES[case]) == []


@pytest.mark.parametrize("case", VALUES)
def test_every_object_has_only_fields_that_kubernetes_knows(case: str) -> None:
    known = kubernetes().definitions
    for each in rendered(VALUES[case]):
        if each["apiVersion"] not in _OF_OTHERS:
            (kind,) = kubernetes().find(kind=each["kind"], api_version=each["apiVersion"])
            assert problems(each, known[kind.definition], known) == [], each["kind"]


@pytest.mark.parametrize("case", VALUES)
def test_no_two_objects_are_one(case: str) -> None:
    names = [(each["apiVersion"], each["kind"], each["metadata"]["name"]) for each in rendered(VALUES[case])]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", VALUES)
def test_the_service_has_every_option_that_it_is_started_with(case: str) -> None:
    told = run("serve", "--help").stdout
    for argument in _container(rendered(VALUES[case]))["args"]:
        option = argument.partition("=")[0]
        assert not option.startswith("--") or re.search(rf"{option}\b", told), option


@pytest.mark.parametrize("case", VALUES)
def test_what_is_probed_is_where_the_service_listens(case: str) -> None:
    container = _container(rendered(VALUES[case]))
    port = container["ports"][0]
    (address,) = [each for each in container["args"] if each.startswith("--webhook-address=")]
    assert address.endswith(f":{port['containerPort']}")
    probes = {key: probe["httpGet"] for key, probe in container.items() if key.endswith("Probe")}
    assert {key: probe["path"] for key, probe in probes.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert all(probe["port"] == port["name"] and probe["scheme"] == "HTTPS" for probe in probes.values())
    served = _find(rendered(VALUES[case]), "Service")["spec"]["ports"]
    assert [each["targetPort"] for each in served] == [each["name"] for each in container["ports"]]


@pytest.mark.parametrize("case", VALUES)
def test_every_folder_that_is_mounted_is_of_a_volume_that_there_is(case: str) -> None:
    pod = _find(rendered(VALUES[case]), "Deployment")["spec"]["template"]["spec"]
    mounts = _container(rendered(VALUES[case]))["volumeMounts"]
    assert {each["name"] for each in mounts} == {each["name"] for each in pod["volumes"]}
    folders = {each["mountPath"] for each in mounts}
    for argument in _container(rendered(VALUES[case]))["args"]:
        if path := re.search(r"(?:^|=)(/\S+)$", argument):
            assert any(path[1].startswith(folder) for folder in folders), argument


def test_the_chart_has_the_version_of_what_it_installs() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert chart["version"] == chart["appVersion"] == project["version"]
    assert _container(rendered({}))["image"] == f"interlock:{project['version']}"


def test_selectors_select_the_pods() -> None:
    objects = rendered({})
    pods = _find(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        _find(objects, "Deployment")["spec"]["selector"]["matchLabels"],
        _find(objects, "Service")["spec"]["selector"],
        _find(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        _find(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    for selector in selectors:
        assert selector
        assert selector.items() <= pods.items()


@pytest.mark.parametrize("case", VALUES)
def test_a_pod_may_do_nothing_on_its_node(case: str) -> None:
    for pod in _pods(rendered(VALUES[case])):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert security["seccompProfile"] == {"type": "RuntimeDefault"}
            assert "memory" in container["resources"]["limits"]


def _pods(objects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in objects:
        if each["kind"] == "Pod":
            yield each["spec"]
        if each["kind"] == "Deployment":
            yield each["spec"]["template"]["spec"]


def test_a_pod_has_time_to_answer_what_has_come() -> None:
    pod = _find(rendered({}), "Deployment")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > DRAIN_SECONDS + _LONGEST_REQUEST
    with pytest.raises(HelmRefusedError, match="terminationGracePeriodSeconds"):
        rendered({"terminationGracePeriodSeconds": int(DRAIN_SECONDS) + _LONGEST_REQUEST})


def test_somebody_is_always_there_to_answer() -> None:
    objects = rendered({})
    assert _find(objects, "Deployment")["spec"]["replicas"] >= 3
    assert _find(objects, "Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert _find(objects, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    pod = _find(objects, "Deployment")["spec"]["template"]["spec"]
    assert pod["priorityClassName"] == "system-cluster-critical"
    assert pod["topologySpreadConstraints"]
    assert pod["affinity"]["podAntiAffinity"]


def test_definitions_stay_when_a_release_goes_unless_told_otherwise() -> None:
    for keep in (True, False):
        objects = rendered({"crds": {"keep": keep}})
        definitions = [each for each in objects if each["kind"] == "CustomResourceDefinition"]
        assert len(definitions) == 6
        for each in definitions:
            policy = each["metadata"].get("annotations", {}).get("helm.sh/resource-policy")
            assert policy == ("keep" if keep else None)


def test_policies_are_files_that_read_as_they_were_written() -> None:
    policies = {"one.yaml": "a: |\n  b\n\n  c\n", "two.yaml": "x: '{{ y }}'\n"}
    assert _find(rendered({"policies": policies}), "ConfigMap")["data"] == policies


def test_gateways_reach_what_they_are_told_of_and_nothing_else_is_open() -> None:
    values = VALUES["all"]["gateways"]
    objects = rendered({"gateways": values})
    listening = {each["name"]: f"0.0.0.0:{each['containerPort']}" for each in _container(objects)["ports"]}
    assert f"--check-address={listening['check']}" in _container(objects)["args"]
    assert f"--grpc-address={listening['grpc']}" in _container(objects)["args"]
    _, gateways = _find(objects, "NetworkPolicy")["spec"]["ingress"]
    assert [each["port"] for each in gateways["ports"]] == ["check", "grpc"]
    assert gateways["from"] == values["from"]
    assert _find(objects, "ConfigMap")["data"]["clients.yaml"] == values["clients"]
    assert "https://interlock.interlock.svc:9080" in notes({"gateways": values})
    alone = rendered({})
    assert [each["name"] for each in _container(alone)["ports"]] == ["webhook"]
    assert len(_find(alone, "NetworkPolicy")["spec"]["ingress"]) == 1


def test_the_url_of_a_ledger_is_read_from_its_secret_alone() -> None:
    container = _container(rendered({"ledger": {"existingSecret": "ledger", "key": "dsn"}}))
    (variable,) = [each for each in container["env"] if each["name"] == "INTERLOCK_LEDGER"]
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "ledger", "key": "dsn"}
    assert "--ledger=$(INTERLOCK_LEDGER)" in container["args"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"replica": 3}, "replica"),
        ({"replicas": "3"}, "replicas"),
        ({"replicas": 0}, "replicas"),
        ({"image": {"digest": "latest"}}, "digest"),
        ({"policies": {"readme.txt": "a"}}, "readme.txt"),
        ({"parameters": [{"apiGroup": "", "resources": ["secrets"]}]}, "parameters"),
        ({"parameters": [{"apiGroup": "*", "resources": ["*"]}]}, "parameters"),
        ({"scan": {"every": "often"}}, "every"),
        ({"webhook": {"port": 443}}, "port"),
        ({"webhook": {"failurePolicy": "Warn"}}, "failurePolicy"),
        ({"webhook": {"timeoutSeconds": 31}}, "timeoutSeconds"),
        ({"webhook": {"exempt": ["*"]}}, "exempt"),
        ({"gateways": {"enabled": True}}, "say who may call"),
        ({"gateways": {"port": 80}}, "port"),
        ({"gateways": {"grpcPort": 80}}, "grpcPort"),
        ({"certManager": {"issuerRef": {"kind": "Issuer"}}}, "issuerRef"),
        ({"serviceAccount": {"create": False}}, "name the service account"),
        ({"priorityClassName": "", "resourceQuota": {"enabled": True}}, "priorityClassName"),
    ],
    ids=str,
)
def test_wrong_values_are_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(HelmRefusedError, match=said):
        rendered(values)


def test_who_installs_is_told_what_is_missing() -> None:
    shared = {"ledger": {"existingSecret": "ledger"}}
    assert "Each replica counts" in notes({})
    assert "Each replica counts" not in notes(shared)
    assert "networkPolicy.egress" in notes(shared)


def test_the_manifest_is_the_chart_with_its_defaults(*, update_golden: bool) -> None:
    expected = manifest()
    if update_golden:
        _MANIFEST.write_text(expected, encoding="utf-8")
    assert _MANIFEST.read_text(encoding="utf-8") == expected, "renew it: pytest --update-golden"
