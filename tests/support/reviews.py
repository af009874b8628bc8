"""AdmissionReviews and check requests for tests, as the API server and gateways send them."""

from typing import Any

import msgspec


def pod(**labels: str) -> dict[str, Any]:
    """A Pod with `labels` of ours, such as team="shop"."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "labels": {f"interlock.dev/{key}": value for key, value in labels.items()},
        },
        "spec": {"containers": [{"name": "web", "image": "docker.io/library/nginx:1.29"}]},
    }


def deployment(replicas: int, **labels: str) -> dict[str, Any]:
    """A Deployment of `replicas` such Pods."""
    template = pod(**labels)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": template["metadata"],
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": template["spec"]},
        },
    }


def job(**labels: str) -> dict[str, Any]:
    """A Job that says nothing of when it ends."""
    template = pod(**labels)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": template["metadata"],
        "spec": {"template": {"spec": {**template["spec"], "restartPolicy": "Never"}}},
    }


def review(item: Any, **changes: Any) -> dict[str, Any]:
    """An AdmissionReview of the creation of `item`; `changes` replace keys of its request."""
    kind = item.get("kind", "Pod") if isinstance(item, dict) else "Pod"
    group, _, api_version = (item.get("apiVersion", "v1") if isinstance(item, dict) else "v1").rpartition("/")
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": group, "version": api_version, "kind": kind},
        "resource": {"group": group, "version": api_version, "resource": f"{kind.lower()}s"},
        "requestKind": {"group": group, "version": api_version, "kind": kind},
        "requestResource": {"group": group, "version": api_version, "resource": f"{kind.lower()}s"},
        "name": "web",
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {"username": "jane", "groups": ["system:authenticated"]},
        "object": item,
        "oldObject": None,
        "dryRun": False,
        "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request | changes}


def chat(model: str) -> dict[str, Any]:
    """A check of a chat call to `model`."""
    return {"chat": {"model": model, "messages": [{"role": "user", "content": "a secret prompt"}]}}


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    """A check of an MCP call of `tool`."""
    return {
        "mcp": {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        },
        "caller": {"server": "files"},
    }


def encoded(value: object) -> bytes:
    """`value` as JSON."""
    return msgspec.json.encode(value)
