"""Admission policies whose expressions are programs."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.foreign.expressions import Expressions
from interlock.foreign.policy import Binding, MutatingPolicy, Policy, ValidatingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What all policies have: `conditions` in the order of the policy's."""

    policy: Policy
    conditions: Expressions
    bindings: Sequence[Binding] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledValidating(Compiled):
    """A ValidatingAdmissionPolicy: its validations, their messages and its audit annotations, each in order."""

    policy: ValidatingPolicy
    validations: Expressions
    messages: Expressions
    annotations: Expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledMutating(Compiled):
    """A MutatingAdmissionPolicy: its mutations in order, each of which may cost what a policy may."""

    policy: MutatingPolicy
    mutations: Sequence[Expressions]
