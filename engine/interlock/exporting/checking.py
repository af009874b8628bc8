"""Whether Kubernetes takes what was written, has all that it calls, and lets it cost what it may."""

from collections.abc import Iterator
from typing import Final

from interlock.analysis.releases import beyond
from interlock.analysis.worst import Sizes, worst_case
from interlock.cel.cost.limits import PER_CALL_LIMIT
from interlock.cel.libraries.kubernetes.versions import Version
from interlock.documents.document import read_documents
from interlock.documents.source import Source
from interlock.errors import Problem
from interlock.foreign.compiled import CompiledMutating, CompiledValidating
from interlock.foreign.expressions import Expressions
from interlock.foreign.load import assemble
from interlock.loading.compiled import CompiledPolicy

_SIZES: Final = Sizes(elements=100, characters=100)
"""Objects have no types there: whatever may be a list or a text is taken to be as long as a list."""


def differences(compiled: CompiledPolicy, text: str, release: Version) -> Iterator[Problem]:
    """What keeps `text`, which was written from `compiled`, from being the same policy in `release`."""
    span = compiled.policy.span
    policies, problems = assemble([read_documents(Source(str(span), text))])
    for message in dict.fromkeys(problem.message for problem in problems):
        yield Problem(span, f"Kubernetes refuses what it becomes: {message}")
    parts = [part for policy in policies.validating for part in _of_validating(policy)]
    parts += [part for policy in policies.mutating for part in _of_mutating(policy)]
    for message in dict.fromkeys(message for part in parts for message in _said(part, release)):
        yield Problem(span, message)


def _of_validating(policy: CompiledValidating) -> tuple[Expressions, ...]:
    return (policy.conditions, policy.validations, policy.messages)


def _of_mutating(policy: CompiledMutating) -> tuple[Expressions, ...]:
    return (policy.conditions, *policy.mutations)


def _said(part: Expressions, release: Version) -> Iterator[str]:
    for program in (*part.variables.values(), *filter(None, part.programs)):
        yield from (finding.message for finding in beyond(program, release))
    for program in filter(None, part.programs):
        cost = worst_case(program, part.variables, _SIZES)
        if cost > PER_CALL_LIMIT:
            yield f"may cost {cost:,} there, which is more than {PER_CALL_LIMIT:,}: bound what it loops over"
