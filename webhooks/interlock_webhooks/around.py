"""What the service knows of the cluster that requests are made in, and how it finds out more.

Decisions are made of what is known. Where Kubernetes' policies ask the
authorizer, a decision stops there, the answer is got, and it is made again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.cel.values import EvaluationError
from interlock.foreign.attributes import Attributes, Object
from interlock.foreign.cluster import Around, Cluster, Params, UnansweredError
from interlock.foreign.known import UNKNOWN
from interlock.foreign.looking import Looking
from interlock.foreign.policy import ParamKind
from interlock.foreign.requests import KubernetesRequest, reviewed
from interlock.intents.scaled import SCALED

MOST_QUESTIONS: Final = 256
"""What the authorizer is asked for one request at most."""

_SCALE: Final = "scale"
_SECOND: Final = 1_000_000_000
_LATE: Final = "the authorizer did not answer in time"

_Decided = TypeVar("_Decided")


class LiveCluster(Protocol):
    """The cluster that requests come from, as it is now. Nothing here raises: what fails is an answer, too."""

    async def around(self, attributes: Attributes) -> Cluster:
        """What there is for policies to look at, in a request of `attributes`.

        What it gives does not change while the request is decided, and answers at
        once. Its `namespace` and `params` give None for what is not there, and
        raise UnknownError for what could not be found out, in a sentence that tells
        why. What watching has not seen yet, such as the namespace of the request or
        a parameter that a binding names, is best got here.
        """
        ...

    async def authorize(self, attributes: Attributes, asked: Asked) -> Answer:
        """What the authorizer answers to `asked`, of `attributes.user`, or of `asked.service_account` if given.

        Where it can't be asked, nothing is allowed, and the answer's `error` says why.
        """
        ...

    async def scaled(self, attributes: Attributes) -> Object | None:
        """The object whose number of pods the request of `attributes` sets; None where it can't be had."""
        ...


async def looked_up(live: LiveCluster | None, request: dict[str, Any], until: int) -> dict[str, Any]:
    """The `request` of an AdmissionReview, with the object that it scales if it scales one that can be had.

    A Scale says nothing of the pods that there are to be more of.
    """
    if live is None or request.get("subResource") != _SCALE:
        return request
    try:
        async with asyncio.timeout(_left(until)):
            found = await live.scaled(reviewed(request))
    except TimeoutError:
        return request
    return request if found is None else {**request, SCALED: found}


async def known(
    live: LiveCluster | None,
    requests: Sequence[Attributes | None],
    until: int,
    decide: Callable[[Sequence[KubernetesRequest | None]], Awaitable[_Decided]],
) -> _Decided:
    """What `decide` gives of `requests` once it knows all that it asks; without a cluster it knows nothing.

    It is called anew for each answer that it lacks, and must have done nothing by
    then. What is no request of Kubernetes is None.
    """
    if live is None:
        return await decide([_looked(each, UNKNOWN) for each in requests])
    founds = [None if each is None else _Found(each, await _around(live, each, until)) for each in requests]
    while True:
        try:
            return await decide([None if each is None else _looked(each.attributes, each) for each in founds])
        except _UnansweredError as error:
            found = error.found
            found.answers[error.asked] = await _answer(live, found.attributes, error.asked, until)


def _looked(attributes: Attributes | None, around: Around) -> KubernetesRequest | None:
    return None if attributes is None else KubernetesRequest(attributes, Looking(around))


@dataclass(frozen=True, slots=True)
class _Found:
    """What is around one request, and what the authorizer has answered so far."""

    attributes: Attributes
    cluster: Cluster
    answers: dict[Asked, Answer] = field(default_factory=dict)

    def namespace(self, name: str) -> Object | None:
        return self.cluster.namespace(name)

    def params(self, kind: ParamKind) -> Params | None:
        return self.cluster.params(kind)

    def authorize(self, asked: Asked) -> Answer:
        answer = self.answers.get(asked)
        if answer is not None:
            return answer
        if len(self.answers) == MOST_QUESTIONS:
            raise EvaluationError(f"policies ask what the user may do more than {MOST_QUESTIONS} times")
        raise _UnansweredError(self, asked)


class _UnansweredError(UnansweredError):
    def __init__(self, found: _Found, asked: Asked) -> None:
        super().__init__(asked)
        self.found = found


async def _around(live: LiveCluster, attributes: Attributes, until: int) -> Cluster:
    try:
        async with asyncio.timeout(_left(until)):
            return await live.around(attributes)
    except TimeoutError:
        return UNKNOWN


async def _answer(live: LiveCluster, attributes: Attributes, asked: Asked, until: int) -> Answer:
    try:
        async with asyncio.timeout(_left(until)):
            return await live.authorize(attributes, asked)
    except TimeoutError:
        return Answer(is_allowed=False, error=_LATE)


def _left(until: int) -> float:
    """The seconds until then."""
    return (until - time.monotonic_ns()) / _SECOND
