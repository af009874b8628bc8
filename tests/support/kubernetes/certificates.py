"""A certificate authority for tests, and the certificates that it signs."""

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A key, and the certificate that belongs to it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        """The key."""
        form = serialization.PrivateFormat.PKCS8
        secret = serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, form, secret).decode()


def authority(name: str = "test authority") -> Pair:
    """An authority that nobody else has."""
    return _pair(name, (), None)


@cache
def own_authority() -> Pair:
    """The authority of this process."""
    return authority("kubernetes")


def signed(by: Pair, *names: str) -> Pair:
    """A certificate for `names`, which may be IP addresses and URIs; without any, only its subject is named."""
    return _pair(names[0] if names else "somebody", names, by)


def server_context(pair: Pair) -> ssl.SSLContext:
    """What a server shows `pair` with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_text(pair.key_pem + pair.pem)
        context.load_cert_chain(chain)
    return context


def _pair(name: str, names: Sequence[str], by: Pair | None) -> Pair:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    signer, signs = (by.key, by.certificate.subject) if by else (key, subject)
    authority_key = signer.public_key()
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=signs, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + 30 * _DAY)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), critical=False)
        .add_extension(_usage(signs=by is None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
    return Pair(key, builder.sign(signer, hashes.SHA256()))


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.GeneralName:
    if "://" in text:
        return x509.UniformResourceIdentifier(text)
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
