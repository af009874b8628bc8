"""A directory of documents to one compiled, immutable policy set.

Loading is all or nothing: every problem of every file is reported at once,
and a set with a problem never comes to be.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from interlock.cel.environment import Environment, Evaluator
from interlock.cel.program import Program
from interlock.digests import digest_of
from interlock.documents.source import Source
from interlock.errors import AuthorError, Problem
from interlock.foreign.policies import KubernetesPolicies
from interlock.identity import Digest, WaiverName
from interlock.loading.bundle import read
from interlock.loading.canonical import plain
from interlock.loading.compile import Compiler
from interlock.loading.compiled import CompiledBudget, CompiledPolicy
from interlock.loading.contradictions import contradictions
from interlock.loading.environments import environments
from interlock.loading.libraries import CompiledLibrary, compile_libraries
from interlock.loading.objects import Schemas
from interlock.loading.strata import strata_problems
from interlock.model.area import Area
from interlock.model.catalog import Catalog
from interlock.model.costs import CostLimits
from interlock.model.labels import AttributionLabels
from interlock.model.layers import Layers
from interlock.model.library import LibraryId
from interlock.model.policy import Policy
from interlock.model.vocabulary import Vocabulary
from interlock.model.waiver import Waiver
from interlock.prices.published import release


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """Everything that decisions rest on besides the Intent and the time.

    Two sets with equal digests decide alike, whatever files they came from
    and in whatever order.
    """

    digest: Digest
    layers: Layers
    labels: AttributionLabels
    catalog: Catalog
    costs: CostLimits
    vocabulary: Vocabulary
    schemas: Schemas
    environments: Mapping[Area, Environment]
    libraries: Mapping[LibraryId, CompiledLibrary]
    compiled: tuple[CompiledPolicy, ...]
    waivers: tuple[Waiver, ...]
    scopes: Mapping[WaiverName, Program]
    budgets: tuple[CompiledBudget, ...]
    kubernetes: KubernetesPolicies

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies as their authors wrote them, by name."""
        return tuple(compiled.policy for compiled in self.compiled)


def load(
    paths: Iterable[Path],
    further: Iterable[Source | Problem] = (),
    *,
    evaluator: Evaluator = Evaluator.INTERLOCK,
) -> PolicySet:
    """The policy set of all documents in `paths`, which are files or directories, and in `further` sources.

    Its expressions are evaluated by `evaluator`.

    Raises:
        AuthorError: documents or expressions have problems; all of them.
    """
    bundle, problems = read(paths, further)
    areas = environments(evaluator, limit=bundle.costs.expression)
    libraries, wrong = compile_libraries(bundle.libraries, areas[Area.INTENT])
    compiler = Compiler(areas, libraries, bundle.schemas)
    compiled = tuple(map(compiler.policy, bundle.policies))
    scopes = {waiver.name: compiler.scope(waiver) for waiver in bundle.waivers}
    budgets = tuple(map(compiler.budget, bundle.budgets))
    sound = [policy for policy in compiled if policy is not None]
    between = (*strata_problems(sound), *contradictions(sound))
    expressions = tuple(map(bundle.with_line, [*wrong, *compiler.problems]))
    found = (*problems, *expressions, *map(bundle.with_line, between))
    if found:
        raise AuthorError(found, expressions)
    return PolicySet(
        digest=digest_of(
            plain(
                [
                    bundle.layers,
                    bundle.labels,
                    bundle.catalog,
                    bundle.costs,
                    bundle.vocabulary,
                    bundle.libraries,
                    [*map(_unordered, bundle.policies)],
                    bundle.waivers,
                    bundle.budgets,
                    release(),
                    *bundle.schemas.custom,
                    *_stated(bundle.kubernetes),
                ]
            ),
        ),
        layers=bundle.layers,
        labels=bundle.labels,
        catalog=bundle.catalog,
        costs=bundle.costs,
        vocabulary=bundle.vocabulary,
        schemas=bundle.schemas,
        environments=compiler.environments,
        libraries=libraries,
        compiled=tuple(sound),
        waivers=bundle.waivers,
        scopes={name: scope for name, scope in scopes.items() if scope is not None},
        budgets=budgets,
        kubernetes=bundle.kubernetes,
    )


def _unordered(policy: Policy) -> Policy:
    """`policy` with what has no order in the one that its meaning gives it, so that equal sets are equal."""
    return replace(
        policy,
        rules=tuple(sorted(policy.rules, key=lambda rule: rule.name)),
        limits=tuple(sorted(policy.limits, key=lambda limit: limit.name)),
        mutations=tuple(sorted(policy.mutations, key=lambda mutation: digest_of(plain(mutation)))),
    )


def _stated(policies: KubernetesPolicies) -> Iterator[object]:
    """What all of `policies` and their bindings state, by name; nothing where there are none."""
    for compiled in (*policies.validating, *policies.mutating):
        yield [compiled.policy, sorted(compiled.bindings, key=lambda binding: binding.name)]
