"""The webhook's certificate: made by ourselves or given, and replaced while clients connect."""

import asyncio
import os
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop

from interlock.errors import OperatorError
from interlock_webhooks import state as state_module
from interlock_webhooks.certificates import (
    AUTHORITY_LIFETIME,
    LEAF_LIFETIME,
    Authority,
    make_authority,
    make_leaf,
    read_authority,
)
from interlock_webhooks.state import StateDir, default_state_dir
from interlock_webhooks.tls import GivenCertificate, Identity, SelfMadeCertificate
from support.service import LoggedService

_NAMES = ("localhost", "127.0.0.1", "::1", "interlock.svc")


def _shake(server: Identity, trusted: bytes | str, name: str | None = "localhost") -> ssl.SSLObject:
    """A handshake in memory with whatever `server` shows now; `name` None is a client without SNI."""
    context = ssl.create_default_context(cadata=trusted.decode() if isinstance(trusted, bytes) else trusted)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.check_hostname = name is not None
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(down, up, server_hostname=name)
    shown = server.front.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for side in (client, shown):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path / "state")


@pytest.fixture
def identity(state: StateDir) -> Identity:
    identity = Identity()
    identity.present(state.new_server_certificate(_NAMES))
    return identity


@pytest.mark.parametrize("name", _NAMES)
def test_the_certificate_holds_for_every_name(identity: Identity, state: StateDir, name: str) -> None:
    assert _shake(identity, state.ca_certificate.read_bytes(), name).version() == "TLSv1.3"


def test_the_certificate_holds_for_no_other_name(identity: Identity, state: StateDir) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake(identity, state.ca_certificate.read_bytes(), "elsewhere")


def test_a_client_that_names_no_server_gets_the_certificate_too(identity: Identity, state: StateDir) -> None:
    assert _shake(identity, state.ca_certificate.read_bytes(), None).getpeercert()


def test_a_client_that_trusts_another_authority_is_not_convinced(identity: Identity) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake(identity, make_authority(datetime.now(UTC)).certificate_pem())


def test_openssl_finds_nothing_wrong_with_the_chain(state: StateDir) -> None:
    chain = state.new_server_certificate(_NAMES)
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        str(state.ca_certificate),
        str(chain),
    ]
    subprocess.run(command, check=True, capture_output=True)


def test_nothing_older_than_tls_1_2_is_spoken(identity: Identity) -> None:
    assert identity.front.minimum_version is ssl.TLSVersion.TLSv1_2


def test_the_authority_outlives_a_restart(state: StateDir) -> None:
    state.new_server_certificate(_NAMES)
    before = state.ca_certificate.read_bytes()
    after = Identity()
    after.present(StateDir(state.path).new_server_certificate(_NAMES))
    assert state.ca_certificate.read_bytes() == before
    _shake(after, before)


def test_only_its_user_can_read_the_state(state: StateDir) -> None:
    state.new_server_certificate(_NAMES)
    assert stat.S_IMODE(state.path.stat().st_mode) == 0o700
    files = sorted(state.path.iterdir())
    assert [file.name for file in files] == ["authority.pem", "ca.crt", "server.pem"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_an_authority_that_ends_too_soon_is_replaced_and_trusted_meanwhile(state: StateDir) -> None:
    old = make_authority(datetime.now(UTC) - AUTHORITY_LIFETIME + LEAF_LIFETIME - timedelta(days=1))
    state.path.mkdir()
    (state.path / "authority.pem").write_bytes(old.pem())
    identity = Identity()
    identity.present(state.new_server_certificate(_NAMES))
    trusted = state.ca_certificate.read_bytes()
    assert trusted.endswith(old.certificate_pem())
    assert trusted.count(b"BEGIN CERTIFICATE") == 2
    _shake(identity, trusted)


def _mixed(one: Authority, other: Authority) -> bytes:
    return Authority(one.key, other.certificate).pem()


@pytest.mark.parametrize("kept", ["", "nonsense", "mixed", "leaf"])
def test_a_state_that_makes_no_sense_is_not_overwritten(state: StateDir, kept: str) -> None:
    now = datetime.now(UTC)
    one, other = make_authority(now), make_authority(now)
    content = {
        "": b"",
        "nonsense": b"nonsense",
        "mixed": _mixed(one, other),
        "leaf": make_leaf(one, ("localhost",), now),
    }[kept]
    state.path.mkdir()
    (state.path / "authority.pem").write_bytes(content)
    with pytest.raises(OperatorError, match="holds no usable authority: delete it"):
        state.new_server_certificate(_NAMES)
    assert (state.path / "authority.pem").read_bytes() == content


def test_a_kept_authority_reads_as_it_was_written() -> None:
    made = make_authority(datetime.now(UTC))
    assert read_authority(made.pem()).pem() == made.pem()


def test_a_name_that_is_none_is_named(state: StateDir) -> None:
    with pytest.raises(OperatorError, match="no certificate can be made for `localhost`, `größer`"):
        state.new_server_certificate(("localhost", "größer"))


def test_a_state_directory_that_can_not_be_used_is_the_operators_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="--state-dir"):
        StateDir(tmp_path / "file" / "state").new_server_certificate(_NAMES)


