"""All documents of a policy set, read together.

The files' order, number and names make no difference to what is read. Each
problem of each file is found in one go, and none of them raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from interlock.documents.document import read_documents
from interlock.documents.files import find, read_source
from interlock.documents.source import Source
from interlock.errors import Problem
from interlock.foreign import load as foreign
from interlock.foreign.policies import KubernetesPolicies
from interlock.loading.catalogs import combine, over, shipped
from interlock.loading.contents import gather
from interlock.loading.decode.settings import Settings
from interlock.loading.objects import Schemas, is_schema, read_schemas
from interlock.loading.references import import_problems, policy_problems, waiver_problems
from interlock.loading.validate import is_test, validate
from interlock.model.budget import Budget
from interlock.model.catalog import Catalog
from interlock.model.costs import CostLimits
from interlock.model.labels import AttributionLabels
from interlock.model.layers import Layers
from interlock.model.library import FunctionLibrary
from interlock.model.policy import Policy
from interlock.model.vocabulary import Vocabulary
from interlock.model.waiver import Waiver
from interlock.units import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What the documents of a policy set say; everything is sorted by name.

    It is all there is only if it was read without a problem.
    """

    policies: tuple[Policy, ...]
    libraries: tuple[FunctionLibrary, ...]
    schemas: Schemas
    catalog: Catalog
    waivers: tuple[Waiver, ...]
    budgets: tuple[Budget, ...]
    layers: Layers
    labels: AttributionLabels
    longest_waiver: Milliseconds
    costs: CostLimits
    vocabulary: Vocabulary
    kubernetes: KubernetesPolicies
    sources: Mapping[str, Source] = field(repr=False)

    def with_line(self, problem: Problem) -> Problem:
        """`problem` with the line that it stands in: for what is found later, when CEL is compiled."""
        return self.sources[problem.span.file].problem(problem.span, problem.message)


def read(paths: Iterable[Path], further: Iterable[Source | Problem] = ()) -> tuple[Bundle, tuple[Problem, ...]]:
    """What the files at `paths` and `further` sources say together, and everything that is wrong with them.

    Directories are read in full. With any problem the bundle must not decide
    anything: what is missing from it could have denied.
    """
    files, problems = find(paths)
    read_files = [*map(read_source, files), *further]
    sources = [source for source in read_files if isinstance(source, Source)]
    problems += [problem for problem in read_files if isinstance(problem, Problem)]
    bundle, found = assemble(sources)
    ordered = sorted({*problems, *found}, key=lambda problem: (problem.span, problem.message))
    return bundle, tuple(ordered)


def assemble(sources: Iterable[Source]) -> tuple[Bundle, list[Problem]]:
    """What `sources`, whose names differ, say together, and everything that is wrong with them."""
    by_name = {source.file: source for source in sources}
    readings = [read_documents(source) for source in by_name.values()]
    problems = [problem for reading in readings for problem in reading.problems]
    places = {problem.span for problem in problems}
    documents = [document for reading in readings for document in reading.documents]
    kubernetes, wrong = foreign.assemble(readings)
    schemas, unreadable = read_schemas(filter(is_schema, documents))
    ours = (
        document
        for document in documents
        if not (is_test(document) or is_schema(document) or foreign.is_foreign(document))
    )
    checked = [validate(document, places) for document in ours]
    contents = gather(checked, is_complete=all(reading.is_complete for reading in readings))
    catalog, repeated = combine(contents.catalogs)
    scene = contents.scene()
    problems += [problem for one in checked for problem in one.problems]
    problems += [*unreadable, *contents.problems, *repeated]
    problems += [by_name[each.span.file].problem(each.span, each.message) for each in wrong]
    problems += [p for document, policy in contents.policies for p in policy_problems(document, policy, scene)]
    problems += [p for document, policy in contents.policies for p in import_problems(document, policy, scene)]
    problems += [p for document, waiver in contents.waivers for p in waiver_problems(document, waiver, scene)]
    settings = scene.settings or Settings()
    bundle = Bundle(
        policies=tuple(sorted((policy for _, policy in contents.policies), key=lambda policy: policy.name)),
        libraries=tuple(
            sorted(contents.libraries, key=lambda library: (library.id.name, library.id.precedence))
        ),
        schemas=schemas,
        catalog=over(shipped(), catalog),
        waivers=tuple(sorted((waiver for _, waiver in contents.waivers), key=lambda waiver: waiver.name)),
        budgets=tuple(sorted(contents.budgets, key=lambda budget: budget.name)),
        layers=settings.layers,
        labels=settings.labels,
        longest_waiver=settings.longest_waiver,
        costs=settings.costs,
        vocabulary=settings.vocabulary,
        kubernetes=kubernetes,
        sources=by_name,
    )
    return bundle, problems
