"""What documents say of one another: layers and libraries that policies name, rules that waivers lift.

A document that failed to load is known to exist. Nothing is reported here
that only follows from its failure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.loading.decode.settings import Settings
from interlock.model.layers import Layers
from interlock.model.library import FunctionLibrary, LibraryId
from interlock.model.policy import Effect, OnError, Policy, Rule
from interlock.model.waiver import Waived, Waiver
from interlock.spelling import alternatives, quoted, suggestion

_LAYER: Path = ("spec", "layer")
_DAY = 24 * 60 * 60 * 1000
_MOST_VERSIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a reference may lead to.

    `broken` are the names of policies that exist but failed to load, and
    `broken_libraries` those of libraries. `is_complete` is false where a
    policy's or a library's very name may be missing, and `settings` is None
    where they failed to load.
    """

    policies: Mapping[str, Policy]
    broken: frozenset[str]
    libraries: Mapping[LibraryId, FunctionLibrary]
    broken_libraries: frozenset[str]
    is_complete: bool
    settings: Settings | None


def policy_problems(document: Document, policy: Policy, scene: Scene) -> Iterator[Problem]:
    """What is wrong between `policy` and the layers."""
    if scene.settings is None:
        return
    layers = scene.settings.layers
    layer = layers.find(policy.layer)
    if layer is None:
        yield _unknown_layer(document, policy.layer, layers)
    elif policy.on_error is OnError.IGNORE and not layer.may_ignore_errors:
        hint = "" if layer is layers.order[0] else ", or set `mayIgnoreErrors` for the layer in the PolicySet"
        message = f"layer {quoted(layer.name)} may not ignore errors: remove the field{hint}"
        yield document.problem(("spec", "onError"), message)


def import_problems(document: Document, policy: Policy, scene: Scene) -> Iterator[Problem]:
    """What is wrong between `policy` and the libraries that it imports."""
    for index, each in enumerate(policy.imports):
        path: Path = ("spec", "imports", index)
        library = scene.libraries.get(each.library)
        if library is None:
            yield from _missing_library(document, path, each.library, scene)
        elif each.digest not in {None, library.digest}:
            hint = f"is now {library.digest}: review it and write that digest"
            yield document.problem((*path, "digest"), f"library {quoted(str(library.id))} {hint}")


def _missing_library(document: Document, path: Path, missing: LibraryId, scene: Scene) -> Iterator[Problem]:
    if not scene.is_complete or missing.name in scene.broken_libraries:
        return
    others = [known for known in scene.libraries if known.name == missing.name]
    if others:
        versions = [known.version for known in sorted(others, key=lambda known: known.precedence)]
        hint = f"choose {alternatives(versions[-_MOST_VERSIONS:])}"
        message = f"library {quoted(missing.name)} has no version {quoted(missing.version)}: {hint}"
        yield document.problem((*path, "version"), message)
    else:
        hint = suggestion(missing.name, [known.name for known in scene.libraries])
        yield document.problem((*path, "library"), f"unknown library {quoted(missing.name)}: {hint}")


def waiver_problems(document: Document, waiver: Waiver, scene: Scene) -> Iterator[Problem]:
    """What is wrong between `waiver`, the settings and the rules that it names."""
    if scene.settings is not None:
        if scene.settings.layers.find(waiver.layer) is None:
            yield _unknown_layer(document, waiver.layer, scene.settings.layers)
        longest = scene.settings.longest_waiver
        if waiver.expires - waiver.starts > longest:
            message = f"waiver lasts longer than {longest // _DAY} days: let it expire sooner"
            yield document.problem(("spec", "expires"), message)
    for index, waived in enumerate(waiver.rules):
        path: Path = ("spec", "rules", index)
        policy = scene.policies.get(waived.policy)
        if policy is not None:
            yield from _waived_problems(document, path, waived, policy)
            yield from _reach_problems(document, path, waiver, policy, scene)
        elif scene.is_complete and waived.policy not in scene.broken:
            hint = suggestion(waived.policy, scene.policies)
            yield document.problem((*path, "policy"), f"unknown policy {quoted(waived.policy)}: {hint}")


def _unknown_layer(document: Document, name: str, layers: Layers) -> Problem:
    hint = suggestion(name, [layer.name for layer in layers.order])
    return document.problem(_LAYER, f"unknown layer {quoted(name)}: {hint}")


def _waived_problems(document: Document, path: Path, waived: Waived, policy: Policy) -> Iterator[Problem]:
    """What is wrong between `waived` and the rule or limit of `policy` that it names."""
    rules = {rule.name: rule for rule in policy.rules_and_limits}
    rule = rules.get(waived.rule)
    if rule is None:
        hint = suggestion(waived.rule, rules)
        message = f"unknown rule {quoted(waived.rule)} of policy {quoted(policy.name)}: {hint}"
        yield document.problem((*path, "rule"), message)
    elif isinstance(rule, Rule) and rule.effect is Effect.PERMIT:
        message = f"rule {quoted(rule.name)} permits, and a waiver lifts violations only: add a permit instead"
        yield document.problem((*path, "rule"), message)
    elif not rule.is_waivable:
        message = f"rule {quoted(rule.name)} says `waivable: false`: no waiver lifts it, so remove it here"
        yield document.problem((*path, "rule"), message)
    elif rule.digest != waived.digest:
        message = f"rule {quoted(rule.name)} is now {rule.digest}: approve it again and write that digest"
        yield document.problem((*path, "digest"), message)


def _reach_problems(
    document: Document, path: Path, waiver: Waiver, policy: Policy, scene: Scene
) -> Iterator[Problem]:
    """Whether the issuer's authority reaches `policy`; unknown layers are reported where they stand."""
    if scene.settings is None:
        return
    layers = scene.settings.layers
    known = all(layers.find(name) for name in (waiver.layer, policy.layer))
    if known and not layers.reaches(waiver.layer, policy.layer):
        message = (
            f"layer {quoted(waiver.layer)} does not reach policy {quoted(policy.name)} of layer "
            f"{quoted(policy.layer)}: a waiver lifts rules of its own layer and of those below"
        )
        yield document.problem((*path, "policy"), message)
