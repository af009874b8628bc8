"""Which requests that have to go through the policies of a set would deny, if the API server asks about them.

The real engine decides requests as clusters make them. What it denies there
it would deny; what it allows it may still deny of another object, and where a
policy looks at everything that is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from interlock.analysis.finding import Finding, Severity
from interlock.analysis.lockout.control import control_requests
from interlock.analysis.lockout.denials import deniers
from interlock.analysis.lockout.imagined import Imagined
from interlock.analysis.lockout.repeating import repeating
from interlock.analysis.lockout.request import Needed
from interlock.analysis.lockout.workloads import ADDONS, SYSTEM, service_in
from interlock.engine import Engine
from interlock.foreign.looking import Looking
from interlock.foreign.requests import KubernetesRequest, reviewed
from interlock.intents.admission import changeable_object, from_admission
from interlock.loading.policyset import PolicySet
from interlock.model.decision import Decision
from interlock.model.policy import Enforcement
from interlock.registration.concern import reach_of
from interlock.registration.configuration import mutating, validating
from interlock.registration.reach import ALL, Reach
from interlock.registration.resources import rows_of
from interlock.registration.sending import Sending
from interlock.registration.settings import Settings
from interlock.spans import Span
from interlock.spelling import quoted
from interlock.units import Instant

_IN_NO_NAMESPACE: Final = frozenset(
    {
        *("nodes", "persistentvolumes", "clusterroles", "clusterrolebindings", "customresourcedefinitions"),
        *("storageclasses", "volumeattachments", "csinodes", "csidrivers", "priorityclasses", "apiservices"),
        *("certificatesigningrequests", "runtimeclasses", "ingressclasses", "deviceclasses", "resourceslices"),
    }
)

_NOW: Final = Instant(0)
"""No waiver is in force: what only a waiver lets through would be denied when that ends."""


def lockout(policies: PolicySet, settings: Settings) -> Iterator[Finding]:
    """What would keep a cluster from running where `policies` are asked as `settings` say."""
    refused: dict[tuple[Span, Severity], list[Needed]] = defaultdict(list)
    engine = Engine(policies)
    needs = _needed(settings)
    for needed in _sent(policies, settings, needs):
        for denied in deniers(_decided(engine, needed), policies):
            refused[denied.span, _severity(needed, is_undecided=denied.is_undecided)].append(needed)
    for (span, severity), found in refused.items():
        yield Finding(span, severity, _message(found, severity))
    blamed = {span for span, severity in refused if severity is Severity.ERROR}
    yield from _undecided(policies, blamed)
    yield from _unsent(policies)
    yield from _unselected(policies)
    yield from repeating(policies, needs)


def _needed(settings: Settings) -> list[Needed]:
    """The requests that have to go through."""
    workloads = (service_in(settings.namespace, settings.account), *SYSTEM, *ADDONS)
    return [*control_requests(), *(needed for workload in workloads for needed in workload.requests())]


def _sent(policies: PolicySet, settings: Settings, needs: Iterable[Needed]) -> Iterator[Needed]:
    """Those of `needs` about which the API server asks."""
    sendings = [Sending.of(make(policies, settings)) for make in (validating, mutating)]
    for needed in needs:
        if any(sending.webhooks_for(needed.request, {}) for sending in sendings):
            yield needed


def _decided(engine: Engine, needed: Needed) -> Decision:
    """The decision on the request with all that policies change in it."""
    request = dict(needed.request)
    asked = engine.mutated(KubernetesRequest(reviewed(request), Looking(Imagined())))
    if asked.mutated is not None:
        request["object"] = asked.attributes.object
    context = engine.context_at(_NOW)
    found = changeable_object(request)
    if found is None:
        return engine.decide(from_admission(request, context), now=_NOW, request=asked)
    item, embed = found
    intent, changes = engine.mutate(item, lambda changed: from_admission(embed(changed), context))
    return engine.decide(intent, now=_NOW, changes=changes, request=asked.of(intent["object"]))


def _severity(needed: Needed, *, is_undecided: bool) -> Severity:
    if is_undecided:
        return Severity.NOTE
    return Severity.WARNING if needed.addon else Severity.ERROR


def _message(found: list[Needed], severity: Severity) -> str:
    first = found[0]
    others = f" and {len(found) - 1} more requests" if len(found) > 1 else ""
    if severity is Severity.NOTE:
        return f"may deny {first.what}{others}, {first.why}: it depends on what is in the cluster"
    return f"denies {first.what}{others}, {first.why}: {_advice(found)}"


def _advice(found: list[Needed]) -> str:
    namespaces = sorted({needed.namespace for needed in found if needed.addon})
    if namespaces:
        options = " ".join(f"--exempt {namespace}" for namespace in namespaces)
        return f"exempt what the cluster has of it, `{options}`, or allow it"
    return "name the kinds and actions that the policy is for, or let `match.when` need a model or a device"


def _undecided(policies: PolicySet, blamed: set[Span]) -> Iterator[Finding]:
    """That policies look at everything, whose denials nobody can foresee."""
    for compiled in policies.compiled:
        policy = compiled.policy
        spans = {policy.span, *(each.span for each in policy.rules_and_limits)}
        is_enforced = policy.enforcement is Enforcement.ENFORCE and policy.rules_and_limits
        if is_enforced and reach_of(compiled).anything and not spans & blamed:
            message = (
                f"policy {quoted(policy.name)} is asked about all objects of a cluster, and denied none that "
                "were tried: whether it can deny one that a cluster needs is undecided: name kinds"
            )
            yield Finding(policy.span, Severity.NOTE, message)


def _unsent(policies: PolicySet) -> Iterator[Finding]:
    """The kinds that policies name and that are never asked about."""
    for compiled in policies.compiled:
        for kind in sorted(compiled.policy.match.kinds):
            if not rows_of(Reach(named={kind: ALL})):
                message = f"requests on {quoted(kind)} are never sent: a cluster can't do without them"
                yield Finding(compiled.policy.span, Severity.WARNING, message)


def _unselected(policies: PolicySet) -> Iterator[Finding]:
    """The policies of Kubernetes that select namespaces of what is in none, and so mean all of it."""
    for compiled in policies.kubernetes.validating:
        policy = compiled.policy
        for binding in compiled.bindings:
            if policy.constraints.namespaces.is_empty and binding.constraints.namespaces.is_empty:
                continue
            named = {resource for rule in policy.constraints.rules for resource in rule.resources}
            for resource in sorted(named & _IN_NO_NAMESPACE):
                message = (
                    f"{quoted(resource)} are in no namespace: a `namespaceSelector` leaves out none of them"
                )
                yield Finding(policy.span, Severity.WARNING, message)
