"""MutatingAdmissionPolicies and their bindings from documents."""

from collections.abc import Iterator
from typing import Final

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.foreign.attributes import DELETE
from interlock.foreign.decoding.common import bound, common, shaped
from interlock.foreign.decoding.shapes import (
    MutatingBindingDocument,
    MutatingDocument,
    MutatingSpec,
    MutationShape,
)
from interlock.foreign.policy import Binding, MutatingPolicy, Mutation, PatchType

_FIELDS: Final = {PatchType.APPLY_CONFIGURATION: "applyConfiguration", PatchType.JSON_PATCH: "jsonPatch"}
_RULES: Final = ("spec", "matchConstraints", "resourceRules")


def decode_policy(document: Document) -> tuple[MutatingPolicy | None, list[Problem]]:
    """The MutatingAdmissionPolicy that `document` is, or everything that is wrong with it."""
    shape, problems = shaped(document, MutatingDocument)
    if shape is not None:
        problems = list(_problems(document, shape.spec))
    if shape is None or problems:
        return None, problems
    policy = MutatingPolicy(
        **common(document, shape.metadata, shape.spec),
        mutations=tuple(
            Mutation(each.patch_type, document.text((*_place(at), _FIELDS[each.patch_type], "expression")))
            for at, each in enumerate(shape.spec.mutations)
        ),
        reinvocation=shape.spec.reinvocation_policy,
    )
    return policy, []


def decode_binding(document: Document) -> tuple[Binding | None, list[Problem]]:
    """The MutatingAdmissionPolicyBinding that `document` is, or everything that is wrong with it."""
    shape, problems = shaped(document, MutatingBindingDocument)
    if shape is None:
        return None, problems
    return bound(document, shape.metadata, shape.spec, ()), []


def _problems(document: Document, spec: MutatingSpec) -> Iterator[Problem]:
    """What the API server refuses beside fields that are not its own."""
    for at, rule in enumerate(spec.match_constraints.resource_rules):
        if DELETE in rule.operations:
            place = (*_RULES, at, "operations", rule.operations.index(DELETE))
            yield document.problem(place, "what is deleted can't be changed: remove `DELETE`")
    for at, each in enumerate(spec.mutations):
        yield from _of_mutation(document, _place(at), each)


def _of_mutation(document: Document, place: Path, shape: MutationShape) -> Iterator[Problem]:
    given = {"applyConfiguration": shape.apply_configuration, "jsonPatch": shape.json_patch}
    wanted = _FIELDS[shape.patch_type]
    if given.pop(wanted) is None:
        yield document.problem(place, f"missing field `{wanted}`: `patchType` is `{shape.patch_type}`")
    for name, other in given.items():
        if other is not None:
            yield document.problem((*place, name), f"remove `{name}`: `patchType` is `{shape.patch_type}`")


def _place(at: int) -> Path:
    return ("spec", "mutations", at)
