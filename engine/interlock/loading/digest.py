"""Digests of rules, limits and libraries: they change exactly when what they are of may mean something else."""

from collections.abc import Iterable, Mapping

from interlock.digests import digest_of
from interlock.identity import Digest
from interlock.loading.kinds.library import FunctionShape, LibraryDocument
from interlock.loading.kinds.limits import BOUNDS, LimitShape
from interlock.loading.kinds.obligations import Written
from interlock.loading.kinds.policy import PolicySpec, RuleShape
from interlock.loading.types import parse_type
from interlock.model.policy import Effect, Match


def rule_digest(policy: PolicySpec, match: Match, rule: RuleShape, effect: Effect, expression: str) -> Digest:
    """The digest of all that the meaning of `rule` depends on.

    That is its own name, effect, expression and obligations and its policy's layer,
    area, onError, match and variables; what it imports is for `pinned`. Texts for
    people and the enforcement mode are left out: rewording a message or
    enforcing what was audited needs no new approval; and so are advice, which
    nobody has to follow, and whether the rule may be waived.
    """
    return digest_of(
        {
            **_surroundings(policy, match),
            "rule": rule.name,
            "effect": effect,
            "expression": expression,
            **_obligations(rule.obligations),
        }
    )


def limit_digest(policy: PolicySpec, match: Match, limit: LimitShape) -> Digest:
    """The digest of all that the meaning of `limit` depends on: as a rule's, with what is bounded and how."""
    bounds = {name: getattr(limit, name) for name in BOUNDS}
    return digest_of(
        {
            **_surroundings(policy, match),
            "rule": limit.name,
            "effect": Effect.LIMIT,
            "of": limit.of,
            **{
                name: sorted(given) if isinstance(given, frozenset) else given for name, given in bounds.items()
            },
            **_obligations(limit.obligations),
        }
    )


def _surroundings(policy: PolicySpec, match: Match) -> dict[str, object]:
    """What of its policy the meaning of a rule or a limit depends on."""
    return {
        "layer": policy.layer,
        "area": policy.area,
        "onError": policy.on_error,
        "actions": sorted(match.actions),
        "kinds": sorted(match.kinds),
        "when": policy.match.when,
        "variables": [[variable.name, variable.expression] for variable in policy.variables],
    }


def _obligations(given: Mapping[str, Written]) -> dict[str, object]:
    """What `given` obliges to, if it does at all; order and repetition within a list mean nothing."""
    obliged = {name: sorted(set(value)) if isinstance(value, list) else value for name, value in given.items()}
    return {"obligations": obliged} if obliged else {}


def pinned(rule: Digest, libraries: Iterable[Digest]) -> Digest:
    """The digest `rule` that depends on all `libraries` which the rule's policy imports, too."""
    imported = sorted(libraries)
    return digest_of([rule, imported]) if imported else rule


def library_digest(shape: LibraryDocument) -> Digest:
    """The digest of all that calls of the library's functions depend on.

    That is its name and version and its functions' names, parameters, results
    and expressions. Descriptions and examples are left out, and the order of
    the functions means nothing.
    """
    functions = sorted(shape.spec.functions, key=lambda function: function.name)
    return digest_of([shape.metadata.name, shape.spec.version, [_meaning(function) for function in functions]])


def _meaning(function: FunctionShape) -> dict[str, object]:
    return {
        "name": function.name,
        "parameters": [[each.name, str(parse_type(each.type))] for each in function.parameters],
        "result": str(parse_type(function.result)),
        "expression": function.expression,
    }
