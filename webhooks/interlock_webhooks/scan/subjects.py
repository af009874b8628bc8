"""Which resources of a cluster hold objects that policies have something to say of. Pure."""

from collections.abc import Iterable
from typing import Final

from interlock.foreign.attributes import CREATE
from interlock.loading.policyset import PolicySet
from interlock.registration.concern import validated
from interlock.registration.reach import Operation
from interlock.registration.resources import EVERY, UNSENT_CORE, UNSENT_GROUPS, rows_of
from interlock_webhooks.cluster.discovery import Served
from interlock_webhooks.cluster.resource import Resource
from interlock_webhooks.scan.report import REPORTS

_SECRET: Final = {"secrets", *UNSENT_CORE}
"""What is read only where a policy names it: nobody has to see secrets to find that a pod has no owner."""

_UNREAD: Final = {REPORTS.group, *UNSENT_GROUPS}
"""And so are these; a scan would find its own reports, too."""


def subjects(policies: PolicySet, served: Iterable[Served]) -> tuple[Resource, ...]:
    """Those of the `served` resources whose objects `policies` could say something of when they are created."""
    rows = [row for row in rows_of(validated(policies)) if Operation.CREATE in row.operations]
    rules = [
        rule
        for compiled in policies.kubernetes.validating
        for rule in compiled.policy.constraints.rules
        if not {CREATE, EVERY}.isdisjoint(rule.operations)
    ]
    named = [
        *(({row.group}, {row.resource}) for row in rows),
        *((set(rule.groups), set(rule.resources)) for rule in rules),
    ]
    return tuple(
        each.resource
        for each in served
        if "list" in each.verbs and any(_is_meant(each.resource, *names) for names in named)
    )


def _is_meant(resource: Resource, groups: set[str], plurals: set[str]) -> bool:
    """Whether one of `groups` and one of `plurals` mean `resource`; all together mean none that is spared."""
    if groups.isdisjoint({resource.group, EVERY}):
        return False
    return resource.plural in plurals or (EVERY in plurals and not _is_spared(resource))


def _is_spared(resource: Resource) -> bool:
    if resource.group == "":
        return resource.plural in _SECRET
    return resource.group in _UNREAD
