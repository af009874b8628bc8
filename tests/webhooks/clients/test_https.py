"""A service that says with `--clients` who may call: real connections, with and without certificates."""

import json
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from interlock_webhooks.clients.tokens import digest_of, new_token
from interlock_webhooks.envoy.messages.auth_pb2 import CheckRequest
from support.clients import document, listed
from support.commandline import run
from support.kubernetes.certificates import Pair, authority, signed
from support.policies import write_policies
from support.process import Running, eventually, running
from support.reviews import call, chat

_SPIFFE = "spiffe://acme.example/ns/gateways/sa/envoy"
_TOKEN = new_token()
_CANARY = "canary-6f1c"
_TRUSTED = authority("gateways")
_SOMEBODY_ELSE = authority("somebody else")


@dataclass(frozen=True, slots=True)
class Scene:
    """A service that runs, and the folder of its files."""

    service: Running
    folder: Path

    def client(self, shown: Pair | None = None, newest: ssl.TLSVersion | None = None) -> httpx.Client:
        """A client that shows a certificate, if one is given."""
        context = self.service.trust()
        if newest is not None:
            context.maximum_version = newest
        if shown is not None:
            chain = self.folder / "shown.pem"
            chain.write_text(shown.key_pem + shown.pem)
            context.load_cert_chain(chain)
        return httpx.Client(base_url=self.service.check, verify=context, timeout=10)

    def check(self, shown: Pair | None = None, token: str | None = None, **options: Any) -> httpx.Response:
        """The answer to a check."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        with self.client(shown, **options) as client:
            return client.post("/v1/check", json=chat("good-1"), headers=headers)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("clients")
    (folder / "authorities.pem").write_text(_TRUSTED.pem)
    (folder / "clients.yaml").write_text(
        document(
            listed("envoy", {"certificate": {"uris": [_SPIFFE]}}, speakFor=_EVERYBODY),
            listed("kong", {"certificate": {"dnsNames": ["kong.acme.example"]}}, call=["metrics"]),
            listed("litellm", {"token": {"digest": digest_of(_TOKEN)}}, speakFor=_EVERYBODY),
        )
    )
    options = ("--clients", folder / "clients.yaml", "--client-ca", folder / "authorities.pem")
    policies = write_policies(folder / "policies")
    with running(policies, folder / "state", *options, "--grpc-address", "127.0.0.1:0") as service:
        yield Scene(service, folder)


_EVERYBODY = {
    "principals": {"ids": ["*"], "groups": ["*"], "claims": ["*"]},
    "agents": ["*"],
    "attribution": {"team": ["*"], "organization": ["*"]},
}


def test_it_says_that_it_is_over_tls_and_who_may_call(scene: Scene) -> None:
    assert scene.service.check.startswith("https://localhost:")
    assert "clients.yaml" in scene.service.said
    assert "with TLS" in scene.service.said


def test_a_client_is_known_by_its_certificate(scene: Scene) -> None:
    assert scene.check(signed(_TRUSTED, _SPIFFE)).json()["decision"] == "allow"


def test_where_certificates_count_nothing_older_than_tls_1_3_is_spoken(scene: Scene) -> None:
    with pytest.raises(httpx.ConnectError):
        scene.check(signed(_TRUSTED, _SPIFFE), newest=ssl.TLSVersion.TLSv1_2)


def test_only_its_own_certificates_have_curl_trust_its_own_authority(tmp_path: Path) -> None:
    shown = signed(_TRUSTED, "localhost")
    (tmp_path / "shown.pem").write_text(shown.pem)
    (tmp_path / "shown.key").write_text(shown.key_pem)
    options = ("--check-cert", tmp_path / "shown.pem", "--check-key", tmp_path / "shown.key")
    with running(write_policies(tmp_path / "policies"), tmp_path / "state", *options) as service:
        checking, reviewing = (line for line in service.said.splitlines() if line.startswith("curl "))
    assert "--cacert" not in checking
    assert f"--cacert {service.ca}" in reviewing


def test_a_connection_is_known_by_its_certificate_for_each_of_its_requests(scene: Scene) -> None:
    with scene.client(signed(_TRUSTED, "kong.acme.example")) as client:
        for _ in range(2):
            assert client.get("/metrics").status_code == HTTPStatus.OK
            assert client.get("/docs").status_code == HTTPStatus.FORBIDDEN


def test_a_certificate_that_names_no_client_is_a_stranger_s(scene: Scene) -> None:
    for names in (("spiffe://acme.example/ns/people/sa/eve",), ("eve.acme.example",), ()):
        # A token beside it may be one of somebody whose headers are passed on.
        answer = scene.check(signed(_TRUSTED, *names), token=_TOKEN)
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
        assert "no client has this client certificate" in answer.json()["error"]["message"]


def test_a_certificate_of_another_authority_gets_no_answer_at_all(scene: Scene) -> None:
    with pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError)):
        scene.check(signed(_SOMEBODY_ELSE, _SPIFFE))


def test_who_shows_no_certificate_may_send_a_token_and_without_one_sees_the_probes(scene: Scene) -> None:
    assert scene.check(token=_TOKEN).json()["decision"] == "allow"
    assert scene.check().status_code == HTTPStatus.UNAUTHORIZED
    assert scene.check(token=new_token()).status_code == HTTPStatus.UNAUTHORIZED
    with scene.client() as client:
        assert client.get("/healthz").status_code == HTTPStatus.OK
        assert client.get("/readyz").status_code == HTTPStatus.OK


def test_a_refused_body_is_not_taken_for_the_next_request(scene: Scene) -> None:
    with scene.client() as client:
        for _ in range(2):
            answer = client.post("/v1/check", content=b" " * 2_000_000)
            assert answer.status_code == HTTPStatus.UNAUTHORIZED
        assert client.get("/healthz").json() == {"status": "ok"}


def test_clients_that_call_over_grpc_are_known_in_the_same_ways(scene: Scene) -> None:
    address = f"localhost:{_grpc_port(scene)}"
    shown = signed(_TRUSTED, _SPIFFE)
    ca = scene.service.ca.read_bytes()
    certified = grpc.ssl_channel_credentials(ca, shown.key_pem.encode(), shown.pem.encode())
    bare = grpc.ssl_channel_credentials(ca)
    bearer = (("authorization", f"Bearer {_TOKEN}"),)
    method = "/envoy.service.auth.v3.Authorization/Check"
    for credentials, metadata, is_known in ((certified, (), True), (bare, bearer, True), (bare, (), False)):
        with grpc.secure_channel(address, credentials) as channel:
            check = channel.unary_unary(method)
            if is_known:
                assert check(b"", metadata=metadata, timeout=30)
            else:
                with pytest.raises(grpc.RpcError) as refused:
                    check(b"", metadata=metadata, timeout=30)
                assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        with grpc.secure_channel(address, bare) as channel:
            channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=30)


def test_the_command_line_asks_as_a_client(scene: Scene) -> None:
    file = scene.folder / "token"
    file.write_text(f"{_TOKEN}\n")
    asked = ("budgets", "--service", scene.service.check, "--organization", "acme", "--output", "json")
    trusting = (*asked, "--ca", str(scene.service.ca))
    result = run(*trusting, "--token-file", str(file))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["accounts"] == []
    assert "answers 401" in run(*trusting).output
    assert "certificate verify failed" in run(*asked, "--token-file", str(file)).output
    file.write_text("two\nlines")
    assert "holds no token" in run(*trusting, "--token-file", str(file)).output


_BODIES: tuple[Any, ...] = (
    chat(_CANARY),
    {**chat("good-1"), "caller": {"principal": {"id": _CANARY, "claims": {"x": _CANARY}}}},
    {"chat": {"model": "good-1", "messages": [{"role": "user", "content": _CANARY}]}},
    call("send", text=_CANARY),
    {"checks": [call("send", text=_CANARY)]},
    {"hold": _CANARY},
    {"hold": _CANARY, "used": {"calls": 1}},
    {"subject": {"type": "user", "id": _CANARY}, "action": {"name": "x"}, "resource": {"type": "x", "id": "x"}},
    {"request": {"object": {"metadata": {"name": _CANARY}}}},
)


def _send_canaries_over_grpc(scene: Scene) -> None:
    credentials = grpc.ssl_channel_credentials(scene.service.ca.read_bytes())
    message = CheckRequest()
    message.attributes.request.http.path = f"/{_CANARY}"
    message.attributes.request.http.headers["authorization"] = f"Bearer {_CANARY}"
    message.attributes.request.http.body = f'{{"model": "good-1", "messages": "{_CANARY}"}}'
    with grpc.secure_channel(f"localhost:{_grpc_port(scene)}", credentials) as channel:
        check = channel.unary_unary("/envoy.service.auth.v3.Authorization/Check")
        assert check(message.SerializeToString(), metadata=(("authorization", f"Bearer {_TOKEN}"),), timeout=30)
        with pytest.raises(grpc.RpcError) as refused:
            check(message.SerializeToString(), metadata=(("authorization", f"Bearer {_CANARY}"),), timeout=30)
        assert _CANARY not in str(refused.value.details())


def _grpc_port(scene: Scene) -> str:
    found = re.search(r"gRPC +127\.0\.0\.1:(\d+)", scene.service.said)
    assert found is not None
    return found[1]


def test_no_secret_prompt_or_argument_is_in_the_log_or_the_metrics(scene: Scene) -> None:
    strangers = [
        f"Bearer interlock_{_CANARY:a<43}",
        f"Bearer {_CANARY}.{_CANARY}.{_CANARY}",
        f"Basic {_CANARY}",
    ]
    with scene.client() as client:
        described = client.get("/openapi.json", headers={"authorization": f"Bearer {_TOKEN}"}).json()
        for path, operations in described["paths"].items():
            for method in operations:
                for authorization in strangers:
                    refused = client.request(method, path, headers={"authorization": authorization}, json={})
                    assert _CANARY not in refused.text
                for body in _BODIES:
                    headers = {"authorization": f"Bearer {_TOKEN}", "x-request-id": "1"}
                    answer = client.request(
                        method, path, headers=headers, json=body if method == "post" else None
                    )
                    assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR
                    assert _TOKEN not in answer.text
        _send_canaries_over_grpc(scene)
        metrics = client.get("/metrics", headers={"authorization": f"Bearer {_TOKEN}"}).text
    for kept in (metrics, scene.service.log.read_text()):
        assert _CANARY not in kept
        assert _TOKEN not in kept
        assert digest_of(_TOKEN) not in kept
    assert '"denied"' in scene.service.log.read_text()


def test_authorities_that_are_trusted_no_more_vouch_for_nobody(scene: Scene) -> None:
    """The last one, as it changes what is trusted."""
    shown, new = signed(_TRUSTED, _SPIFFE), authority("gateways")
    (scene.folder / "authorities.pem").write_text(new.pem)

    def is_refused() -> bool:
        try:
            scene.check(shown)
        except httpx.TransportError:
            return True
        return False

    eventually(is_refused, 20)
    assert scene.check(signed(new, _SPIFFE)).json()["decision"] == "allow"
    (scene.folder / "authorities.pem").write_text("nothing")
    eventually(lambda: "certificate kept" in scene.service.log.read_text(), 20)
    assert scene.check(signed(new, _SPIFFE)).json()["decision"] == "allow"
