"""Parts of objects that have requests of their own: what policies say of the whole holds for them too."""

from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, config

from support.e2e import Cluster
from support.installed import registered
from support.manifests import created, named
from support.process import running
from support.reviews import deployment, pod

_POLICIES = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: few-pods}
spec:
  layer: platform
  description: Nobody runs more than five pods.
  match: {actions: ["workload.*"]}
  rules:
    - name: at-most-five
      require: intent.workload.pods <= 5
      message: more than five pods
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: registries}
spec:
  layer: platform
  description: Images come from Docker Hub.
  match: {actions: ["workload.create", "workload.update"]}
  rules:
    - name: hub
      require: intent.images.all(image, image.registry == "docker.io")
      message: an image of another registry
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: nobody-connects}
spec:
  layer: platform
  description: Nobody runs commands in pods.
  match: {actions: ["workload.connect"]}
  rules:
    - name: never
      forbid: "true"
      message: nobody connects
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: small}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, pods/resize]}
  validations:
    - expression: >-
        object.spec.containers.all(c, !has(c.resources.requests) || quantity(c.resources.requests.cpu)
        .compareTo(quantity("1")) <= 0)
      message: more than one CPU
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: small}
spec: {policyName: small, validationActions: [Deny]}
"""


@pytest.fixture(scope="module", autouse=True)
def service(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "policies.yaml").write_text(_POLICIES)
    with running(folder, tmp_path_factory.mktemp("state")) as started, registered(cluster, started):
        yield


@pytest.fixture
def api(cluster: Cluster) -> Iterator[client.ApiClient]:
    with config.new_client_from_config(str(cluster.kubectl.config)) as api:
        yield api
        api.rest_client.pool_manager.clear()


def _sized(name: str, cpu: str) -> dict[str, Any]:
    item = named(name, pod())
    (container,) = item["spec"]["containers"]
    return {**item, "spec": {"containers": [{**container, "resources": {"requests": {"cpu": cpu}}}]}}


def test_whoever_scales_a_workload_is_told_what_its_creator_would_be(cluster: Cluster) -> None:
    assert "more than five pods" in cluster.kubectl.refused(
        "create", "-f", "-", given=named("s", deployment(6))
    )
    with created(cluster, named("scaled", deployment(2))):
        scale = ("scale", "deployment/scaled")
        assert "more than five pods" in cluster.kubectl.refused(*scale, "--replicas=6")
        cluster.kubectl.done(*scale, "--replicas=5")
        said = cluster.kubectl.done("get", "deployment", "scaled", "-o", "jsonpath={.spec.replicas}")
    assert said == "5"


def test_a_container_that_comes_later_is_looked_at_too(cluster: Cluster, api: client.ApiClient) -> None:
    pods = client.CoreV1Api(api)
    with created(cluster, named("debugged", pod())):
        container = {"name": "debugger", "image": "example.com/shell", "command": ["sh"]}
        patch = {"spec": {"ephemeralContainers": [container]}}
        with pytest.raises(client.ApiException, match="an image of another registry") as refused:
            pods.patch_namespaced_pod_ephemeralcontainers("debugged", "default", patch)
        assert refused.value.status == 403
        container["image"] = "docker.io/library/busybox"
        pods.patch_namespaced_pod_ephemeralcontainers("debugged", "default", patch)
        stored: Any = pods.read_namespaced_pod("debugged", "default")
    (kept,) = stored.spec.ephemeral_containers
    assert kept.image == "docker.io/library/busybox"


def test_a_pod_does_not_grow_past_what_it_could_be_created_with(cluster: Cluster) -> None:
    with created(cluster, _sized("growing", "500m")):
        resize = ("patch", "pod", "growing", "--subresource=resize", "--type=strategic", "-p")
        larger = '{"spec": {"containers": [{"name": "web", "resources": {"requests": {"cpu": "%s"}}}]}}'
        assert "more than one CPU" in cluster.kubectl.refused(*resize, larger % "2")
        cluster.kubectl.done(*resize, larger % "750m")
        path = "jsonpath={.spec.containers[0].resources.requests.cpu}"
        assert cluster.kubectl.done("get", "pod", "growing", "-o", path) == "750m"


def test_who_runs_a_command_in_a_pod_is_asked_about(cluster: Cluster) -> None:
    with created(cluster, named("closed", pod())):
        assert "nobody connects" in cluster.kubectl.refused("exec", "closed", "--", "ls")
