"""Mutations: paths that lead somewhere, and bounds that leave something."""

from collections.abc import Iterator
from typing import Final

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.loading.kinds.mutations import ClampShape, DefaultShape, LockShape, MutationShape, UnionShape
from interlock.loading.kinds.policy import PolicySpec
from interlock.model.mutation import EACH, Change, Clamp, Default, Lock, Mutation, Union

_IDENTITY: Final = frozenset({"apiVersion", "kind"})
"""What policies are matched by: if it changed, others would apply."""

Written = tuple[tuple[Path, MutationShape], ...]


def written(spec: PolicySpec) -> Written:
    """All mutations of a policy, each with its place in the document."""
    lists = (
        ("defaults", spec.defaults),
        ("clamps", spec.clamps),
        ("unions", spec.unions),
        ("locks", spec.locks),
    )
    return tuple((("spec", name, index), shape) for name, shapes in lists for index, shape in enumerate(shapes))


def mutation_problems(document: Document, spec: PolicySpec) -> Iterator[Problem]:
    """What is wrong with a policy's mutations, each for itself."""
    mutations = written(spec)
    if mutations and spec.match.when:
        message = (
            "a policy that changes objects applies by action and kind alone: "
            "give the change a `when`, or move its rules to a policy of their own"
        )
        yield document.problem(("spec", "match", "when"), message)
    for place, shape in mutations:
        if EACH in {shape.path[0], shape.path[-1]}:
            message = (
                "`*` stands for the items of a list: write the list's key before it and an item's key after it"
            )
            yield document.problem((*place, "path"), message)
        if shape.path[0] in _IDENTITY:
            message = f"`{shape.path[0]}` says what the object is, and can't be changed"
            yield document.problem((*place, "path"), message)
        if isinstance(shape, ClampShape):
            yield from _clamp_problems(document, place, shape)


def _clamp_problems(document: Document, place: Path, shape: ClampShape) -> Iterator[Problem]:
    if shape.ceiling is None and shape.floor is None:
        yield document.problem(place, "the clamp has no bound: add `ceiling` or `floor`")
    elif shape.ceiling is not None and shape.floor is not None and shape.floor > shape.ceiling:
        message = f"the floor of {shape.floor} is above the ceiling of {shape.ceiling}: lower it"
        yield document.problem((*place, "floor"), message)


def decode_mutations(document: Document, spec: PolicySpec) -> tuple[Mutation, ...]:
    """The mutations that `spec` describes."""
    return tuple(
        Mutation(
            path=shape.path,
            change=_change(shape),
            when=document.text((*place, "when")) if shape.when else None,
            span=document.span((*place, "path")),
        )
        for place, shape in written(spec)
    )


def _change(shape: MutationShape) -> Change:
    match shape:
        case DefaultShape():
            return Default(shape.value)
        case ClampShape():
            return Clamp(shape.ceiling, shape.floor)
        case UnionShape():
            return Union(shape.items)
        case LockShape():
            return Lock(shape.value, shape.instead)
        case _:
            raise TypeError(type(shape).__name__)
