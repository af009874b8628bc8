"""What `interlock serve` says when it has started: what runs where, and how to talk to it."""

import json
import shlex
from collections import Counter
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from interlock.loading.policyset import PolicySet

_CALL: Final = {
    "chat": {
        "model": "mystery-model-1",
        "max_completion_tokens": 100,
        "messages": [{"role": "user", "content": "hello"}],
    },
    "caller": {"attribution": {"team": "search", "environment": "production"}},
}
_REVIEW: Final = {
    "apiVersion": "admission.k8s.io/v1",
    "kind": "AdmissionReview",
    "request": {
        "uid": "1",
        "operation": "CREATE",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "namespace": "search",
        "name": "trainer",
        "userInfo": {"username": "jane"},
        "object": {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "trainer", "namespace": "search"},
            "spec": {
                "containers": [
                    {
                        "name": "trainer",
                        "image": "docker.io/somebody/trainer",
                        "resources": {"limits": {"nvidia.com/gpu": "8"}},
                    }
                ]
            },
        },
    },
}


def announce(started: Any) -> None:  # noqa: ANN401 - `interlock_webhooks.settings.Started`, which stands above
    """Print what has `started`, and two requests that can be tried at once."""
    console = Console(soft_wrap=True, highlight=False)
    check = (
        f"https://localhost:{started.check.port}" if "check" in started.over_tls else f"http://{started.check}"
    )
    facts = {
        "webhook": f"https://{started.webhook}/validate and /mutate",
        "check API": f"{check}/v1/check, described at {check}/docs",
        **_grpc(started),
        "clients": str(started.clients or "everybody on this machine"),
        "CA": str(started.ca_certificate or _authority(started)),
        **_policies(started.policies),
        "ledger": started.ledger,
    }
    if started.cluster is not None:
        facts["cluster"] = f"{' and '.join(started.watched)} of {started.cluster}"
    if started.decision_log is not None:
        facts["log"] = f"{started.decision_log}, with all that is asked"
    for name, fact in facts.items():
        console.print(Text.assemble((f"{name:<12}", "bold"), fact))
    console.print("\nIn another terminal, a model call that is denied:")
    token = ' -H "authorization: Bearer $TOKEN"' if started.clients else ""
    trust = _trust(started.check_ca_certificate) if "check" in started.over_tls else ""
    console.print(_curl(f"{check}/v1/check", trust + token, _CALL), markup=False)
    console.print("and a workload:")
    webhook = f"https://localhost:{started.webhook.port}/validate"
    console.print(_curl(webhook, _trust(started.ca_certificate), _REVIEW), markup=False)


def _trust(certificate: Path | None) -> str:
    """What has curl trust `certificate`, and what the machine trusts where there is none."""
    return f" --cacert {shlex.quote(str(certificate))}" if certificate else ""


def _grpc(started: Any) -> dict[str, str]:  # noqa: ANN401 - as in `announce`
    """Where gateways call over gRPC, if anywhere."""
    kind = "with" if "grpc" in started.over_tls else "without"
    return {"gRPC": f"{started.grpc}, {kind} TLS"} if started.grpc else {}


def _authority(started: Any) -> str:  # noqa: ANN401 - as in `announce`
    """Whose certificate is shown that the service did not make for itself alone."""
    return "kept in the cluster" if started.is_registered else "that of the given certificate"


def _policies(policies: PolicySet | None) -> dict[str, str]:
    """What is in force, if that is known already."""
    if policies is None:
        return {"policies": "from the cluster, once they are known: `/readyz` says what is missing"}
    theirs = policies.kubernetes
    counts = f"{len(theirs.validating)} that validate, {len(theirs.mutating)} that mutate"
    kubernetes = {"Kubernetes": counts} if theirs.validating or theirs.mutating else {}
    return {"policies": _loaded(policies), **kubernetes, "policy set": policies.digest}


def _loaded(policies: PolicySet) -> str:
    """How many policies there are on what, under which layers, with how many waivers."""
    areas = Counter(policy.area.value for policy in policies.policies)
    counts = ", ".join(f"{count} on {area}" for area, count in sorted(areas.items()))
    layers = " > ".join(layer.name for layer in policies.layers.order)
    waivers = "1 waiver" if len(policies.waivers) == 1 else f"{len(policies.waivers)} waivers"
    number = f"{len(policies.policies)} ({counts})" if counts else "0"
    return f"{number}; layers {layers}; {waivers}"


def _curl(url: str, options: str, body: dict[str, Any]) -> str:
    """A command line that works as it stands in a POSIX shell."""
    sent = shlex.quote(json.dumps(body, separators=(",", ":")))
    return f"curl -sS{options} {url} -H 'content-type: application/json' -d {sent}"
