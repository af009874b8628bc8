"""Policies of one kind, and their bindings, as documents say them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from interlock.documents.document import Document, Reading
from interlock.errors import Problem
from interlock.foreign.policy import Binding, Policy
from interlock.spelling import closest, quoted

_Policy = TypeVar("_Policy", bound=Policy)
_Compiled = TypeVar("_Compiled")
_Found = TypeVar("_Found", bound=Policy | Binding)


@dataclass(slots=True, kw_only=True)
class Gathered(Generic[_Policy]):
    """What documents say of policies of a `kind`, by name. `is_complete` says that no policy is missing."""

    kind: str
    decode_policy: Callable[[Document], tuple[_Policy | None, list[Problem]]]
    decode_binding: Callable[[Document], tuple[Binding | None, list[Problem]]]
    policies: dict[str, _Policy] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_complete: bool = True

    @property
    def kinds(self) -> tuple[str, str]:
        """The kinds of the documents that are read: of policies, and of bindings."""
        return self.kind, f"{self.kind}Binding"

    def read(self, reading: Reading, documents: Iterable[Document]) -> None:
        """Add what `documents` of `reading` say; those of other kinds are passed over."""
        self.is_complete &= reading.is_complete
        for document in documents:
            kind = document.text(("kind",)).text
            if kind == self.kind:
                policy, problems = self.decode_policy(document)
                self.is_complete &= policy is not None
                self._add(self.policies, policy, problems, kind)
            elif kind in self.kinds:
                binding, problems = self.decode_binding(document)
                self._add(self.bindings, binding, problems, kind)

    def compiled(self, compile_: Callable[[_Policy, list[Binding]], _Compiled | None]) -> tuple[_Compiled, ...]:
        """The policies by name, each compiled with its bindings; without those that can't be."""
        made = (
            compile_(policy, [each for each in self.bindings.values() if each.policy == name])
            for name, policy in sorted(self.policies.items())
        )
        return tuple(each for each in made if each is not None)

    def dangling(self) -> list[Problem]:
        """That bindings name policies that aren't there; nothing where some can't be read."""
        if not self.is_complete:
            return []
        return [
            Problem(each.policy_span, self._unknown(each.policy))
            for each in self.bindings.values()
            if each.policy not in self.policies
        ]

    def _add(self, known: dict[str, _Found], found: _Found | None, problems: list[Problem], kind: str) -> None:
        self.problems += problems
        if found is None:
            return
        before = known.setdefault(found.name, found)
        if before is not found:
            message = f"duplicate {kind} {quoted(found.name)}: {before.span} has that name already"
            self.problems.append(Problem(found.span, message))

    def _unknown(self, name: str) -> str:
        meant = closest(name, self.policies)
        hint = "add it, or remove the binding" if meant is None else f"did you mean {quoted(meant)}?"
        return f"no {self.kind} {quoted(name)}: {hint}"
