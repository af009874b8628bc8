"""All validating policies over one request, which has to pass each, with each binding and its parameters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from interlock.foreign.compiled import CompiledValidating
from interlock.foreign.matching import ConfigurationError, matches
from interlock.foreign.namespaces import namespace_for
from interlock.foreign.params import collect, placed
from interlock.foreign.policy import Action, Binding, FailurePolicy
from interlock.foreign.review import Review
from interlock.foreign.validation import Annotation, Failure, Validated, validated
from interlock.model.ruling import Denial, Ruling

LONGEST_ANNOTATION: Final = 10 * 1024
"""The bytes of one value in the audit log."""


def validate(policies: Iterable[CompiledValidating], review: Review) -> Ruling:
    """What `policies` say of the request.

    A policy or binding that can't be applied denies where its failure policy
    is Fail, whatever its actions are; an expression that fails does what the
    actions say.

    Raises:
        NoNamespaceError: a policy is for the request, whose namespace is not there.
        OutOfTime: nobody waits any more.
    """
    collected = _Collected()
    for compiled in policies:
        _Applied(compiled, review, collected).all()
    return collected.ruling()


@dataclass(slots=True)
class _Collected:
    denials: list[Denial] = field(default_factory=list)
    warnings: list[Denial] = field(default_factory=list)
    audited: list[Denial] = field(default_factory=list)
    annotations: dict[str, list[str]] = field(default_factory=dict)

    def ruling(self) -> Ruling:
        return Ruling(
            denials=tuple(self.denials),
            warnings=tuple(self.warnings),
            audited=tuple(self.audited),
            annotations={key: ", ".join(values) for key, values in self.annotations.items()},
        )


@dataclass(frozen=True, slots=True)
class _Applied:
    """One policy over one request."""

    compiled: CompiledValidating
    review: Review
    collected: _Collected

    def all(self) -> None:
        """Add what the policy says with each of its bindings; without any it is not in force."""
        policy = self.compiled.policy
        try:
            if not self.compiled.bindings or not matches(
                policy.constraints, self.review.attributes, self.review.cluster
            ):
                return
        except ConfigurationError as error:
            self._misconfigured("", f"failed to configure policy: {error}")
            return
        for binding in self.compiled.bindings:
            try:
                for place, said in self._of(binding):
                    self._add(binding, place, said)
            except ConfigurationError as error:
                self._misconfigured(binding.name, f"failed to configure binding: {error}")

    def _of(self, binding: Binding) -> list[tuple[str, Validated]]:
        """What the policy says with each object of parameters of `binding`, and where that is."""
        if not matches(binding.constraints, self.review.attributes, self.review.cluster):
            return []
        params = collect(self.compiled.policy, binding, self.review.attributes, self.review.cluster)
        read = (self.compiled.validations, self.compiled.messages, self.compiled.annotations)
        namespace = namespace_for(read, self.review)
        return [(placed(each), validated(self.compiled, self.review, each, namespace)) for each in params]

    def _add(self, binding: Binding, place: str, said: Validated) -> None:
        for failure in said.failures:
            self._act(binding, place, failure)
        for annotation in said.annotations:
            self._annotate(binding, annotation)

    def _act(self, binding: Binding, place: str, failure: Failure) -> None:
        denial = Denial(
            policy=self.compiled.policy.name,
            binding=binding.name,
            message=failure.message,
            reason=failure.reason,
            is_error=failure.is_error,
            params=place,
            index=failure.index,
            actions=binding.actions,
        )
        for action in binding.actions:
            match action:
                case Action.DENY:
                    self.collected.denials.append(denial)
                case Action.WARN:
                    self.collected.warnings.append(denial)
                case Action.AUDIT:
                    self.collected.audited.append(denial)

    def _annotate(self, binding: Binding, annotation: Annotation) -> None:
        policy = self.compiled.policy.name
        if annotation.error:
            self.collected.denials.append(
                Denial(policy=policy, binding=binding.name, message=annotation.error, is_error=True)
            )
            return
        values = self.collected.annotations.setdefault(f"{policy}/{annotation.key}", [])
        value = annotation.value.encode()[:LONGEST_ANNOTATION].decode(errors="ignore")
        if value not in values:
            values.append(value)

    def _misconfigured(self, binding: str, message: str) -> None:
        policy = self.compiled.policy
        if policy.failure_policy is FailurePolicy.FAIL:
            self.collected.denials.append(
                Denial(policy=policy.name, binding=binding, message=message, is_error=True)
            )
