"""Limits: names that differ from those of rules, and bounds that leave something."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.identity import RuleName
from interlock.kernel.limits import contradiction
from interlock.loading.decode.names import repeated
from interlock.loading.decode.obligations import decode_obligations
from interlock.loading.digest import limit_digest
from interlock.loading.kinds.limits import BOUNDS
from interlock.loading.kinds.policy import PolicySpec, RuleShape
from interlock.model.limit import Limit
from interlock.model.policy import Match
from interlock.model.vocabulary import Vocabulary
from interlock.spans import SourceText
from interlock.spelling import alternatives, quoted

_LIMITS: Path = ("spec", "limits")

_T = TypeVar("_T", int, frozenset[str])


def decode_limits(
    document: Document, spec: PolicySpec, match: Match, vocabulary: Vocabulary
) -> Iterator[Limit]:
    """The limits that `spec` describes."""
    for index, shape in enumerate(spec.limits):
        path = (*_LIMITS, index)
        yield Limit(
            name=RuleName(shape.name),
            of=document.text((*path, "of")),
            ceiling=_bound(document, (*path, "ceiling"), shape.ceiling),
            floor=_bound(document, (*path, "floor"), shape.floor),
            allowed=_bound(document, (*path, "allowed"), shape.allowed),
            blocked=_bound(document, (*path, "blocked"), shape.blocked),
            message=shape.message,
            remedy=shape.remedy,
            obligations=decode_obligations(shape.obligations, vocabulary.obligations),
            advice=decode_obligations(shape.advice, vocabulary.advice),
            is_waivable=shape.waivable,
            digest=limit_digest(spec, match, shape),
            span=document.span((*path, "name")),
        )


def _bound(document: Document, path: Path, given: _T | str | None) -> _T | SourceText | None:
    return document.text(path) if isinstance(given, str) else given


def limit_problems(
    document: Document, rules: Sequence[RuleShape], limits: Sequence[Limit]
) -> Iterator[Problem]:
    """What is wrong with the `limits` of a policy that has `rules`, each limit for itself."""
    yield from repeated(document, _LIMITS, [limit.name for limit in limits])
    taken = [rule.name for rule in rules]
    for index, limit in enumerate(limits):
        path = (*_LIMITS, index)
        if limit.name in taken:
            line = document.span(("spec", "rules", taken.index(limit.name), "name")).line
            message = f"duplicate name {quoted(limit.name)}: the rule in line {line} has it already"
            yield document.problem((*path, "name"), message)
        yield from _bound_problems(document, path, limit)


def _bound_problems(document: Document, path: Path, limit: Limit) -> Iterator[Problem]:
    given = [bound for bound in BOUNDS if getattr(limit, bound) is not None]
    subject = f"limit {quoted(limit.name)}"
    if not given:
        yield document.problem((*path, "name"), f"{subject} has no bound: add {alternatives(BOUNDS)}")
    elif limit.is_of_numbers and limit.is_of_texts:
        place = document.key_span((*path, given[-1]))
        message = f"{subject} bounds numbers already: move {quoted(given[-1])} to a limit of its own"
        yield document.source.problem(place, message)
    elif reason := contradiction(limit.constants):
        yield document.problem((*path, given[-1]), f"{subject}: {reason}")
