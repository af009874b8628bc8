"""Policies: rules with one effect each, and what their digests cover."""

from collections.abc import Iterator, Sequence

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.identity import Digest, LayerName, PolicyName, RuleName
from interlock.loading.decode.limits import decode_limits, limit_problems
from interlock.loading.decode.match import decode_match
from interlock.loading.decode.mutations import decode_mutations, mutation_problems, written
from interlock.loading.decode.names import NAME, repeated
from interlock.loading.decode.obligations import decode_obligations, obligation_problems
from interlock.loading.digest import rule_digest
from interlock.loading.kinds.policy import ImportShape, PolicyDocument, PolicySpec, RuleShape
from interlock.model.library import Import, LibraryId, LibraryName
from interlock.model.policy import Effect, Match, Policy, Rule, Variable
from interlock.model.vocabulary import NOTHING_DECLARED, Vocabulary
from interlock.spelling import quoted

_RULES: Path = ("spec", "rules")
_IMPORTS: Path = ("spec", "imports")


def decode_policy(
    document: Document, shape: PolicyDocument, vocabulary: Vocabulary | None
) -> tuple[Policy | None, list[Problem]]:
    """The policy that `shape` describes; `vocabulary` is None where nobody knows what is declared."""
    spec = shape.spec
    match = decode_match(document, spec.match)
    known = vocabulary or NOTHING_DECLARED
    limits = tuple(decode_limits(document, spec, match, known))
    problems = [
        *repeated(document, _RULES, [rule.name for rule in spec.rules]),
        *_import_problems(document, spec.imports),
        *repeated(document, ("spec", "variables"), [variable.name for variable in spec.variables]),
    ]
    for index, rule in enumerate(spec.rules):
        problems += _rule_problems(document, (*_RULES, index), rule)
        problems += obligation_problems(document, (*_RULES, index), rule, vocabulary)
    for index, limit in enumerate(spec.limits):
        problems += obligation_problems(document, ("spec", "limits", index), limit, vocabulary)
    problems += _emptiness_problems(document, spec)
    problems += limit_problems(document, spec.rules, limits)
    problems += mutation_problems(document, spec)
    if problems:
        return None, problems
    policy = Policy(
        name=PolicyName(shape.metadata.name),
        layer=LayerName(spec.layer),
        area=spec.area,
        enforcement=spec.enforcement,
        on_error=spec.on_error,
        description=spec.description,
        match=match,
        imports=tuple(map(_import, spec.imports)),
        variables=tuple(_variables(document, spec)),
        rules=tuple(_rules(document, spec, match, known)),
        limits=limits,
        mutations=decode_mutations(document, spec),
        span=document.span(NAME),
    )
    return policy, []


def _effects(rule: RuleShape) -> list[tuple[Effect, str]]:
    """The effects that `rule` has, with their expressions."""
    written = [(Effect.REQUIRE, rule.require), (Effect.FORBID, rule.forbid), (Effect.PERMIT, rule.permit)]
    return [(effect, expression) for effect, expression in written if expression]


def _rule_problems(document: Document, path: Path, rule: RuleShape) -> Iterator[Problem]:
    effects = [effect for effect, _ in _effects(rule)]
    if not effects:
        message = f"rule {quoted(rule.name)} has no effect: add `require`, `forbid` or `permit`"
        yield document.problem((*path, "name"), message)
    for effect in effects[1:]:
        place = document.key_span((*path, effect.value))
        message = f"rule {quoted(rule.name)} has `{effects[0]}` already: move `{effect}` to a rule of its own"
        yield document.source.problem(place, message)
    can_deny = any(effect is not Effect.PERMIT for effect in effects)
    if can_deny and not (rule.message or rule.message_expression):
        message = f"rule {quoted(rule.name)} can deny and says not why: add `message` or `messageExpression`"
        yield document.problem((*path, "name"), message)


def _import_problems(document: Document, imports: Sequence[ImportShape]) -> Iterator[Problem]:
    names = [each.library for each in imports]
    for index, name in enumerate(names):
        first = names.index(name)
        if first < index:
            line = document.span((*_IMPORTS, first, "library")).line
            message = f"library {quoted(name)} is imported in line {line} already: choose one version"
            yield document.problem((*_IMPORTS, index, "library"), message)


def _emptiness_problems(document: Document, spec: PolicySpec) -> Iterator[Problem]:
    if not spec.rules and not spec.limits and not written(spec):
        yield document.problem(
            NAME, "the policy says nothing: add `rules`, `limits`, `defaults`, `clamps`, `unions` or `locks`"
        )


def _import(shape: ImportShape) -> Import:
    library = LibraryId(LibraryName(shape.library), shape.version)
    return Import(library, Digest(shape.digest) if shape.digest else None)


def _variables(document: Document, spec: PolicySpec) -> Iterator[Variable]:
    for index, variable in enumerate(spec.variables):
        yield Variable(variable.name, document.text(("spec", "variables", index, "expression")))


def _rules(document: Document, spec: PolicySpec, match: Match, vocabulary: Vocabulary) -> Iterator[Rule]:
    for index, rule in enumerate(spec.rules):
        path = (*_RULES, index)
        ((effect, expression),) = _effects(rule)
        yield Rule(
            name=RuleName(rule.name),
            effect=effect,
            expression=document.text((*path, effect.value)),
            message=rule.message,
            message_expression=document.text((*path, "messageExpression")) if rule.message_expression else None,
            remedy=rule.remedy,
            obligations=decode_obligations(rule.obligations, vocabulary.obligations),
            advice=decode_obligations(rule.advice, vocabulary.advice),
            is_waivable=rule.waivable,
            digest=rule_digest(spec, match, rule, effect, expression),
            span=document.span((*path, "name")),
        )
