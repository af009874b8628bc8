"""What is to be kept in a cluster. Knows nothing of how."""

from dataclasses import dataclass

from interlock.errors import OperatorError
from interlock.registration.settings import Bundle, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Webhook configurations by `settings`, and the certificates that they trust.

    `names` are those of the certificate that the service makes itself; without any it
    has one from elsewhere. `owner` is the ClusterRole with which the configurations disappear.
    """

    settings: Settings
    names: tuple[str, ...] = ()
    owner: str | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        names: tuple[str, ...],
        owner: str | None,
        *,
        has_certificate: bool,
    ) -> "Installation":
        """What `settings` want; whether the service is given a certificate, or makes its own for `names`, too.

        Raises:
            OperatorError: who signs its certificate and whom the API server trusts don't fit.
        """
        trusts = settings.trust != Bundle()
        if has_certificate is not trusts:
            raise OperatorError(
                "with `--register`, `--cert` and `--key` go together with `--ca-bundle` or `--inject-ca-from`: "
                "say whom the API server is to trust, or give none of them to have certificates made"
            )
        own = () if has_certificate else (*settings.target.hosts, *names)
        return cls(settings=settings, names=tuple(dict.fromkeys(own)), owner=owner)
