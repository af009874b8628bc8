"""The clients for Python show who they are: by certificates and tokens, over real connections."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from interlock import Client, OperatorError, UnavailableError
from interlock.sdk.points import Point
from interlock_webhooks.clients.tokens import digest_of, new_token
from support.clients import document, listed
from support.kubernetes.certificates import Pair, authority, signed
from support.points import awaited
from support.policies import write_policies
from support.process import Running, running
from support.reviews import chat

_SPIFFE = "spiffe://acme.example/ns/gateways/sa/agent"
_TOKEN = new_token()
_AUTHORITY = authority("agents")
_CHECK: Any = chat("good-1")


@dataclass(frozen=True, slots=True)
class Scene:
    """A service that runs, and the folder of its files."""

    service: Running
    folder: Path

    def tls(self, shown: Pair | None = None) -> ssl.SSLContext:
        """Trust in the service, and the certificate to show."""
        context = self.service.trust()
        if shown is not None:
            chain = self.folder / "shown.pem"
            chain.write_text(shown.key_pem + shown.pem)
            context.load_cert_chain(chain)
        return context


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("clients")
    (folder / "authorities.pem").write_text(_AUTHORITY.pem)
    (folder / "clients.yaml").write_text(
        document(
            listed("agent", {"certificate": {"uris": [_SPIFFE]}}),
            listed("script", {"token": {"digest": digest_of(_TOKEN)}}, call=["check"]),
        )
    )
    options = ("--clients", folder / "clients.yaml", "--client-ca", folder / "authorities.pem")
    with running(write_policies(folder / "policies"), folder / "state", *options) as service:
        yield Scene(service, folder)


def _points(scene: Scene, **options: Any) -> Iterator[Point]:
    with Client(scene.service.check, **options) as client:
        yield client
    with awaited(scene.service.check, **options) as client:
        yield client


def test_a_client_is_known_by_its_certificate(scene: Scene) -> None:
    for point in _points(scene, tls=scene.tls(signed(_AUTHORITY, _SPIFFE))):
        assert point.check(_CHECK).allowed


def test_a_client_is_known_by_its_token_which_may_be_renewed(scene: Scene) -> None:
    for point in _points(scene, tls=scene.tls(), token=_TOKEN):
        assert point.check(_CHECK).allowed
    renewed = cycle((new_token(), _TOKEN))
    for point in _points(scene, tls=scene.tls(), token=lambda: next(renewed)):
        with pytest.raises(UnavailableError, match="does not serve this client"):
            point.check(_CHECK)
        assert point.check(_CHECK).allowed


def test_a_stranger_and_who_may_not_are_not_served(scene: Scene) -> None:
    for options in ({}, {"token": new_token()}):
        for point in _points(scene, tls=scene.tls(), **options):
            with pytest.raises(UnavailableError, match="does not serve this client"):
                point.check(_CHECK)
    for point in _points(scene, tls=scene.tls(), token=_TOKEN):
        with pytest.raises(UnavailableError, match="does not serve this client"):
            point.release("a")


@pytest.mark.parametrize("token", ["", "a b", "secret\n", "sécret", "secret\r\nx: y"], ids=repr)
def test_a_token_that_is_none_is_not_sent_and_not_shown(scene: Scene, token: str) -> None:
    for given in (token, lambda: token):
        for point in _points(scene, tls=scene.tls(), token=given):
            with pytest.raises(OperatorError, match="the token can't be sent") as raised:
                point.check(_CHECK)
            assert "secret" not in str(raised.value)


def test_a_service_that_nobody_vouches_for_gets_no_token(scene: Scene) -> None:
    for point in _points(scene, tls=ssl.create_default_context(), token=_TOKEN):
        with pytest.raises(UnavailableError, match="did not answer"):
            point.check(_CHECK)
