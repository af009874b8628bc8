"""Mutations without documents: proposals, and conditions that Python can tell."""

from collections.abc import Mapping
from typing import Any

from interlock.identity import PolicyName
from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import Holds, Mutated, mutate
from interlock.model.mutation import Change, Clamp, Default, Lock, Mutation, Pattern, Union
from support.strategies import HERE


def proposal(
    change: Change,
    path: Pattern = ("spec", "limit"),
    *,
    policy: str = "p",
    rank: int = 0,
) -> Proposal:
    return Proposal(PolicyName(policy), rank, Mutation(path=path, change=change, span=HERE))


def default(value: Any, path: Pattern = ("spec", "limit"), *, policy: str = "p", rank: int = 0) -> Proposal:
    return proposal(Default(value), path, policy=policy, rank=rank)


def lock(value: Any, path: Pattern = ("spec", "limit"), *, policy: str = "p", rank: int = 0) -> Proposal:
    return proposal(Lock(value), path, policy=policy, rank=rank)


def clamp(
    path: Pattern = ("spec", "limit"), *, ceiling: int | None = None, floor: int | None = None, rank: int = 0
) -> Proposal:
    return proposal(Clamp(ceiling, floor), path, policy=f"at-most-{ceiling}", rank=rank)


def union(*items: Any, path: Pattern = ("spec", "list"), policy: str = "p") -> Proposal:
    return proposal(Union(items), path, policy=policy)


def always(_: Proposal, __: dict[str, Any]) -> bool:
    return True


def mutated(document: dict[str, Any], *proposals: Proposal, holds: Holds = always) -> Mutated:
    return mutate(document, proposals, holds)


def reasons(found: Mutated) -> Mapping[str, str]:
    return {conflict.subject: conflict.reason for conflict in found.conflicts}
