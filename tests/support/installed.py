"""Our service in a cluster, of which the API server is told by configurations that tests write themselves."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from support.e2e import Cluster
from support.manifests import named
from support.process import Running, eventually
from support.registering import configuration, webhook
from support.reviews import pod

_SOON = 60
_COUNTER = 'interlock_decisions_total{decision="allow",endpoint="validate"}'
_RULES: list[dict[str, Any]] = [
    {"operations": ["*"], "apiGroups": [""], "apiVersions": ["*"], "resources": ["pods", "pods/*"]},
    {
        "operations": ["*"],
        "apiGroups": ["apps", "batch"],
        "apiVersions": ["*"],
        "resources": ["deployments", "deployments/*", "jobs", "jobs/*"],
    },
]


@contextmanager
def registered(cluster: Cluster, service: Running, **fields: Any) -> Iterator[None]:
    """`cluster` asking `service` about workloads in the namespace `default`; `fields` are of both webhooks."""
    given = configurations(service.webhook, service.ca.read_text(), **fields)
    cluster.kubectl.done("apply", "-f", "-", given=given)
    try:
        eventually(lambda: _asked(cluster, service), _SOON)
        yield
    finally:
        cluster.kubectl.done("delete", "-f", "-", given=given)


def _asked(cluster: Cluster, service: Running) -> bool:
    """Whether `service` is asked about a pod that every test allows, which is not created."""
    before = _validated(service)
    item = named("probe", pod(team="a"))
    cluster.kubectl("create", "--dry-run=server", "-f", "-", given=item)
    return _validated(service) > before


def _validated(service: Running) -> float:
    """How often `service` was asked to validate."""
    lines = httpx.get(f"{service.check}/metrics").text.splitlines()
    counted = [line.split()[-1] for line in lines if line.startswith(_COUNTER)]
    return sum(map(float, counted))


def configurations(url: str, authorities: str, **fields: Any) -> list[dict[str, Any]]:
    """What the API server is told of a service at `url`, of which `authorities` vouch for the certificate."""
    port = urlsplit(url).port
    bundle = base64.b64encode(authorities.encode()).decode()
    selector = {"matchLabels": {"kubernetes.io/metadata.name": "default"}}
    given = []
    for kind, path in (("Validating", "validate"), ("Mutating", "mutate")):
        client = {"url": f"https://127.0.0.1:{port}/{path}", "caBundle": bundle}
        hook = webhook(path, client, rules=_RULES, namespaceSelector=selector, **fields)
        given.append(configuration(kind, "interlock", hook))
    return given
