"""Asks the API server whose a token is."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from structlog.typing import FilteringBoundLogger

from interlock_webhooks.clients.refusals import stranger, undecided
from interlock_webhooks.cluster.refusals import ClusterError
from interlock_webhooks.cluster.resource import Resource

if TYPE_CHECKING:
    from interlock_webhooks.cluster.client import Cluster

MOST_AT_ONCE: Final = 8

_REVIEWS: Final = Resource(group="authentication.k8s.io", version="v1", plural="tokenreviews", namespaced=False)


class TokenReviews:
    """Reviews of tokens that are for one of `audiences`."""

    def __init__(self, cluster: "Cluster", audiences: Sequence[str], log: FilteringBoundLogger) -> None:
        self._cluster = cluster
        self._audiences = audiences
        self._log = log
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def user_of(self, token: str) -> str:
        """The name of the user whose `token` is.

        Raises:
            RefusedError: it is nobody's (401), or the API server can't be asked, or not so often (503).
        """
        if self._room.locked():
            raise undecided("too many tokens are reviewed at once: try again")
        async with self._room:
            try:
                return self._read(await self._cluster.create(_REVIEWS.path(), self._review(token)))
            except ClusterError as error:
                self._log.error("tokens can't be reviewed", error=str(error))
                raise undecided("the API server can't be asked whose the token is: try again") from None

    def _review(self, token: str) -> dict[str, object]:
        spec = {"token": token, "audiences": list(self._audiences)}
        return {"apiVersion": _REVIEWS.api_version, "kind": "TokenReview", "spec": spec}

    def _read(self, review: dict[str, object]) -> str:
        status = review.get("status")
        if not isinstance(status, dict) or status.get("authenticated") is not True:
            raise stranger("the cluster doesn't know the token, or it is for somebody else")
        # A server that knows no audiences answers none, and means all of its tokens.
        audiences, user = status.get("audiences"), status.get("user")
        if not isinstance(audiences, list) or set(self._audiences).isdisjoint(map(str, audiences)):
            raise stranger("the token is for somebody else: get one for an audience that the service takes")
        if not isinstance(user, dict) or not isinstance(user.get("username"), str):
            raise ClusterError("the API server answers a review without saying whose the token is")
        return str(user["username"])
