"""Kubernetes' admission policies of one policy set."""

from dataclasses import dataclass

from interlock.foreign.compiled import CompiledMutating, CompiledValidating


@dataclass(frozen=True, slots=True)
class KubernetesPolicies:
    """All of them, by name, each with the bindings that put it in force."""

    validating: tuple[CompiledValidating, ...] = ()
    mutating: tuple[CompiledMutating, ...] = ()
