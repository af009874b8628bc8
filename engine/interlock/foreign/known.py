"""What is known around a request because a decision looked at it, and because somebody wrote it down. Pure."""

from collections.abc import Iterable
from typing import Final

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes, ServiceAccount
from interlock.cel.values import EvaluationError
from interlock.foreign.attributes import Object, place_of
from interlock.foreign.cluster import Params, UnknownError
from interlock.foreign.policy import ParamKind
from interlock.model.surroundings import ACCESS, NOWHERE, Access, Account, Surroundings

_UNLOGGED: Final = "it was not looked at when this was decided"
_UNSEEN: Final = "serve with `--cluster`, so that the service sees its cluster"


class Known:
    """What is in `surroundings`, and nothing else: nobody knows of that, and `why` says what to think of it."""

    def __init__(self, surroundings: Surroundings, why: str = _UNLOGGED) -> None:
        self._why = why
        self._namespaces = surroundings.namespaces
        self._params = {
            ParamKind(each.api_version, each.kind): None
            if each.namespaced is None
            else Params(each.namespaced, {place_of(found): found for found in each.objects})
            for each in surroundings.params
        }
        self._answers = dict(map(answered, surroundings.access))
        self._unknown = surroundings.unknown

    def namespace(self, name: str) -> Object | None:  # noqa: D102 - the protocol says it
        if name not in self._namespaces:
            why = self._unknown.get(namespace_named(name))
            raise UnknownError(why or f'nobody knows of namespace "{name}": {self._why}')
        return self._namespaces[name]

    def params(self, kind: ParamKind) -> Params | None:  # noqa: D102
        if kind not in self._params:
            why = self._unknown.get(params_of(kind))
            named = f"`{kind.api_version}, Kind={kind.kind}`"
            raise UnknownError(why or f"nobody knows of parameters {named}: {self._why}")
        return self._params[kind]

    def authorize(self, asked: Attributes) -> Answer:  # noqa: D102
        found = self._answers.get(asked)
        if found is None:
            why = self._unknown.get(ACCESS)
            raise EvaluationError(why or f"nobody can be asked what the user is allowed to do: {self._why}")
        return found


def namespace_named(name: str) -> str:
    """What a namespace is called where it is unknown."""
    return f"namespace/{name}"


def params_of(kind: ParamKind) -> str:
    """What parameters are called where they are unknown."""
    return f"params/{kind.api_version}/{kind.kind}"


def answered(access: Access) -> tuple[Attributes, Answer]:
    """The question of `access`, and its answer."""
    account = access.service_account
    asked = Attributes(
        verb=access.verb,
        path=access.path,
        group=access.group,
        resource=access.resource,
        subresource=access.subresource,
        namespace=access.namespace,
        name=access.name,
        field_selector=access.field_selector,
        label_selector=access.label_selector,
        service_account=None if account is None else ServiceAccount(account.namespace, account.name),
    )
    return asked, Answer(access.allowed, access.reason, access.error)


def accessed(answers: Iterable[tuple[Attributes, Answer]]) -> tuple[Access, ...]:
    """`answers` with their questions, as they are written down."""
    return tuple(
        Access(
            verb=asked.verb,
            path=asked.path,
            group=asked.group,
            resource=asked.resource,
            subresource=asked.subresource,
            namespace=asked.namespace,
            name=asked.name,
            field_selector=asked.field_selector,
            label_selector=asked.label_selector,
            service_account=None
            if asked.service_account is None
            else Account(asked.service_account.namespace, asked.service_account.name),
            allowed=answer.is_allowed,
            reason=answer.reason,
            error=answer.error,
        )
        for asked, answer in answers
    )


UNKNOWN: Final = Known(NOWHERE, _UNSEEN)
"""Nothing is known."""
