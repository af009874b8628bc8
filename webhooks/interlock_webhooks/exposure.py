"""How gateways reach what listens for them: over TLS or not, and asked who they are or not.

Beyond this machine nobody gets an answer without saying who they are, and
nobody has to say it where others can listen.
"""

import ipaddress
import ssl
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from structlog.typing import FilteringBoundLogger

from interlock.errors import OperatorError
from interlock_webhooks.listener import Address
from interlock_webhooks.tls import Front, GivenCertificate, Identity, keep_authorities


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What who runs the service decides of the listeners for gateways.

    `clients` is the document that says who may call, `authorities` are those
    that sign client certificates, `certificate` and `key` what is shown there,
    if not what the webhook shows. With `is_terminated`, something in front of
    the listeners speaks TLS, and they don't.
    """

    clients: Path | None = None
    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    is_terminated: bool = False

    @property
    def wants_tls(self) -> bool:
        """Whether there is TLS wherever they listen."""
        return self.certificate is not None or self.authorities is not None


LOOPBACK_ONLY = Exposure()
"""For gateways on this machine alone, whoever they are."""


def check_exposure(exposure: Exposure, *addresses: Address) -> None:
    """Nothing, where `exposure` fits together and lets the service listen at all `addresses`.

    Raises:
        OperatorError: it doesn't.
    """
    if (exposure.certificate is None) != (exposure.key is None):
        raise OperatorError("give both `--check-cert` and `--check-key`, or none of them")
    if exposure.authorities is not None and exposure.clients is None:
        raise OperatorError("`--client-ca` verifies clients that nobody has listed: give `--clients`, too")
    if exposure.is_terminated and exposure.wants_tls:
        raise OperatorError(
            "`--tls-terminated` says that something else speaks TLS: leave out `--check-cert` and `--client-ca`"
        )
    for address in addresses:
        if exposure.clients is None and not is_local(address):
            raise OperatorError(
                f"the check API can't listen on `{address}` and answer everybody: say with `--clients` who may "
                "call, or run it beside the gateway, on an address such as `127.0.0.1:8080`"
            )


def is_local(address: Address) -> bool:
    """Whether only this machine reaches `address`."""
    try:
        return address.host == "localhost" or ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        return False


class GatewayTls:
    """What the listeners for gateways show: a certificate of their own, else the one of `webhook`."""

    def __init__(self, exposure: Exposure, webhook: Identity) -> None:
        self._exposure = exposure
        self._identity = webhook if exposure.certificate is None else Identity()
        self._given: GivenCertificate | None = None

    def front(self, address: Address | None, protocol: str) -> ssl.SSLContext | None:
        """What the listener at `address` has for ever, where `protocol` is spoken; None without TLS.

        To be asked for before a certificate is presented.
        """
        is_plain = address is None or is_local(address) or self._exposure.is_terminated
        if is_plain and not self._exposure.wants_tls:
            return None
        front = Front(self._exposure.authorities, protocol)
        self._identity.beside(front)
        return front.context

    def present(self) -> None:
        """Show the certificate of their own, if they have one. Raises OperatorError."""
        if self._exposure.certificate is not None and self._exposure.key is not None:
            self._given = GivenCertificate(self._identity, self._exposure.certificate, self._exposure.key)

    def kept(self, log: FilteringBoundLogger) -> Iterator[Coroutine[Any, Any, None]]:
        """What renews what is shown, and what clients are verified by, when files change."""
        if self._given is not None:
            yield self._given.keep(log)
        if self._exposure.authorities is not None:
            yield keep_authorities(self._exposure.authorities, self._identity, log)
