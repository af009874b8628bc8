"""A cluster with our definitions, in which replicas of the service decide by the policies that are there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import yaml
from kubernetes.aio.client import Configuration

from interlock.crds.definitions import definitions
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock.model.policy import Policy
from interlock.units import Milliseconds
from interlock_webhooks.app import Application, check_app
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import ConflictError, NotFoundError
from interlock_webhooks.cluster.resource import Kind
from interlock_webhooks.controller.controller import Controller
from interlock_webhooks.controller.kinds import BINDINGS, OURS, POLICIES
from interlock_webhooks.controller.replicas import Replicas
from interlock_webhooks.controller.roll import Pace
from interlock_webhooks.leadership.candidate import Terms
from interlock_webhooks.leadership.election import Leadership
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from support.asgi import send
from support.kubernetes.server import ApiServer
from support.kubernetes.users import ADMIN
from support.reviews import chat, encoded
from support.service import LoggedService, approvals_in, logged
from support.workloads import until

NAMESPACE: Final = "default"
TERMS: Final = Terms(lasts=Milliseconds(900), leads=Milliseconds(500), every=Milliseconds(50))
PACE: Final = Pace(lasts=Milliseconds(900), beats=Milliseconds(100))

_DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_KINDS: Final = {each.name: each for each in (*OURS, *POLICIES, *BINDINGS)}


class Replica:
    """One of the services, while it runs."""

    def __init__(
        self,
        api: ApiServer,
        name: str,
        service: LoggedService,
        leadership: Leadership,
        running: asyncio.Task[None],
    ) -> None:
        self.service = service
        self.leadership = leadership
        self._running = running
        self._api = api
        self._name = name
        self.check: Application = check_app(service)

    async def readiness(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await send(self.check, "/readyz", method="GET")).json()
        return answer

    async def decides(self, model: str) -> str:
        """What is decided of a call of `model`, or the code of the error that is answered instead."""
        answer = (await send(self.check, "/v1/check", encoded(chat(model)))).json()
        return str(answer["decision"] if "decision" in answer else answer["error"]["code"])

    async def is_ready(self) -> bool:
        return bool((await self.readiness())["status"] == "ready")

    @property
    def policies(self) -> Sequence[Policy]:
        """Ours that are in force."""
        return self.service.policies.in_force.engine.policies.policies

    @property
    def foreign(self) -> list[str]:
        """Kubernetes' own that are in force: bindings put them there."""
        kubernetes = self.service.policies.in_force.engine.policies.kubernetes
        return [each.policy.name for each in kubernetes.validating if each.bindings]

    @property
    def metrics(self) -> str:
        return self.service.metrics.exposition().decode()

    async def die(self) -> None:
        """End at once: nothing is left in order, since nobody takes its requests any more."""
        del self._api.users[self._name]
        await stopped(self._running)

    def failed(self, why: str) -> bool:
        """Whether watching failed for this reason."""
        return any(why in line["error"] for line in self.said("objects can't be watched"))

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.service.lines if line["event"] == event]


class Place:
    """The cluster, and whoever administers it."""

    def __init__(self, api: ApiServer, admin: Cluster) -> None:
        self.api = api
        self.admin = admin

    async def define(self) -> None:
        """Have all our definitions in the cluster."""
        for each in definitions().values():
            await self.admin.create(_DEFINITIONS, each)

    async def undefine(self, kind: str) -> None:
        """Remove the definition of `kind`, and with it all objects of it."""
        resource = _KINDS[kind].resource
        await self.admin.delete(f"{_DEFINITIONS}/{resource.plural}.{resource.group}")

    async def apply(self, text: str) -> None:
        """Put the documents of `text` into the cluster, in place of those of their names."""
        for body in yaml.safe_load_all(text):
            applied = False
            while not applied:
                # Statuses may be written between the look at an object and the change of it.
                with suppress(ConflictError):
                    await self._apply(body)
                    applied = True

    async def _apply(self, body: dict[str, Any]) -> None:
        kind = _KINDS[body["kind"]]
        path = kind.resource.path(body["metadata"]["name"])
        try:
            before = await self.admin.get(path)
        except NotFoundError:
            await self.admin.create(kind.resource.path(), body)
        else:
            version = {"resourceVersion": before["metadata"]["resourceVersion"]}
            await self.admin.replace(path, {**body, "metadata": body["metadata"] | version})

    async def delete(self, kind: str, name: str) -> None:
        await self.admin.delete(self.path(kind, name))

    async def status(self, kind: str, name: str) -> dict[str, Any]:
        status: dict[str, Any] = (await self.admin.get(self.path(kind, name))).get("status") or {}
        return status

    async def condition(self, kind: str, name: str, condition: str = "Ready") -> dict[str, Any]:
        """The condition of an object; empty where it has none."""
        found = (await self.status(kind, name)).get("conditions", ())
        return next((each for each in found if each["type"] == condition), {})

    async def is_(self, status: str, kind: str, name: str, generation: int | None = None) -> bool:
        """Whether the object is ready, or not, or unknown to be."""
        found = await self.condition(kind, name)
        return found.get("status") == status and generation in {None, found["observedGeneration"]}

    @staticmethod
    def kind(name: str) -> Kind:
        return _KINDS[name]

    def path(self, kind: str, name: str) -> str:
        return _KINDS[kind].resource.path(name)

    @asynccontextmanager
    async def replica(self, name: str = "a", *paths: Path) -> AsyncIterator[Replica]:
        """A replica that runs until left; it may not be ready yet."""
        self.api.users[name] = ADMIN
        log, lines = logged()
        metrics = Metrics()
        async with aclosing(connection(self.api, name)) as cluster:
            leadership = Leadership(cluster, metrics, log, identity=name, namespace=NAMESPACE, terms=TERMS)
            replicas = Replicas(cluster, log, name=name, namespace=NAMESPACE, pace=PACE)
            controller = Controller(cluster, leadership, metrics, log, replicas=replicas)
            policies = LivePolicies(paths, MemoryUses(), metrics, log, controller)
            service = LoggedService(
                policies=policies,
                ledger=MemoryLedger(),
                approvals=approvals_in(),
                metrics=metrics,
                log=log,
                cluster=controller.view,
            )
            service.lines = lines
            running = asyncio.create_task(controller.run(policies))
            found = Replica(self.api, name, service, leadership, running)
            try:
                yield found
            finally:
                if not running.done():
                    await stopped(running)


def connection(api: ApiServer, token: str = "admin") -> Cluster:  # noqa: S107
    """A client of `api` for who has `token`."""
    configuration = Configuration(host=api.url, api_key={"BearerToken": f"bearer {token}"})
    configuration.ca_cert_data = api.ca
    return Cluster(configuration)


@asynccontextmanager
async def place(*, defined: bool = True) -> AsyncIterator[Place]:
    """A cluster with our definitions."""
    async with ApiServer().running() as api, aclosing(connection(api)) as admin:
        found = Place(api, admin)
        if defined:
            await found.define()
        yield found


async def stopped(running: asyncio.Task[None]) -> None:
    """End what runs."""
    assert not running.done(), running.exception()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def ready(*replicas: Replica) -> None:
    """Wait until all are."""
    for each in replicas:
        await until(each.is_ready)
