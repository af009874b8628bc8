"""Everything is replaced while requests come, and none fails."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from interlock.registration.settings import Settings
from interlock_webhooks.app import webhook_app
from interlock_webhooks.certificates import AUTHORITY_LIFETIME
from interlock_webhooks.installation.configurations import Configurations
from interlock_webhooks.installation.installation import Installation
from interlock_webhooks.installation.presenting import ClusterCertificate
from interlock_webhooks.installation.upkeep import Upkeep
from interlock_webhooks.installation.vault import Vault
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.rotation.plan import PUBLISHED_FOR, REPLACE_BEFORE
from interlock_webhooks.state import StateDir
from interlock_webhooks.tls import Identity
from support.controlled import connection
from support.kubernetes.server import ApiServer
from support.policies import write_policies
from support.reviews import pod, review
from support.service import service_over

_ENOUGH = 5
"""Requests between two steps."""

_MINUTE = timedelta(minutes=1)


class Load:
    """An API server that asks again and again, each time by what its configurations say then."""

    def __init__(self, configurations: Configurations, port: int) -> None:
        self._configurations = configurations
        self._port = port
        self.answers = 0
        self.bundles: list[bytes] = []
        self.failures: list[str] = []
        self._answered = asyncio.Event()

    async def ask(self) -> None:
        """Ask for as long as it is not cancelled."""
        while True:
            bundle = (await self._configurations.bundles())[0]
            self.bundles.append(bundle)
            try:
                await self._ask(bundle)
            except (httpx.HTTPError, ssl.SSLError) as error:
                self.failures.append(str(error))
            self.answers += 1
            self._answered.set()

    async def _ask(self, bundle: bytes) -> None:
        trust = ssl.create_default_context(cadata=bundle.decode())
        trust.verify_flags |= ssl.VERIFY_X509_STRICT
        async with httpx.AsyncClient(verify=trust, timeout=30) as client:
            answer = await client.post(f"https://localhost:{self._port}/validate", json=review(pod()))
            assert "response" in answer.raise_for_status().json()

    async def goes_on(self) -> None:
        """Wait for more answers."""
        until = self.answers + _ENOUGH
        async with asyncio.timeout(60):
            while self.answers < until:
                self._answered.clear()
                await self._answered.wait()


def test_no_request_fails_while_authority_and_certificates_are_replaced(tmp_path: Path) -> None:
    """The authority is so old that it has to be replaced soon; time goes on faster than clocks do."""
    service = service_over(write_policies(tmp_path / "policies"))
    installation = Installation(settings=Settings(namespace="default"), names=("localhost",))
    policies = service.policies.in_force.engine.policies
    start = datetime.now(UTC)

    async def play() -> Load:
        async with ApiServer().running() as api:
            cluster = connection(api)
            identity = Identity()
            shown = ClusterCertificate(identity, Vault(cluster, "default"), StateDir(tmp_path / "state"))
            kept = Upkeep(cluster, installation, lambda: policies, service.metrics, service.log)
            await kept.tend(start - AUTHORITY_LIFETIME + REPLACE_BEFORE + _MINUTE)
            for _ in range(2):
                await kept.tend(start)
            await shown.renew()
            with bind(Address("127.0.0.1", 0)) as bound:
                server = Listener(webhook_app(service), identity.front)
                load = Load(Configurations(cluster, "interlock"), address_of(bound).port)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(server.serve(sockets=[bound]))
                    asking = tasks.create_task(load.ask())
                    for later in (2 * _MINUTE, 3 * _MINUTE, PUBLISHED_FOR + 4 * _MINUTE, timedelta(days=100)):
                        await load.goes_on()
                        await kept.tend(start + later)
                        await load.goes_on()
                        await shown.renew()
                    await load.goes_on()
                    asking.cancel()
                    server.should_exit = True
            await cluster.aclose()
            return load

    load = asyncio.run(play())
    assert load.failures == []
    seen = list(dict.fromkeys(load.bundles))
    assert [bundle.count(b"BEGIN") for bundle in seen] == [1, 2, 1]
    assert seen[0] in seen[1]
    assert seen[2] in seen[1]
    assert seen[0] != seen[2]
