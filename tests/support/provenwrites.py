"""The mutations that proofs/Table.v is about, made by the kernel: the same cases in the same order."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from interlock.identity import PolicyName
from interlock.kernel.mutation.merges import Proposal
from interlock.kernel.mutation.mutate import mutate
from interlock.model.mutation import Change, Clamp, Default, Lock, Mutation, Union
from support.provendecisions import triples
from support.strategies import HERE

Guard = Callable[[dict[str, Any]], bool | str]
Write = tuple[Proposal, Guard]


def always(_: dict[str, Any]) -> bool:
    return True


def failing(_: dict[str, Any]) -> str:
    return "no such key"


def if_any(document: dict[str, Any]) -> bool:
    return document.get("b") is not None


def write(rank: int, change: Change, *, guard: Guard = always, key: str = "a") -> Write:
    mutation = Mutation(path=(key,), change=change, span=HERE)
    return Proposal(PolicyName("p"), rank, mutation), guard


def default(rank: int, value: int, **others: Any) -> Write:
    return write(rank, Default(value), **others)


def lock(rank: int, value: int | str, *instead: int | str, guard: Guard = always) -> Write:
    return write(rank, Lock(value, instead), guard=guard)


def clamp(rank: int, floor: int | None, ceiling: int | None) -> Write:
    return write(rank, Clamp(floor=floor, ceiling=ceiling))


def unite(rank: int, *items: int, guard: Guard = always) -> Write:
    return write(rank, Union(items), guard=guard)


ON_NUMBER: Final = [
    *(
        made
        for rank in (0, 1)
        for made in (
            default(rank, 1),
            default(rank, 3),
            clamp(rank, 2, None),
            clamp(rank, None, 4),
            clamp(rank, 5, None),
            lock(rank, 3),
            lock(rank, 9),
            lock(rank, "text"),
        )
    ),
    default(0, 1, guard=if_any),
    lock(0, 3, guard=if_any),
    lock(1, 9, guard=failing),
    default(0, 7, key="b"),
    lock(0, 9, 0, 3),
    lock(1, 3, 6, "text"),
    lock(1, 1, 4, guard=if_any),
    unite(1, 0),
]
ON_LIST: Final = [
    unite(0, 0),
    unite(1, 1),
    unite(1, 0, 2, guard=if_any),
    default(1, 7, key="b"),
    clamp(0, 2, None),
    lock(0, 9, 0),
]


def write_case(value: Any, writes: Sequence[Write]) -> str:
    guards = {id(proposal): guard for proposal, guard in writes}
    mutated = mutate(
        {"a": value},
        [proposal for proposal, _ in writes],
        lambda proposal, document: guards[id(proposal)](document),
    )
    return shown(mutated.document["a"]) + ("!" if mutated.conflicts else ".")


def shown(value: Any) -> str:
    match value:
        case None:
            return "-"
        case list():
            return chr(ord("a") + sum(1 << item for item in value))
        case int():
            return str(value)
        case _:
            return "?"


def write_rows() -> Iterator[str]:
    for writes, values in ((ON_NUMBER, (None, 0, 6, "text")), (ON_LIST, (None, [0], [0, 1, 2], 0))):
        for value in values:
            yield "".join(write_case(value, three) for three in triples(writes))