def test_the_state_is_kept_where_the_user_keeps_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_state_dir() == tmp_path / "interlock"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_state_dir() == tmp_path / ".local" / "state" / "interlock"


def test_files_that_do_not_fit_each_other_change_nothing(
    state: StateDir, identity: Identity, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(make_leaf(make_authority(datetime.now(UTC)), _NAMES, datetime.now(UTC)))
    with pytest.raises(OperatorError, match="can't be used"):
        identity.present(state.path / "server.pem", other)
    with pytest.raises(OperatorError, match="can't be used"):
        identity.present(tmp_path / "missing.pem")
    _shake(identity, state.ca_certificate.read_bytes())


def test_an_encrypted_key_is_refused_and_not_asked_about(identity: Identity, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-passout", "pass:x", "-subj", "/CN=x"]
    command = ["openssl", "req", "-x509", *curve, "-keyout", str(key), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(OperatorError, match="its key is encrypted"):
        identity.present(tmp_path / "cert.pem", key)


def test_a_self_made_certificate_is_renewed_before_it_ends(
    state: StateDir, service: LoggedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_webhooks.tls._RENEW_AFTER_SECONDS", 0.01)
    identity = Identity()
    made = SelfMadeCertificate(identity, state, _NAMES)
    trusted = state.ca_certificate.read_bytes()
    first = _shake(identity, trusted).getpeercert(binary_form=True)

    async def keep() -> None:
        async with asyncio.timeout(0.2):
            await made.keep(service.log)

    with pytest.raises(TimeoutError):
        asyncio.run(keep())
    assert _shake(identity, trusted).getpeercert(binary_form=True) != first
    assert {line["event"] for line in service.lines} == {"certificate renewed"}


def test_a_state_that_can_not_be_written_keeps_the_certificate(
    state: StateDir, service: LoggedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_webhooks.tls._RENEW_AFTER_SECONDS", 0.01)
    identity = Identity()
    made = SelfMadeCertificate(identity, state, _NAMES)
    monkeypatch.setattr(state_module, "mkstemp", _no_space)

    async def keep() -> None:
        async with asyncio.timeout(0.05):
            await made.keep(service.log)

    with pytest.raises(TimeoutError):
        asyncio.run(keep())
    _shake(identity, state.ca_certificate.read_bytes())
    assert {line["event"] for line in service.lines} == {"certificate kept: the new one can't be used"}


def _no_space(**_options: object) -> tuple[int, str]:
    raise OSError(28, "No space left on device")


def _install(leaf: bytes, certificate: Path, key: Path) -> None:
    # As a volume does it: one file after the other, so that they don't fit for a moment.
    split = leaf.index(b"-----BEGIN CERTIFICATE-----")
    for file, content in ((certificate, leaf[split:]), (key, leaf[:split])):
        file.with_suffix(".new").write_bytes(content)
        file.with_suffix(".new").replace(file)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(1))
    await writer.drain()
    await reader.read()
    writer.close()


def test_certificates_change_under_load_without_a_failed_handshake(
    service: LoggedService, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    authority = make_authority(now)
    leaves = [make_leaf(authority, ("localhost",), now) for _ in range(2)]
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"

    _install(leaves[0], certificate, key)
    identity = Identity()
    given = GivenCertificate(identity, certificate, key)
    client = ssl.create_default_context(cadata=authority.certificate_pem().decode())
    shown: list[bytes] = []

    async def connect(port: int) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client, server_hostname="localhost"
        )
        shown.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        writer.write(b"x")
        assert await reader.read(1) == b"x"
        writer.close()
        await writer.wait_closed()

    async def rotate() -> None:
        server = await asyncio.start_server(_echo, "127.0.0.1", 0, ssl=identity.front)
        port = server.sockets[0].getsockname()[1]
        keeping = asyncio.create_task(given.keep(service.log))
        async with server:
            for leaf in (None, leaves[1], leaves[0]):
                if leaf is not None:
                    _install(leaf, certificate, key)
                wanted = ssl.PEM_cert_to_DER_cert(certificate.read_text())
                async with asyncio.timeout(10):
                    await connect(port)
                    while shown[-1] != wanted:
                        await connect(port)
            keeping.cancel()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(rotate())
    assert len(set(shown)) == 2


def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(
    state: StateDir, identity: Identity, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    good = state.path / "server.pem"
    for certificate, key in ((pipe, None), (good, pipe), (tmp_path, good)):
        with pytest.raises(OperatorError, match=r"can't be used: `.*` is no regular file"):
            identity.present(certificate, key)
    (state.path / "authority.pem").unlink()
    os.mkfifo(state.path / "authority.pem")
    with pytest.raises(OperatorError, match="holds no usable authority"):
        state.new_server_certificate(_NAMES)
