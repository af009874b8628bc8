"""All mutating policies over one request, each with each of its bindings and their parameters. Pure.

Source: k8s.io/apiserver, policy/mutating and policy/generic.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from interlock.cel.activation import Activation
from interlock.foreign.activations import bound, with_authorizer
from interlock.foreign.attributes import CONNECT, CREATE, UPDATE, Object
from interlock.foreign.changes.difference import difference
from interlock.foreign.compiled import CompiledMutating
from interlock.foreign.conditions import UnmetError, are_met
from interlock.foreign.matching import ConfigurationError, matches
from interlock.foreign.merging.kinds import OWN, Structures
from interlock.foreign.mutation import MutationError, RefusedError, changed, evaluated, schema_of
from interlock.foreign.names import is_exempt
from interlock.foreign.namespaces import namespace_for
from interlock.foreign.params import collect, placed
from interlock.foreign.policy import Binding, FailurePolicy, Policy, Reinvocation
from interlock.foreign.reinvocation import Invocation, Reinvocations
from interlock.foreign.review import Review
from interlock.model.mutated import Mutated
from interlock.model.ruling import FORBIDDEN, INVALID, MUTATING, Denial, Rewrite


def mutate(policies: Iterable[CompiledMutating], review: Review, structures: Structures = OWN) -> Mutated:
    """The object of the request after all `policies`, and what each of them changed.

    They change what those before them made, in two rounds at most. Nothing is
    defaulted between them, which takes the API server.

    Raises:
        NoNamespaceError: a policy is for the request, whose namespace is not there.
        OutOfTime: nobody waits any more.
    """
    attributes = review.attributes
    if is_exempt(attributes.kind) or attributes.operation not in {CREATE, UPDATE, CONNECT}:
        return Mutated(object=attributes.object)
    run = _Run(tuple(policies), review, structures)
    try:
        run.ask(0)
        if not run.denials and run.reinvocations.is_needed:
            run.ask(1)
    except RefusedError as error:
        refusal = Denial(
            policy="", binding="", message=str(error), reason=error.reason, is_error=True, kind=MUTATING
        )
        run.denials = [refusal]
    return Mutated(
        object=run.review.attributes.object, rewrites=tuple(run.rewrites), denials=tuple(run.denials)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A policy that is for the request, and what it is asked with."""

    compiled: CompiledMutating
    binding: Binding
    params: Object | None
    namespace: Object | None

    @property
    def invocation(self) -> Invocation:
        return Invocation(self.compiled.policy.name, self.binding.name, placed(self.params))


@dataclass(slots=True)
class _Run:
    """All policies over one request, which has the object as it is now."""

    policies: Sequence[CompiledMutating]
    review: Review
    structures: Structures
    reinvocations: Reinvocations = field(default_factory=Reinvocations)
    rewrites: list[Rewrite] = field(default_factory=list)
    denials: list[Denial] = field(default_factory=list)

    def ask(self, round_: int) -> None:
        """Ask all policies that are for the request as it is when the round begins."""
        was_made = False
        for asked in list(self._asked()):
            was_made |= self._answer(asked, round_)
        if was_made:
            # Also where nothing is another: the API server does not look.
            self.reinvocations.change()

    def _asked(self) -> Iterator[_Asked]:
        for compiled in self.policies:
            try:
                if not compiled.bindings or not self._matches(compiled.policy):
                    continue
            except ConfigurationError as error:
                self._deny(compiled, "", f"failed to configure policy: {error}", FORBIDDEN)
                continue
            for binding in compiled.bindings:
                try:
                    yield from self._of(compiled, binding)
                except ConfigurationError as error:
                    self._deny(compiled, binding.name, f"failed to configure binding: {error}", FORBIDDEN)

    def _of(self, compiled: CompiledMutating, binding: Binding) -> list[_Asked]:
        if not self._matches(binding):
            return []
        params = collect(compiled.policy, binding, self.review.attributes, self.review.cluster)
        namespace = namespace_for(compiled.mutations, self.review)
        return [_Asked(compiled, binding, each, namespace) for each in params]

    def _answer(self, asked: _Asked, round_: int) -> bool:
        """Do what one policy says, and tell whether a mutation was made, also one that changes nothing."""
        compiled, invocation = asked.compiled, asked.invocation
        try:
            is_met = are_met(compiled, self._activation(asked))
        except UnmetError as error:
            self._deny(compiled, asked.binding.name, str(error), INVALID)
            return False
        if not is_met or (round_ and invocation not in self.reinvocations.due):
            return False
        before = self.review.attributes.object
        was_made = self._change(asked)
        if operations := tuple(dict(each.wire()) for each in difference(before, self.review.attributes.object)):
            self.rewrites.append(Rewrite(**invocation._asdict(), round=round_, operations=operations))
            self.reinvocations.change()
        if compiled.policy.reinvocation is Reinvocation.IF_NEEDED:
            self.reinvocations.ask(invocation)
        return was_made

    def _change(self, asked: _Asked) -> bool:
        """Make the mutations of a policy, each on what the one before made; one that fails stops no other."""
        was_made = False
        for mutation, expressions in zip(
            asked.compiled.policy.mutations, asked.compiled.mutations, strict=True
        ):
            attributes = self.review.attributes
            if attributes.object is None:
                continue
            structure = schema_of(attributes.kind, self.structures)
            try:
                activation = self._activation(asked)
                value = evaluated(expressions, activation)
                documents = activation.whole.values()
                made = changed(mutation.type, value, attributes.object, structure, documents)
            except MutationError as error:
                self._deny(asked.compiled, asked.binding.name, str(error), INVALID)
                continue
            self.review = replace(self.review, attributes=replace(attributes, object=made))
            was_made = True
        return was_made

    def _activation(self, asked: _Asked) -> Activation:
        """What expressions read now: variables are computed anew for each mutation."""
        attributes = self.review.attributes
        activation = bound(attributes, params=asked.params, namespace=asked.namespace)
        activation.until = self.review.until
        return with_authorizer(activation, attributes, self.review.authorize)

    def _matches(self, constrained: Policy | Binding) -> bool:
        return matches(constrained.constraints, self.review.attributes, self.review.cluster)

    def _deny(self, compiled: CompiledMutating, binding: str, message: str, reason: str) -> None:
        policy = compiled.policy
        if policy.failure_policy is FailurePolicy.FAIL:
            self.denials.append(
                Denial(
                    policy=policy.name,
                    binding=binding,
                    message=message,
                    reason=reason,
                    is_error=True,
                    kind=MUTATING,
                )
            )
