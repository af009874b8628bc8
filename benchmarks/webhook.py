"""Our webhook as it serves, in a process of its own, with one route beside: `/echo` reads and answers nothing.

Run: python -m benchmarks.webhook POLICIES STATE
"""

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import uvloop
from benchmarks import podsecurity
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.waivers.memory import MemoryUses
from interlock_webhooks.app import webhook_app
from interlock_webhooks.approvals.approvals import Approvals
from interlock_webhooks.listener import Address, Listener, address_of, bind
from interlock_webhooks.metrics import Metrics
from interlock_webhooks.reload import LivePolicies
from interlock_webhooks.service import Service
from interlock_webhooks.state import StateDir
from interlock_webhooks.tls import Identity

ECHO = "/echo"
VALIDATE = "/validate?timeout=10s"


@dataclass(frozen=True, slots=True)
class Decisions:
    """How many were made, how many seconds they took, and how many took no longer than each bound."""

    count: float
    seconds: float
    within: Mapping[float, float]

    def since(self, before: "Decisions") -> "Decisions":
        """Those that were made after `before`."""
        within = {bound: count - before.within[bound] for bound, count in self.within.items()}
        return Decisions(self.count - before.count, self.seconds - before.seconds, within)

    def bound(self, share: float) -> float:
        """The least of the bounds, in seconds, that `share` of them took no longer than."""
        return min(bound for bound, count in self.within.items() if count >= share * self.count)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and its authority."""

    process: subprocess.Popen[str]
    port: int
    trust: ssl.SSLContext

    def allows(self, item: dict[str, Any]) -> bool:
        """Whether it lets the pod `item` be created."""
        url, headers = (
            f"https://localhost:{self.port}{VALIDATE}",
            {"content-type": "application/json"},
        )
        asked = urllib.request.Request(url, podsecurity.review(item), headers)
        with urllib.request.urlopen(asked, context=self.trust) as answer:  # noqa: S310 - https
            allowed: bool = json.load(answer)["response"]["allowed"]
        return allowed

    def decisions(self) -> Decisions:
        """All that it has made, as its metrics have it."""
        with urllib.request.urlopen(f"https://localhost:{self.port}/metrics", context=self.trust) as answer:
            families = {each.name: each for each in text_string_to_metric_families(answer.read().decode())}
        found = {"count": 0.0, "sum": 0.0}
        within: dict[float, float] = {}
        for sample in families["interlock_decision_duration_seconds"].samples:
            what = sample.name.rpartition("_")[2]
            if what == "bucket":
                bound = float(sample.labels["le"])
                within[bound] = within.get(bound, 0) + sample.value
            elif what in found:
                found[what] += sample.value
        return Decisions(found["count"], found["sum"], within)

    def resident(self) -> int:
        """The kilobytes of memory that it holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def with_echo(app: ASGIApp) -> ASGIApp:
    """`app`, with the route that does nothing."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != ECHO:
            await app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return answer


def run_server(policies: Path, state: Path) -> None:
    """Serve over `policies` on a free port, which is printed, until killed."""
    metrics, log = Metrics(), structlog.wrap_logger(structlog.ReturnLogger())
    live = LivePolicies((policies,), MemoryUses(), metrics, log)
    kept = StateDir(state)
    approvals = Approvals.of(kept.access_requests, kept.signing_key(), "https://localhost")
    service = Service(ledger=MemoryLedger(), approvals=approvals, policies=live, metrics=metrics, log=log)
    identity = Identity()
    identity.present(kept.new_server_certificate(("localhost",)))
    with bind(Address("127.0.0.1", 0)) as bound:
        print(address_of(bound).port, flush=True)
        uvloop.run(Listener(with_echo(webhook_app(service)), identity.front).serve(sockets=[bound]))


@contextmanager
def server(folder: Path, write: Callable[[Path], None]) -> Iterator[Server]:
    """A server over the policies that `write` puts into a folder."""
    policies, state = folder / "policies", folder / "state"
    policies.mkdir(parents=True)
    write(policies)
    command = [sys.executable, "-m", "benchmarks.webhook", str(policies), str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            port = int(process.stdout.readline())
            yield Server(process, port, ssl.create_default_context(cafile=str(state / "ca.crt")))
        finally:
            process.kill()


if __name__ == "__main__":
    run_server(Path(sys.argv[1]), Path(sys.argv[2]))
