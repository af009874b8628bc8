"""What is asked of an API server, and what is told of answers that are none."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import incluster_config

from interlock.errors import OperatorError
from interlock_webhooks.certificates import make_authority
from interlock_webhooks.cluster import client as clusters
from interlock_webhooks.cluster.access import access
from interlock_webhooks.cluster.answers import Extent, Page
from interlock_webhooks.cluster.client import Cluster
from interlock_webhooks.cluster.refusals import (
    AlreadyExistsError,
    ClusterError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
)
from interlock_webhooks.cluster.resource import Resource
from support.workloads import kubeconfig_of

PODS = "/api/v1/pods"


def answered(body: bytes, ask: Callable[[Cluster], Awaitable[Any]], status: str = "200 OK") -> tuple[Any, str]:
    """What `ask` gives where the server answers so, and the request."""
    requests: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head.lower())
        requests.append(head + (await reader.readexactly(int(length[1]) if length else 0)).decode())
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode())
        writer.write(body)
        await writer.drain()
        writer.close()

    async def asking() -> Any:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        configuration = Configuration(host=f"http://{host}:{port}", api_key={"BearerToken": "bearer t0ken"})
        found = Cluster(configuration)
        try:
            return await ask(found)
        finally:
            await found.aclose()
            server.close()

    return asyncio.run(asking()), requests[0]


async def listed(found: Cluster) -> list[Page]:
    return [page async for page in found.pages(PODS)]


async def watched(found: Cluster) -> list[Any]:
    return [event async for event in found.events(PODS, "7")]


def test_a_list_is_asked_for_in_pages_with_who_asks() -> None:
    pages, head = answered(b'{"items": [], "metadata": {"resourceVersion": "7"}}', listed)
    assert pages == [Page(items=[], metadata=Extent("7"))]
    assert head.startswith("GET /api/v1/pods?limit=500 HTTP/1.1")
    assert "authorization: bearer t0ken" in head.lower().replace("\r\n", "\n")


def test_a_watch_is_asked_for_from_a_version_with_bookmarks() -> None:
    line = b'{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9"}}}\n'
    events, head = answered(line, watched)
    assert [event.version for event in events] == ["9"]
    assert "watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=240" in head


@pytest.mark.parametrize("ask", [listed, watched])
def test_a_version_that_is_gone_is_told(ask: Callable[[Cluster], Awaitable[Any]]) -> None:
    with pytest.raises(GoneError, match="does not remember"):
        answered(b"{}", ask, "410 Gone")


@pytest.mark.parametrize("line", [b"{\n", b"[]\n", b'{"type": "ADDED"}\n', b'"' + b"x" * 2**22 + b'"\n'])
def test_after_what_is_no_event_nobody_knows_where_to_go_on(line: bytes) -> None:
    with pytest.raises(GoneError, match=r"the API server sends (what is no event: |an event that is longer)"):
        answered(line, watched)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"items": [1], "metadata": {}}',
        b'{"items": []}',
        b'{"items": [], "metadata": {"resourceVersion": ""}}',
    ],
)
def test_what_is_no_list_is_told(body: bytes) -> None:
    with pytest.raises(OperatorError, match="sends what is no list"):
        answered(body, listed)


@pytest.mark.parametrize("ask", [listed, watched])
@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "500 X", "204 No Content"])
def test_any_other_answer_is_told(ask: Callable[[Cluster], Awaitable[Any]], status: str) -> None:
    with pytest.raises(OperatorError, match=f"answers {status[:3]} to a list or watch"):
        answered(b"", ask, status)


def test_an_error_in_a_watch_is_told() -> None:
    line = b'{"type": "ERROR", "object": {"code": 500, "message": "etcd\\nis down"}}\n'
    with pytest.raises(OperatorError, match="answers 500 to a list or watch: etcd is down"):
        answered(line, watched)


def test_a_server_that_is_not_there_is_told() -> None:
    async def asking() -> None:
        found = Cluster(Configuration(host="http://127.0.0.1:1"))
        try:
            await listed(found)
        finally:
            await found.aclose()

    with pytest.raises(OperatorError, match="the API server can't be asked: "):
        asyncio.run(asking())


def test_a_kubeconfig_file_says_where_the_server_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(kubeconfig_of("http://127.0.0.1:7")))
    monkeypatch.setattr(clusters, "KUBE_CONFIG_DEFAULT_LOCATION", f"{tmp_path / 'none'}{os.pathsep}{path}")
    assert asyncio.run(found_host()) == "http://127.0.0.1:7"
    path.write_text("clusters: 3")
    with pytest.raises(OperatorError, match="no Kubernetes API server is known"):
        asyncio.run(found_host())


def test_without_one_it_is_the_cluster_that_this_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none"))
    with pytest.raises(OperatorError, match="run in a pod, or name a kubeconfig file in `KUBECONFIG`"):
        asyncio.run(found_host())
    made = make_authority(datetime.now(UTC)).certificate_pem()
    for name in ("SERVICE_TOKEN_FILENAME", "SERVICE_CERT_FILENAME"):
        (tmp_path / name).write_bytes(made if name == "SERVICE_CERT_FILENAME" else b"t0ken")
        monkeypatch.setattr(incluster_config, name, str(tmp_path / name))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    assert asyncio.run(found_host()) == "https://10.0.0.1:443"


async def found_host() -> str:
    found = await Cluster.found()
    await found.aclose()
    return found.host


STORED = b'{"metadata": {"name": "a"}, "spec": {}}'
CALLS: tuple[tuple[Callable[[Cluster], Awaitable[Any]], str, str, Any], ...] = (
    (lambda found: found.get(PODS), "GET", "application/json", None),
    (lambda found: found.create(PODS, {"spec": {}}), "POST", "application/json", {"spec": {}}),
    (lambda found: found.replace(PODS, {"spec": {}}), "PUT", "application/json", {"spec": {}}),
    (lambda found: found.patch(PODS, {"a": None}), "PATCH", "application/merge-patch+json", {"a": None}),
    (lambda found: found.patch(PODS, [{"op": "x"}]), "PATCH", "application/json-patch+json", [{"op": "x"}]),
)


@pytest.mark.parametrize(("call", "method", "media_type", "body"), CALLS)
def test_an_object_is_asked_for_and_written_as_it_is(
    call: Callable[[Cluster], Awaitable[Any]], method: str, media_type: str, body: Any
) -> None:
    stored, request = answered(STORED, call)
    assert stored == {"metadata": {"name": "a"}, "spec": {}}
    head, _, sent = request.partition("\r\n\r\n")
    assert head.startswith(f"{method} {PODS} HTTP/1.1")
    assert f"content-type: {media_type}\r\n" in head.lower()
    assert (json.loads(sent) if sent else None) == body


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        ("403 Forbidden", "Forbidden", ForbiddenError),
        ("404 Not Found", "NotFound", NotFoundError),
        ("409 Conflict", "Conflict", ConflictError),
        ("409 Conflict", "AlreadyExists", AlreadyExistsError),
        ("422 X", "Invalid", InvalidError),
        ("500 X", "InternalError", ClusterError),
    ],
)
def test_what_the_server_refuses_is_told_by_its_reason(
    status: str, reason: str, kind: type[ClusterError]
) -> None:
    body = json.dumps({"kind": "Status", "reason": reason, "message": "no\nsuch"}).encode()
    with pytest.raises(ClusterError, match=f"answers {status[:3]} to GET {PODS}: no such") as refused:
        answered(body, lambda found: found.get(PODS), status)
    assert type(refused.value) is kind


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_object_is_told(body: bytes) -> None:
    with pytest.raises(ClusterError, match="sends what is no object"):
        answered(body, lambda found: found.get(PODS))


@pytest.mark.parametrize("ask", [listed, lambda found: found.get(PODS)])
def test_no_answer_is_longer_than_any_should_be(
    ask: Callable[[Cluster], Awaitable[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "MOST_BYTES", 1 << 20)
    with pytest.raises(ClusterError, match="answers with more than 1 MiB"):
        answered(b'"' + b"x" * (1 << 20) + b'"', ask)


def test_access_is_asked_for_by_a_review() -> None:
    spec = {"user": "jane", "resourceAttributes": {"verb": "get", "resource": "pods"}}
    body = b'{"status": {"allowed": false, "reason": "no role"}}'
    status, request = answered(body, lambda found: access(found, spec))
    assert status == {"allowed": False, "reason": "no role"}
    assert request.startswith("POST /apis/authorization.k8s.io/v1/subjectaccessreviews HTTP/1.1")
    assert json.loads(request.partition("\r\n\r\n")[2])["spec"] == spec


@pytest.mark.parametrize("body", [b"{}", b'{"status": {}}', b'{"status": {"allowed": "true"}}'])
def test_a_review_of_access_that_does_not_say_is_no_answer(body: bytes) -> None:
    with pytest.raises(ClusterError, match="without saying what is allowed"):
        answered(body, lambda found: access(found, {}))


@pytest.mark.parametrize(
    ("group", "namespaced", "where", "path"),
    [
        ("", True, {}, "/api/v1/pods"),
        ("", True, {"name": "a", "namespace": "shop"}, "/api/v1/namespaces/shop/pods/a"),
        ("batch", True, {"namespace": "shop"}, "/apis/batch/v1/namespaces/shop/pods"),
        ("x.dev", False, {"name": "a", "subresource": "status"}, "/apis/x.dev/v1/pods/a/status"),
        ("x.dev", False, {"name": "../a?b"}, "/apis/x.dev/v1/pods/..%2Fa%3Fb"),
    ],
)
def test_a_resource_has_the_paths_that_the_server_has(
    group: str, where: dict[str, str], path: str, *, namespaced: bool
) -> None:
    assert Resource(group=group, version="v1", plural="pods", namespaced=namespaced).path(**where) == path


def test_a_call_that_is_answered_as_gone_is_refused_like_any_other() -> None:
    with pytest.raises(ClusterError, match="answers 410 to GET /api/v1/pods"):
        answered(b"{}", lambda cluster: cluster.get(PODS), "410 Gone")
