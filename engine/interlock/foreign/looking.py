"""What policies look at beside a request is remembered, so that it can be logged and looked at again. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes
from interlock.cel.values import EvaluationError
from interlock.foreign.attributes import Object, place_of
from interlock.foreign.cluster import Around, Params, UnknownError
from interlock.foreign.known import accessed, namespace_named, params_of
from interlock.foreign.policy import ParamKind
from interlock.foreign.selectors import Selector
from interlock.model.surroundings import ACCESS, NOWHERE, Parameters, Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched(Params):
    """Parameters of which those are noted that are found."""

    found: dict[tuple[str, str], Object]

    def named(self, namespace: str, name: str) -> Object | None:
        one = Params.named(self, namespace, name)
        return one if one is None else self._note(one)

    def selected(self, namespace: str, selector: Selector) -> list[Object]:
        return list(map(self._note, Params.selected(self, namespace, selector)))

    def _note(self, one: Object) -> Object:
        self.found[place_of(one)] = one
        return one


@dataclass(frozen=True, slots=True)
class Looking:
    """What is `around` a request, and all of it that anybody has looked at."""

    around: Around
    _namespaces: dict[str, Object | None] = field(default_factory=dict)
    _params: dict[ParamKind, _Watched | None] = field(default_factory=dict)
    _answers: dict[Attributes, Answer] = field(default_factory=dict)
    _unknown: dict[str, str] = field(default_factory=dict)

    def namespace(self, name: str) -> Object | None:  # noqa: D102 - the protocol says it
        if name not in self._namespaces:
            with self._noted(namespace_named(name)):
                self._namespaces[name] = self.around.namespace(name)
        return self._namespaces[name]

    def params(self, kind: ParamKind) -> Params | None:  # noqa: D102
        if kind not in self._params:
            with self._noted(params_of(kind)):
                known = self.around.params(kind)
            self._params[kind] = (
                None if known is None else _Watched(known.is_namespaced, known.objects, found={})
            )
        return self._params[kind]

    def authorize(self, asked: Attributes) -> Answer:  # noqa: D102
        if asked not in self._answers:
            with self._noted(ACCESS):
                self._answers[asked] = self.around.authorize(asked)
        return self._answers[asked]

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        """Note why `what` can't be found out, if it can't."""
        try:
            yield
        except (UnknownError, EvaluationError) as error:
            self._unknown[what] = str(error)
            raise

    def seen(self) -> Surroundings:
        """All that was looked at, in an order of its own."""
        if not (self._namespaces or self._params or self._answers or self._unknown):
            return NOWHERE
        return Surroundings(
            namespaces={
                name: None if found is None else dict(found) for name, found in sorted(self._namespaces.items())
            },
            params=tuple(
                _parameters(kind, known)
                for kind, known in sorted(
                    self._params.items(), key=lambda item: (item[0].api_version, item[0].kind)
                )
            ),
            access=tuple(sorted(accessed(self._answers.items()), key=str)),
            unknown=dict(sorted(self._unknown.items())),
        )


def _parameters(kind: ParamKind, known: _Watched | None) -> Parameters:
    if known is None:
        return Parameters(api_version=kind.api_version, kind=kind.kind)
    return Parameters(
        api_version=kind.api_version,
        kind=kind.kind,
        namespaced=known.is_namespaced,
        objects=tuple(dict(each) for _, each in sorted(known.found.items())),
    )
