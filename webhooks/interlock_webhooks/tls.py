"""The TLS identity of listeners, replaceable while connections are open.

One front context belongs to each listener for ever and holds no certificate;
for each handshake it hands over to the current context. A new certificate is
loaded into a fresh context, which takes over only if it loads: loading into a
context in use leaves it broken when the files don't fit each other.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from cryptography.x509 import load_pem_x509_certificate
from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks.certificates import LEAF_LIFETIME, RENEW_BEFORE
from interlock_webhooks.state import StateDir
from interlock_webhooks.watch import changes, fingerprint

_RENEW_AFTER_SECONDS: Final = (LEAF_LIFETIME - RENEW_BEFORE).total_seconds()


class Front:
    """What one listener shows, where `protocol` is spoken, by its ALPN name.

    With `authorities`, clients may show certificates that those signed. Who
    shows none is let in: what that means is for others to say.
    """

    def __init__(self, authorities: Path | None = None, protocol: str = "http/1.1") -> None:
        self._authorities = authorities
        self._protocol = protocol
        self.context = self._fresh()
        self.context.sni_callback = self._hand_over
        self._current = self.context

    def made(self, certificate: Path, key: Path | None) -> ssl.SSLContext:
        """A context that shows `certificate`; OperatorError where there can be none."""
        fresh = self._fresh()
        with _reading("certificate", certificate, "not a certificate and its key"):
            _refuse_pipes(certificate, key)
            fresh.load_cert_chain(certificate, key, password=_no_password)
        if self._authorities is not None:
            with _reading("client CA", self._authorities, "no certificates"):
                _refuse_pipes(self._authorities)
                fresh.load_verify_locations(self._authorities)
        return fresh

    def show(self, made: ssl.SSLContext) -> None:
        """Show what was `made` from the next handshake on."""
        self._current = made

    def _fresh(self) -> ssl.SSLContext:
        context = _context(self._protocol)
        if self._authorities is not None:
            context.verify_mode = ssl.CERT_OPTIONAL
            # A resumed session would be of whom authorities vouched for that are trusted no more. Of TLS 1.2
            # OpenSSL keeps sessions itself, and Python can't have it stop.
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.options |= ssl.OP_NO_TICKET
            context.num_tickets = 0
        return context

    def _hand_over(self, connection: ssl.SSLObject, _name: str | None, _front: ssl.SSLContext) -> None:
        connection.context = self._current


class Identity:
    """The certificate that clients see; `OperatorError` if `present` can't load one.

    `ends` is when it does, in Unix time; 0 while there is none. Clients may show
    certificates of their own that `authorities` signed.
    """

    def __init__(self, authorities: Path | None = None) -> None:
        self.ends = 0.0
        self._fronts = [Front(authorities)]
        self._shown: tuple[Path, Path | None] | None = None

    @property
    def front(self) -> ssl.SSLContext:
        """What the listener has for ever."""
        return self._fronts[0].context

    def beside(self, front: Front) -> None:
        """Show at `front`, too, whatever is presented from now on."""
        self._fronts.append(front)

    def present(self, certificate: Path, key: Path | None = None) -> None:
        """Show `certificate`, a PEM chain, from the next handshake on; `key` may stand in the same file."""
        made = [front.made(certificate, key) for front in self._fronts]
        with _reading("certificate", certificate, "not a certificate"):
            ends = load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
        for front, context in zip(self._fronts, made, strict=True):
            front.show(context)
        self._shown = certificate, key
        self.ends = ends.timestamp()

    def renew(self) -> None:
        """Show what is shown as its files are now, and verify by authorities as theirs are."""
        if self._shown is not None:
            self.present(*self._shown)


async def keep_authorities(authorities: Path, identity: Identity, log: FilteringBoundLogger) -> None:
    """Verify clients by what `authorities` holds, for as long as the service runs."""
    async for _ in changes((authorities,), fingerprint((authorities,))):
        _replace(identity.renew, log)


class Certificate(Protocol):
    """Whatever keeps an identity's certificate."""

    async def keep(self, log: FilteringBoundLogger) -> None:
        """Renew it in time, for as long as the service runs."""
        ...


class SelfMadeCertificate:
    """A certificate by our own authority, replaced before it ends."""

    def __init__(self, identity: Identity, state: StateDir, names: tuple[str, ...]) -> None:
        self._identity = identity
        self._state = state
        self._names = names
        self.renew()

    def renew(self) -> None:
        """Show a certificate that was made just now."""
        self._identity.present(self._state.new_server_certificate(self._names))

    async def keep(self, log: FilteringBoundLogger) -> None:
        """Renew in time, for as long as the service runs."""
        while True:
            await asyncio.sleep(_RENEW_AFTER_SECONDS)
            _replace(self.renew, log)


class GivenCertificate:
    """A certificate and key in files that somebody else renews."""

    def __init__(self, identity: Identity, certificate: Path, key: Path) -> None:
        self._identity = identity
        self._files = (certificate, key)
        self._seen = fingerprint(self._files)
        identity.present(certificate, key)

    def renew(self) -> None:
        """Show what the files hold now."""
        self._identity.present(*self._files)

    async def keep(self, log: FilteringBoundLogger) -> None:
        """Renew when the files change, for as long as the service runs."""
        async for _ in changes(self._files, self._seen):
            _replace(self.renew, log)


def _replace(renew: Callable[[], None], log: FilteringBoundLogger) -> None:
    """Renew, or keep the certificate that works and say so."""
    try:
        renew()
    except OperatorError as error:
        log.warning("certificate kept: the new one can't be used", error=str(error))
    else:
        log.info("certificate renewed")


def _context(protocol: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([protocol])
    return context


@contextmanager
def _reading(what: str, file: Path, otherwise: str) -> Iterator[None]:
    """Reads `file`; what goes wrong is an OperatorError that says so of `what`."""
    try:
        yield
    except (OSError, ValueError) as error:
        # ssl.SSLError is an OSError without a system's reason.
        reason = error.strerror or otherwise if isinstance(error, OSError) else str(error)
        raise OperatorError(f"the {what} `{file}` can't be used: {reason}") from None


def _refuse_pipes(*files: Path | None) -> None:
    """Raise ValueError where opening one of `files` could wait forever, and every request with it."""
    for file in filter(None, files):
        if file.exists() and not file.is_file():
            raise ValueError(f"`{file}` is no regular file")


def _no_password() -> str:
    """Nobody is there to type one: an encrypted key is refused."""
    raise ValueError("its key is encrypted: decrypt it first")
