"""A small world in which waivers lift things.

Models may not be large, in beta or banned, and workloads need a team.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from interlock.engine import Engine
from interlock.intents.extract import extract
from interlock.loading.policyset import PolicySet, load
from interlock.model.intent import Intent
from interlock.units import Instant
from support.documents import loaded

STARTS: Final = Instant(1_767_225_600_000)
"""2026-01-01T00:00:00Z, from when on waivers are in force."""

EXPIRES: Final = Instant(1_769_904_000_000)
"""2026-02-01T00:00:00Z, until when they are."""

NOW: Final = Instant(STARTS + 1000)

_POLICIES: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: open}
spec: {layers: [{name: platform}]}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: models}
spec:
  layer: platform
  area: models
  description: Which models may be used.
  rules:
    - {name: small, forbid: model.name.startsWith('large'), message: too large}
    - {name: finished, forbid: model.name.endsWith('beta'), message: not finished}
    - {name: good, forbid: model.name.contains('banned'), message: banned}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: workloads}
spec:
  layer: platform
  match: {actions: ["workload.*"]}
  description: Somebody answers for every workload.
  rules:
    - {name: team, require: has(intent.attribution.team), message: no team}
"""

_TRIED: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: tried}
spec:
  layer: platform
  area: models
  enforcement: warn
  description: What may come to be forbidden.
  rules:
    - {name: small, forbid: model.name.startsWith('large'), message: will be too large}
    - {name: old, forbid: model.name == 'old', message: will be too old}
"""


def waiver(
    name: str, *rules: str, uses: int | None = None, policy: str = "models", **changes: str
) -> Mapping[str, Any]:
    """A waiver of `rules` of `policy`, counted if it has `uses`; `changes` replace fields of its spec."""
    spec: dict[str, Any] = {
        "layer": "platform",
        "rules": [{"policy": policy, "rule": rule, "digest": _digests()[policy, rule]} for rule in rules],
        "scope": "true",
        "owner": "ada",
        "approver": "grace",
        "reason": "a trial",
        "starts": "2026-01-01T00:00:00Z",
        "expires": "2026-02-01T00:00:00Z",
        **changes,
    }
    if uses is not None:
        spec["maxUses"] = uses
    head = {"apiVersion": "interlock.dev/v1alpha1", "kind": "Waiver", "metadata": {"name": name}}
    return {**head, "spec": spec}


def write_world(path: Path, waivers: Iterable[Mapping[str, Any]]) -> None:
    """Put the policies of this world with `waivers` into the file at `path`."""
    written = [msgspec.yaml.encode(each).decode() for each in waivers]
    path.write_text("---\n".join([_POLICIES, _TRIED, *written]), encoding="utf-8")


def policies_with(waivers: Iterable[Mapping[str, Any]]) -> PolicySet:
    """The policies of this world with `waivers`."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "policies.yaml")
        write_world(path, waivers)
        return load([path])


def asks_for(model: str, engine: Engine, **caller: Any) -> Intent:
    """The Intent of a chat with `model`."""
    messages = [{"role": "user", "content": "hello"}]
    return extract({"chat": {"model": model, "messages": messages}, "caller": caller}, engine.context_at(NOW))


@cache
def _digests() -> dict[tuple[str, str], str]:
    """The digest of every rule, by policy and name."""
    bundle = loaded(_POLICIES, _TRIED)
    return {(policy.name, rule.name): rule.digest for policy in bundle.policies for rule in policy.rules}
