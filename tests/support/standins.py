"""Programs that take the options of etcd and kube-apiserver, and behave as far as who starts them can tell.

What drives a real control plane is tried with them where there is none: the options have to fit together, and
the files that they name have to be what a kube-apiserver reads.
"""

import asyncio
import csv
import json
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from support.kubernetes.attributes import Audited
from support.kubernetes.server import ApiServer
from support.kubernetes.users import User

_EVERY = 0.05


def write_programs(folder: Path, **instead: str) -> None:
    """Put both, and kubectl, into `folder`; `instead` has other code for some of them."""
    tests = Path(__file__).parents[1]
    for name, code in {"etcd": "etcd()", "kube_apiserver": "kube_apiserver()", "kubectl": ""}.items():
        lines = [
            f"#!{sys.executable}",
            f"import sys; sys.path.insert(0, {str(tests)!r})",
            "from support.standins import etcd, kube_apiserver",
            instead.get(name, code),
        ]
        program = folder / name.replace("_", "-")
        program.write_text("\n".join(lines))
        program.chmod(0o755)


def etcd() -> None:
    """Say that it is healthy, until killed."""
    asyncio.run(_etcd(_options()))


def kube_apiserver() -> None:
    """Serve the emulated API as the options say, until killed."""
    asyncio.run(_kube_apiserver(_options()))


def _options() -> dict[str, str]:
    split = [each.removeprefix("--").partition("=") for each in sys.argv[1:]]
    return {name: value for name, _, value in split}


async def _etcd(options: dict[str, str]) -> None:
    async def healthy(_request: web.Request) -> web.Response:
        return web.json_response({"health": "true"})

    app = web.Application()
    app.router.add_get("/health", healthy)
    runner = web.AppRunner(app)
    await runner.setup()
    at = urlsplit(options["listen-client-urls"])
    await web.TCPSite(runner, at.hostname, at.port).start()
    await asyncio.Event().wait()


async def _kube_apiserver(options: dict[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["tls-cert-file"], options["tls-private-key-file"])
    _check_keys(options)
    server = ApiServer(context)
    server.port = int(options["secure-port"])
    server.users.clear()
    for token, name, _, groups in _rows(options):
        server.users[token] = User(name, tuple(groups.split(",")))
    await server.start()
    await _log(server.writer.audit, Path(options["audit-log-path"]))


def _check_keys(options: dict[str, str]) -> None:
    """Fail where tokens of service accounts could not be signed, or not be verified."""
    private = load_pem_private_key(Path(options["service-account-signing-key-file"]).read_bytes(), None)
    public = load_pem_public_key(Path(options["service-account-key-file"]).read_bytes())
    assert private.public_key() == public


def _rows(options: dict[str, str]) -> list[list[str]]:
    with Path(options["token-auth-file"]).open() as file:
        return list(csv.reader(file))


async def _log(audit: list[Audited], path: Path) -> None:
    """Write what happens to the file `path`, as a kube-apiserver does."""
    written = 0
    with path.open("a") as log:
        while True:
            for each in audit[written:]:
                log.write(json.dumps(_event(each)) + "\n")
            written = len(audit)
            log.flush()
            await asyncio.sleep(_EVERY)


def _event(each: Audited) -> dict[str, Any]:
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "stage": "ResponseComplete",
        "verb": each.operation.lower(),
        "objectRef": {"resource": each.resource, "namespace": each.namespace},
        "requestObject": {"metadata": {"name": each.name}},
        "annotations": each.annotations,
    }
