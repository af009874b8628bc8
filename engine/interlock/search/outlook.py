"""What policies leave open of an access before anybody knows what is sought. Pure.

Partial evaluation over the fixed part of the access tells two things: whether
nothing at all can be allowed, and which ids policies themselves compare with.
Law: an access that is `hopeless` is denied whatever completes it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interlock.cel.ir import Node
from interlock.cel.tree import Path
from interlock.engine.funds import check_deadline
from interlock.intents.callables import CALLS, TOOL
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.policyset import PolicySet
from interlock.model.area import Area, items
from interlock.model.intent import Intent
from interlock.model.policy import ENFORCE
from interlock.search.candidates import bounded
from interlock.search.literals import literals
from interlock.search.query import Query, Sought
from interlock.search.residual import Residual

# Of a tool that is called nobody knows the arguments yet, and only what denies whatever they are counts.
_OF_ARGUMENTS: Final = frozenset(
    {("tool", "arguments"), *(("intent", fact) for fact in ("tools", "usage", "data", "unresolved"))}
)
_ALWAYS: Final[frozenset[Path]] = _OF_ARGUMENTS | {("intent", "provenance"), ("intent", "object")}
_UNKNOWN: Final[Mapping[Sought, frozenset[Path]]] = {
    Sought.SUBJECT: _ALWAYS | {("intent", "principal", fact) for fact in ("id", "groups", "claims")},
    Sought.RESOURCE: _ALWAYS
    | {("intent", "resources"), ("intent", "models")}
    | {("resource", "id"), ("resource", "properties"), ("tool",), ("model",)},
    Sought.ACTION: _ALWAYS | {("intent", "operation")},
}
"""What depends on what is sought. What is in no activation, such as `now`, is unknown, too."""

_PLACES: Final[Mapping[Sought, tuple[Path, ...]]] = {
    Sought.SUBJECT: (("intent", "principal", "id"),),
    Sought.RESOURCE: (("resource", "id"), ("model", "name")),
    Sought.ACTION: (("intent", "operation", "name"),),
}
"""Where the ids are read that are sought."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left of all policies: whether nothing can be allowed, and the ids that they compare with."""

    is_hopeless: bool
    named: frozenset[str]


def outlook(policies: PolicySet, query: Query, until: int | None) -> Outlook:
    """What `policies` leave open of `query`.

    Raises:
        RequestError: they compare with more ids than a search looks at.
        UndecidableError: `time.monotonic_ns()` passed `until`.
    """
    intent = query.intent
    waived = {rule.digest for waiver in policies.waivers for rule in waiver.rules}
    named: set[str] = set()
    permitted: set[tuple[str, Area]] = set()
    is_denied = False
    for compiled in _asked(policies, intent):
        for item in items(compiled.policy.area, intent):
            check_deadline(until)
            known = {"intent": intent, compiled.policy.area.variable: item}
            residual = Residual(compiled, known, _UNKNOWN[query.sought])
            named |= bounded(_named(query, residual.nodes))
            if residual.can_permit:
                permitted.add((compiled.policy.layer, compiled.policy.area))
            is_denied |= residual.denies and waived.isdisjoint(rule.id.digest for rule in compiled.rules)
    is_lacking = any(
        items(area, intent) and (layer, area) not in permitted for layer, area in policies.layers.closures
    )
    return Outlook(is_uniform(query) and (is_denied or is_lacking), frozenset(named))


def is_uniform(query: Query) -> bool:
    """Whether policies are asked the same whatever is found: some actions on tools and models are calls."""
    return query.sought is not Sought.ACTION or query.type not in CALLS


def _asked(policies: PolicySet, intent: Intent) -> Iterator[CompiledPolicy]:
    for compiled in policies.compiled:
        policy = compiled.policy
        if policy.enforcement is ENFORCE and policy.match.covers(intent["action"], intent["kind"]):
            yield compiled


def _named(query: Query, nodes: Iterable[Node]) -> Iterator[str]:
    """The ids that the expressions of one policy compare with; of tools, each server with each name."""
    for place in _PLACES[query.sought]:
        yield from _texts(nodes, place)
    if query.sought is Sought.RESOURCE and query.type == TOOL:
        names = set(_texts(nodes, ("tool", "name")))
        if query.server:
            yield from names
        else:
            servers = set(_texts(nodes, ("tool", "server")))
            yield from (f"{server}/{name}" for server in servers for name in names)


def _texts(nodes: Iterable[Node], place: Path) -> Iterator[str]:
    return (text for node in nodes for text in literals(node, place))
