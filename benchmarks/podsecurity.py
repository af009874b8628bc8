"""Sixteen checks of the Pod Security Standards, as policies of ours and of Kubernetes, and pods that pass."""

from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

# What each requires of the spec of a pod, `SPEC`.
CHECKS: Final = {
    "privileged": "SPEC.containers.all(c, !(has(c.securityContext) && has(c.securityContext.privileged) && "
    "c.securityContext.privileged))",
    "host-network": "!has(SPEC.hostNetwork) || !SPEC.hostNetwork",
    "host-pid": "!has(SPEC.hostPID) || !SPEC.hostPID",
    "host-ipc": "!has(SPEC.hostIPC) || !SPEC.hostIPC",
    "host-path": "!has(SPEC.volumes) || SPEC.volumes.all(v, !has(v.hostPath))",
    "host-ports": "SPEC.containers.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) || "
    "p.hostPort == 0))",
    "added-capabilities": "SPEC.containers.all(c, !has(c.securityContext.capabilities.add) || "
    "c.securityContext.capabilities.add.all(name, name in ['NET_BIND_SERVICE']))",
    "dropped-capabilities": "SPEC.containers.all(c, has(c.securityContext.capabilities.drop) && "
    "c.securityContext.capabilities.drop.exists(name, name == 'ALL'))",
    "non-root": "SPEC.containers.all(c, has(c.securityContext.runAsNonRoot) ? c.securityContext.runAsNonRoot : "
    "has(SPEC.securityContext.runAsNonRoot) && SPEC.securityContext.runAsNonRoot)",
    "user": "SPEC.containers.all(c, !has(c.securityContext.runAsUser) || c.securityContext.runAsUser != 0)",
    "escalation": "SPEC.containers.all(c, has(c.securityContext.allowPrivilegeEscalation) && "
    "!c.securityContext.allowPrivilegeEscalation)",
    "seccomp": "has(SPEC.securityContext.seccompProfile) && "
    "SPEC.securityContext.seccompProfile.type in ['RuntimeDefault', 'Localhost']",
    "proc-mount": "SPEC.containers.all(c, !has(c.securityContext.procMount) || "
    "c.securityContext.procMount == 'Default')",
    "sysctls": "!has(SPEC.securityContext.sysctls) || SPEC.securityContext.sysctls.all(s, s.name in "
    "['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies'])",
    "volume-types": "!has(SPEC.volumes) || SPEC.volumes.all(v, has(v.configMap) || has(v.secret) || "
    "has(v.emptyDir) || has(v.projected) || has(v.persistentVolumeClaim) || has(v.ephemeral))",
    "read-only": "SPEC.containers.all(c, has(c.securityContext.readOnlyRootFilesystem) && "
    "c.securityContext.readOnlyRootFilesystem)",
}


def write_ours(folder: Path, copies: int = 1) -> None:
    """Put an IntentPolicy for each check into `folder`, `copies` times under other names."""
    for copy in range(copies):
        for name, expression in CHECKS.items():
            required = expression.replace("SPEC", "intent.object.spec")
            rule = {"name": "kept", "require": required, "message": f"it does not keep to {name}"}
            policy = {
                "apiVersion": "interlock.dev/v1alpha1",
                "kind": "IntentPolicy",
                "metadata": {"name": f"{name}-{copy}"},
                "spec": {
                    "layer": "platform",
                    "description": f"Pods keep to {name}.",
                    "match": {"actions": ["workload.create", "workload.update"], "kinds": ["Pod"]},
                    "rules": [rule],
                },
            }
            (folder / f"{name}-{copy}.yaml").write_text(yaml.safe_dump(policy))


def write_theirs(folder: Path) -> None:
    """Put a ValidatingAdmissionPolicy with its binding for each check into `folder`."""
    for name, expression in CHECKS.items():
        rule = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": ["pods"],
        }
        spec = {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": expression.replace("SPEC", "object.spec")}],
        }
        head = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
        policy = {**head, "kind": "ValidatingAdmissionPolicy", "spec": spec}
        bound = {"policyName": name, "validationActions": ["Deny"]}
        binding = {**head, "kind": "ValidatingAdmissionPolicyBinding", "spec": bound}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all([policy, binding]))


def pod(size: int) -> dict[str, Any]:
    """A pod of about `size` bytes as JSON, which passes every check."""
    item = _pod(1, 0)
    containers, variables = 1, 0
    while len(msgspec.json.encode(item)) < size:
        containers, variables = min(containers + 1, 12), variables + 1
        item = _pod(containers, variables)
    return item


def review(item: dict[str, Any]) -> bytes:
    """The AdmissionReview of the creation of `item`."""
    kind, resource = (
        {"group": "", "version": "v1", "kind": "Pod"},
        {"group": "", "version": "v1", "resource": "pods"},
    )
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "name": "web",
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {"username": "jane", "groups": ["system:authenticated"]},
        "object": item,
        "oldObject": None,
        "dryRun": False,
        "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
    }
    return msgspec.json.encode(
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    )


def _pod(containers: int, variables: int) -> dict[str, Any]:
    secure = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": 1000,
    }
    listed = [
        {
            "name": f"container-{number}",
            "image": f"ghcr.io/acme/service-{number}:1.2.{number}",
            "env": [
                {"name": f"SETTING_{place}", "value": f"value of setting {place}"} for place in range(variables)
            ],
            "ports": [{"containerPort": 8000 + number}],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
            "securityContext": secure,
            "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],  # noqa: S108 - in the pod
        }
        for number in range(containers)
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "labels": {"app": "web", "interlock.dev/team": "shop"},
        },
        "spec": {
            "containers": listed,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "serviceAccountName": "web",
            "volumes": [{"name": "scratch", "emptyDir": {}}],
        },
    }
