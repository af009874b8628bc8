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
from interlock.foreign.compiled import CompiledValidating
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
    for each in policies.validating:
        for message in dict.fromkeys(_said(each, release)):
            yield Problem(span, message)


def _said(policy: CompiledValidating, release: Version) -> Iterator[str]:
    found = policy.validations.variables
    conditions, decide = policy.conditions.programs, policy.validations.programs
    for program in (*conditions, *found.values(), *decide, *policy.messages.programs):
        if program is not None:
            yield from (finding.message for finding in beyond(program, release))
    for program in (*conditions, *decide):
        cost = 0 if program is None else worst_case(program, found, _SIZES)
        if cost > PER_CALL_LIMIT:
            yield f"may cost {cost:,} there, which is more than {PER_CALL_LIMIT:,}: bound what it loops over"
