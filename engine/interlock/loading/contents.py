"""Checked documents, decoded and sorted by what they are.

Names that repeat are found here. What failed is remembered, so that
references to it are not reported as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from interlock.documents.document import Document
from interlock.errors import Problem
from interlock.loading.decode.budget import decode_budget
from interlock.loading.decode.library import decode_library
from interlock.loading.decode.names import NAME
from interlock.loading.decode.policy import decode_policy
from interlock.loading.decode.settings import Settings, decode_settings
from interlock.loading.decode.waiver import decode_waiver
from interlock.loading.digest import pinned
from interlock.loading.kinds.budget import BudgetDocument
from interlock.loading.kinds.catalog import CatalogDocument
from interlock.loading.kinds.library import LibraryDocument
from interlock.loading.kinds.policy import PolicyDocument
from interlock.loading.kinds.policyset import PolicySetDocument
from interlock.loading.kinds.waiver import WaiverDocument
from interlock.loading.references import Scene
from interlock.loading.validate import LIBRARY, POLICY, POLICY_SET, AnyShape, Checked
from interlock.model.budget import Budget
from interlock.model.library import FunctionLibrary
from interlock.model.policy import Policy
from interlock.model.waiver import Waiver
from interlock.spelling import quoted


@dataclass(slots=True, kw_only=True)
class Contents:
    """What the documents hold, each noun with the document that it is from.

    `broken` are kinds and names of documents that exist but give no noun.
    """

    is_complete: bool
    policies: list[tuple[Document, Policy]] = field(default_factory=list)
    libraries: list[FunctionLibrary] = field(default_factory=list)
    waivers: list[tuple[Document, Waiver]] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)
    catalogs: list[tuple[Document, CatalogDocument]] = field(default_factory=list)
    settings: list[Settings] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def scene(self) -> Scene:
        """What references may lead to."""
        unusable = frozenset(name for kind, name in self.broken if kind == POLICY)
        broken_libraries = frozenset(name for kind, name in self.broken if kind == LIBRARY)
        return Scene(
            policies={policy.name: policy for _, policy in self.policies if policy.name not in unusable},
            broken=unusable,
            libraries={library.id: library for library in self.libraries},
            broken_libraries=broken_libraries,
            is_complete=self.is_complete,
            settings=self.known_settings(),
        )

    def known_settings(self) -> Settings | None:
        """The settings, or None where what was read does not tell them."""
        if any(kind == POLICY_SET for kind, _ in self.broken):
            return None
        if self.settings:
            return self.settings[0]
        return Settings() if self.is_complete else None


def gather(checked: Iterable[Checked], *, is_complete: bool) -> Contents:
    """All that `checked` documents hold. `is_complete` says that no file has more of them."""
    contents = Contents(is_complete=is_complete)
    first: dict[tuple[str, str], Document] = {}
    sound: list[tuple[Document, AnyShape]] = []
    for one in checked:
        if not one.kind or (one.kind in {POLICY, LIBRARY} and not one.name):
            contents.is_complete = False
        if one.shape is None or not one.document.is_sound:
            contents.broken.add((one.kind, one.name))
        else:
            sound.append((one.document, one.shape))
        if one.name:
            _note_repetition(contents, first, one)
    # What rules may oblige to has to be known before the rules are read.
    for document, shape in sorted(sound, key=lambda each: each[1].kind != POLICY_SET):
        _decode(contents, document, shape)
    _pin(contents)
    return contents


def _decode(contents: Contents, document: Document, shape: AnyShape) -> None:
    """Add what `document` holds to `contents`."""
    problems: list[Problem] = []
    match shape:
        case PolicyDocument():
            settings = contents.known_settings()
            vocabulary = settings.vocabulary if settings else None
            policy, problems = decode_policy(document, shape, vocabulary)
            contents.policies += [(document, policy)] if policy else []
        case LibraryDocument():
            library, problems = decode_library(document, shape)
            contents.libraries += [library] if library else []
        case WaiverDocument():
            waiver, problems = decode_waiver(document, shape)
            contents.waivers += [(document, waiver)] if waiver else []
        case BudgetDocument():
            settings = contents.known_settings()
            budget, problems = decode_budget(document, shape, settings.rates if settings else None)
            contents.budgets += [budget] if budget else []
        case PolicySetDocument():
            settings, problems = decode_settings(document, shape)
            contents.settings += [settings] if settings else []
        case _:
            contents.catalogs.append((document, shape))
    if problems:
        contents.broken.add((shape.kind, shape.metadata.name))
        contents.problems += problems


def _pin(contents: Contents) -> None:
    """Let the digests of rules and limits cover what is imported; a policy that lacks an import is broken."""
    known = {library.id: library.digest for library in contents.libraries}
    for at, (document, policy) in enumerate(contents.policies):
        digests = [known[each.library] for each in policy.imports if each.library in known]
        if len(digests) < len(policy.imports):
            contents.broken.add((POLICY, policy.name))
        rules = tuple(replace(rule, digest=pinned(rule.digest, digests)) for rule in policy.rules)
        limits = tuple(replace(limit, digest=pinned(limit.digest, digests)) for limit in policy.limits)
        contents.policies[at] = document, replace(policy, rules=rules, limits=limits)


def _note_repetition(contents: Contents, first: dict[tuple[str, str], Document], one: Checked) -> None:
    """Add the problem that a document before `one` has its name."""
    unique = _unique(one)
    before = first.setdefault((one.kind, unique), one.document)
    if before is one.document:
        return
    contents.broken.add((one.kind, one.name))
    place = before.span(NAME)
    message = f"duplicate {one.kind} {quoted(unique)}: {place} has that name already"
    if one.kind == POLICY_SET:
        message = f"second PolicySet: {place} is one already, and a policy set has one at most"
    contents.problems.append(one.document.problem(NAME, message))


def _unique(one: Checked) -> str:
    """What differs among the documents of a kind: PolicySets repeat under any name, libraries have versions."""
    if one.kind == POLICY_SET:
        return ""
    if one.kind != LIBRARY:
        return one.name
    # Without its version there is no saying what a library repeats: then its place makes it unique.
    version = one.shape.spec.version if isinstance(one.shape, LibraryDocument) else one.document.span()
    return f"{one.name} {version}"
