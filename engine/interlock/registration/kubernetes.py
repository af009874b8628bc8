"""Which requests Kubernetes' own policies of a set are for. Pure.

An upper bound again: what a policy excludes, its selectors and its conditions,
are its own to judge.
"""

from collections.abc import Iterable, Iterator

from interlock.foreign.compiled import Compiled
from interlock.registration.reach import ALL, Operation
from interlock.registration.resources import Row


def rows_for(policies: Iterable[Compiled]) -> Iterator[Row]:
    """The resources that those of `policies` are for that are in force, by their rules."""
    for compiled in policies:
        if not compiled.bindings:
            continue
        for rule in compiled.policy.constraints.rules:
            operations = ALL if "*" in rule.operations else frozenset(map(Operation, rule.operations))
            for group in rule.groups:
                yield from (Row(group, resource, operations) for resource in rule.resources)
