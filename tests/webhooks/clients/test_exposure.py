"""Where listeners for gateways speak TLS, with which certificate, and where they don't."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from interlock.errors import OperatorError
from interlock_webhooks.exposure import Exposure, GatewayTls, check_exposure, is_local
from interlock_webhooks.listener import Address
from interlock_webhooks.tls import Identity
from support.kubernetes.certificates import Pair, authority, signed
from support.process import eventually
from support.service import logged

_LOCAL = Address("127.0.0.1", 8080)
_EVERYWHERE = Address("0.0.0.0", 8080)  # noqa: S104 - nothing listens there
_CLIENTS = Path("clients.yaml")
_CA = authority("ours")


def _written(folder: Path, name: str, pair: Pair) -> tuple[Path, Path]:
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_text(pair.pem)
    key.write_text(pair.key_pem)
    return certificate, key


@pytest.fixture
def webhook() -> Identity:
    return Identity()


def _names(front: ssl.SSLContext, protocol: str = "http/1.1") -> tuple[str, str | None]:
    """The first name of the certificate that `front` shows, and the protocol that is agreed on."""
    context = ssl.create_default_context(cadata=_CA.pem)
    context.check_hostname = False
    context.set_alpn_protocols([protocol])
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(down, up)
    server = front.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for side in (client, server):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    certificate = client.getpeercert()
    assert certificate is not None
    return str(certificate["subjectAltName"][0][1]), client.selected_alpn_protocol()


@pytest.mark.parametrize(
    ("host", "is_there"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens there
        ("::", False),
        ("192.0.2.1", False),
        ("localhost.example.com", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, *, is_there: bool) -> None:
    assert is_local(Address(host, 1)) is is_there


@pytest.mark.parametrize(
    ("exposure", "address", "is_over_tls"),
    [
        (Exposure(), _LOCAL, False),
        (Exposure(clients=_CLIENTS), _LOCAL, False),
        (Exposure(clients=_CLIENTS), _EVERYWHERE, True),
        (Exposure(clients=_CLIENTS, is_terminated=True), _EVERYWHERE, False),
    ],
)
def test_beyond_this_machine_there_is_tls_unless_something_else_speaks_it(
    webhook: Identity, exposure: Exposure, address: Address, *, is_over_tls: bool
) -> None:
    check_exposure(exposure, address)
    assert (GatewayTls(exposure, webhook).front(address, "h2") is not None) is is_over_tls


def test_where_nothing_listens_nothing_is_shown(webhook: Identity) -> None:
    assert GatewayTls(Exposure(clients=_CLIENTS), webhook).front(None, "h2") is None


def test_nobody_answers_everybody_beyond_this_machine() -> None:
    with pytest.raises(OperatorError, match="say with `--clients` who may call"):
        check_exposure(Exposure(is_terminated=True), _LOCAL, _EVERYWHERE)


def test_gateways_see_what_the_webhook_shows(webhook: Identity, tmp_path: Path) -> None:
    gateways = GatewayTls(Exposure(clients=_CLIENTS), webhook)
    check, grpc = gateways.front(_EVERYWHERE, "http/1.1"), gateways.front(_EVERYWHERE, "h2")
    assert check is not None
    assert grpc is not None
    gateways.present()
    for name in ("one.example.com", "two.example.com"):
        webhook.present(*_written(tmp_path, "webhook", signed(_CA, name)))
        assert _names(check) == (name, "http/1.1")
        assert _names(grpc, "h2") == (name, "h2")
        assert _names(webhook.front) == (name, "http/1.1")


def test_gateways_see_a_certificate_of_their_own_on_loopback_too(webhook: Identity, tmp_path: Path) -> None:
    webhook.present(*_written(tmp_path, "webhook", signed(_CA, "webhook.example.com")))
    certificate, key = _written(tmp_path, "gateways", signed(_CA, "gateways.example.com"))
    gateways = GatewayTls(Exposure(certificate=certificate, key=key), webhook)
    front = gateways.front(_LOCAL, "http/1.1")
    assert front is not None
    gateways.present()
    assert _names(front) == ("gateways.example.com", "http/1.1")
    assert _names(webhook.front) == ("webhook.example.com", "http/1.1")


def test_certificates_and_authorities_are_renewed(webhook: Identity, tmp_path: Path) -> None:
    certificate, key = _written(tmp_path, "gateways", signed(_CA, "one.example.com"))
    authorities = tmp_path / "authorities.pem"
    authorities.write_text(_CA.pem)
    exposure = Exposure(clients=_CLIENTS, authorities=authorities, certificate=certificate, key=key)
    gateways = GatewayTls(exposure, webhook)
    front = gateways.front(_LOCAL, "http/1.1")
    assert front is not None
    gateways.present()
    log, lines = logged()

    async def scenario() -> None:
        kept = [asyncio.create_task(each) for each in gateways.kept(log)]
        assert len(kept) == 2
        await asyncio.sleep(0)
        _written(tmp_path, "gateways", signed(_CA, "two.example.com"))
        await asyncio.to_thread(eventually, lambda: _names(front)[0] == "two.example.com", 20)
        for each in kept:
            each.cancel()

    asyncio.run(scenario())
    assert "certificate renewed" in {line["event"] for line in lines}


@pytest.mark.parametrize("content", ["", "nothing", None])
def test_authorities_that_can_t_be_read_are_named(
    webhook: Identity, tmp_path: Path, content: str | None
) -> None:
    authorities = tmp_path / "authorities.pem"
    if content is not None:
        authorities.write_text(content)
    GatewayTls(Exposure(clients=_CLIENTS, authorities=authorities), webhook).front(_LOCAL, "h2")
    with pytest.raises(OperatorError, match="the client CA"):
        webhook.present(*_written(tmp_path, "webhook", signed(_CA, "localhost")))


def test_before_anything_is_shown_nothing_is_renewed(webhook: Identity) -> None:
    webhook.renew()
    assert webhook.ends == 0
