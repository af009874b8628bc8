"""A certificate authority of our own, and the server certificates that it signs.

For those who have no authority to ask: a first run, a test cluster. Keys are
ECDSA P-256; certificates keep to RFC 5280 as strictly as Python's `ssl` can
check. Knows nothing of files or sockets; `now` comes in as an argument.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFETIME: Final = timedelta(days=3650)
LEAF_LIFETIME: Final = timedelta(days=90)
RENEW_BEFORE: Final = timedelta(days=30)
"""How long before its end a server certificate is replaced."""

# Clocks of other machines may be behind.
_BACKDATED: Final = timedelta(hours=1)

_Extension = tuple[x509.ExtensionType, bool]


@dataclass(frozen=True, slots=True)
class Authority:
    """A key that signs, and the certificate that clients trust."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        """Key and certificate; to be kept secret."""
        return _key_pem(self.key) + self.certificate_pem()

    def certificate_pem(self) -> bytes:
        """What clients are given to trust."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def outlives(self, moment: datetime) -> bool:
        """Whether certificates that it signs are good until `moment`."""
        return self.certificate.not_valid_after_utc >= moment


def make_authority(now: datetime) -> Authority:
    """A new authority, with a name of its own so that two are never mixed up."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Interlock"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Interlock self-made CA {identifier.digest.hex()[:12]}"),
        ]
    )
    extensions: list[_Extension] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_usage(signs_certificates=True), True),
        (identifier, False),
    ]
    return Authority(key, _sign(name, name, public, key, (now, AUTHORITY_LIFETIME), extensions))


def read_authority(pem: bytes) -> Authority:
    """The authority in `pem`, as `Authority.pem` wrote it; ValueError if it is none."""
    key = serialization.load_pem_private_key(pem, password=None)
    certificate = x509.load_pem_x509_certificate(pem)
    if certificate.issuer != certificate.subject:
        raise ValueError("the certificate is not its own issuer")
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise ValueError("key and certificate belong to different authorities")
    return Authority(key, certificate)


def make_leaf(authority: Authority, names: tuple[str, ...], now: datetime) -> bytes:
    """Key and certificate, PEM, of a server that goes by `names`: DNS names and IP addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    extensions: list[_Extension] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([_general_name(name) for name in names]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False),
    ]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "interlock")])
    certificate = _sign(
        subject, authority.certificate.subject, public, authority.key, (now, LEAF_LIFETIME), extensions
    )
    return _key_pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _sign(  # noqa: PLR0913, PLR0917 - the parts of a certificate
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    validity: tuple[datetime, timedelta],
    extensions: list[_Extension],
) -> x509.Certificate:
    now, lifetime = validity
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + lifetime)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
