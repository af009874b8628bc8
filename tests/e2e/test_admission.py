"""What users of a cluster meet: kubectl and the official client, with our webhook behind the API server."""

import json
from typing import Any

import pytest
from kubernetes import client, config

from support.e2e import Cluster
from support.manifests import created, named
from support.reviews import deployment, job, pod

pytestmark = pytest.mark.usefixtures("registration")


def test_what_policies_allow_is_created(cluster: Cluster) -> None:
    with created(cluster, named("allowed", pod(team="a"))) as said:
        assert "pod/allowed created" in said
        assert "Warning" not in said
        assert cluster.kubectl.done("get", "pod", "allowed", "-o", "name") == "pod/allowed\n"


def test_who_is_denied_reads_why_and_what_to_do(cluster: Cluster) -> None:
    said = cluster.kubectl.refused("create", "-f", "-", given=named("denied", pod()))
    assert "(Forbidden)" in said
    denied = 'admission webhook "mutate.example.com" denied the request: team/workloads/team: '
    assert f"{denied}no team answers for this workload; set the label interlock.dev/team" in said
    assert "NotFound" in cluster.kubectl.refused("get", "pod", "denied")


def test_a_warning_is_shown_and_nothing_is_hindered(cluster: Cluster) -> None:
    with created(cluster, named("many", deployment(11, team="a"))) as said:
        assert "Warning: team/few-pods/at-most-ten: more than ten pods" in said
        assert said.count("Warning") == 1


def test_defaults_of_policies_are_stored(cluster: Cluster) -> None:
    with created(cluster, named("defaulted", job(team="a"))):
        stored = json.loads(cluster.kubectl.done("get", "job", "defaulted", "-o", "json"))
    assert stored["spec"]["activeDeadlineSeconds"] == 3600
    assert stored["metadata"]["annotations"]["example.org/ends~by"] == "default"


def test_a_dry_run_says_the_same_and_stores_nothing(cluster: Cluster) -> None:
    create = ("create", "--dry-run=server", "-f", "-")
    assert "no team answers" in cluster.kubectl.refused(*create, given=named("dry", pod()))
    stored = json.loads(cluster.kubectl.done(*create, "-o", "json", given=named("dry", job(team="a"))))
    assert stored["spec"]["activeDeadlineSeconds"] == 3600
    assert "NotFound" in cluster.kubectl.refused("get", "job", "dry")


def test_a_change_is_judged_as_well(cluster: Cluster) -> None:
    with created(cluster, named("changing", pod(team="a"))):
        label = ("label", "pod", "changing")
        assert "no team answers" in cluster.kubectl.refused(*label, "interlock.dev/team-")
        cluster.kubectl.done(*label, "other=label")


def test_the_official_client_is_told_the_same(cluster: Cluster) -> None:
    api = client.CoreV1Api(config.new_client_from_config(str(cluster.kubectl.config)))
    asked: Any = named("official", pod())
    with pytest.raises(client.ApiException) as refused:
        api.create_namespaced_pod("default", asked)
    status = json.loads(refused.value.body or "{}")
    assert (refused.value.status, status["reason"]) == (403, "Forbidden")
    assert status["details"]["causes"][0]["reason"] == "violated"
    with created(cluster, named("official", pod(team="a"))):
        stored: Any = api.read_namespaced_pod("official", "default")
    assert stored.metadata.labels == {"interlock.dev/team": "a"}
    api.api_client.close()


def test_the_audit_log_says_what_was_decided_and_by_which_policies(cluster: Cluster) -> None:
    cluster.kubectl.refused("create", "-f", "-", given=named("audited", pod()))
    said = cluster.annotations("audited")
    assert said["mutate.example.com/decision"] == "deny"
    assert said["mutate.example.com/reasons"] == "team/workloads/team"
    with created(cluster, named("patched", job(team="a"))):
        said = cluster.annotations("patched")
    assert said["validate.example.com/decision"] == "allow"
    assert said["validate.example.com/policy-set"].startswith("sha256:")
    mutated = json.loads(said["mutation.webhook.admission.k8s.io/round_0_index_0"])
    assert mutated == {"configuration": "interlock", "webhook": "mutate.example.com", "mutated": True}
