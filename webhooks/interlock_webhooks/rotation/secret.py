"""The Secret that certificates are kept in, and what each step makes of it. Pure but for new keys.

`ca.crt` is what is to be trusted, the newest authority first, `ca.key` that
one's key; `tls.crt` and `tls.key` are what is presented. Notes stand in
annotations, so that a write is the whole of a step.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from interlock_webhooks.certificates import Authority, make_authority, make_leaf, read_authority
from interlock_webhooks.rotation.plan import Facts, Step

OWNED: Final = ("app.kubernetes.io/managed-by", "interlock")
"""The label of a Secret that may be written."""

_PUBLISHED: Final = "interlock.dev/published"
_OLD_UNTIL: Final = "interlock.dev/old-until"
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """The newest `authority` and its elders', and the `leaf` with its key, PEM, whoever signed it."""

    authority: Authority
    elders: tuple[x509.Certificate, ...] = ()
    leaf: bytes
    published: datetime | None = None
    old_until: datetime | None = None

    @property
    def bundle(self) -> bytes:
        """What has to be trusted, PEM."""
        return b"".join(_pem(each) for each in (self.authority.certificate, *self.elders))

    def facts(self, bundles: Iterable[bytes], names: tuple[str, ...]) -> Facts:
        """What these and the `bundles` of all configurations say; `names` are what the service goes by."""
        leaf = x509.load_pem_x509_certificate(self.leaf)
        newest = _pem(self.authority.certificate)
        return Facts(
            authority_ends=self.authority.certificate.not_valid_after_utc,
            leaf_ends=leaf.not_valid_after_utc,
            leaf_is_newest=_is_signed_by(leaf, self.authority.certificate),
            has_names=_names(leaf) == frozenset(names),
            is_trusted=all(newest in bundle for bundle in bundles),
            published=self.published,
            old_until=self.old_until,
        )


def after(step: Step, held: Certificates | None, names: tuple[str, ...], now: datetime) -> Certificates:
    """What is held after `step`. Raises ValueError where no certificate can have `names`."""
    if held is None or step is Step.BEGIN:
        authority = make_authority(now)
        return Certificates(authority=authority, leaf=make_leaf(authority, names, now))
    match step:
        case Step.ADD_AUTHORITY:
            leaf = make_leaf(held.authority, names, now)
            return Certificates(
                authority=make_authority(now),
                elders=(held.authority.certificate,),
                leaf=leaf,
                old_until=x509.load_pem_x509_certificate(leaf).not_valid_after_utc,
            )
        case Step.MARK_PUBLISHED:
            return replace(held, published=now)
        case Step.UNMARK:
            return replace(held, published=None)
        case Step.ISSUE:
            return replace(held, leaf=make_leaf(held.authority, names, now))
        case Step.DROP_OLD:
            return replace(held, elders=(), published=None, old_until=None)
        case Step.WAIT:
            return held


def is_ours(secret: Mapping[str, Any]) -> bool:
    """Whether `secret` may be written: it says so itself."""
    key, value = OWNED
    return ((secret.get("metadata") or {}).get("labels") or {}).get(key) == value


def read(secret: Mapping[str, Any]) -> Certificates | None:
    """What `secret` holds; None where that is not usable."""
    try:
        fields = {key: base64.b64decode(value) for key, value in (secret.get("data") or {}).items()}
        newest, *elders = x509.load_pem_x509_certificates(fields["ca.crt"])
        _check_pair(fields["tls.crt"], fields["tls.key"])
        notes = (secret.get("metadata") or {}).get("annotations") or {}
        return Certificates(
            authority=read_authority(fields["ca.key"] + _pem(newest)),
            elders=tuple(elders),
            leaf=fields["tls.key"] + fields["tls.crt"],
            published=_moment(notes.get(_PUBLISHED)),
            old_until=_moment(notes.get(_OLD_UNTIL)),
        )
    except (KeyError, ValueError, TypeError, AttributeError, binascii.Error):
        return None


def written(held: Certificates, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The Secret that holds `held`, with the name, namespace and version in `metadata`."""
    key, value = OWNED
    notes = {_PUBLISHED: held.published, _OLD_UNTIL: held.old_until}
    kept = {name: note for name, note in (metadata.get("annotations") or {}).items() if name not in notes}
    start = held.leaf.index(_CERTIFICATE)
    authority = held.authority.pem()
    fields = {
        "ca.crt": held.bundle,
        "ca.key": authority[: authority.index(_CERTIFICATE)],
        "tls.crt": held.leaf[start:],
        "tls.key": held.leaf[:start],
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {
            **metadata,
            "labels": {**(metadata.get("labels") or {}), key: value},
            "annotations": {
                **kept,
                **{name: note.isoformat() for name, note in notes.items() if note is not None},
            },
        },
        "data": {name: base64.b64encode(content).decode("ascii") for name, content in fields.items()},
    }


def _check_pair(certificate: bytes, key: bytes) -> None:
    """Raise ValueError unless `key` is that of `certificate`."""
    leaf = x509.load_pem_x509_certificate(certificate)
    if load_pem_private_key(key, password=None).public_key() != leaf.public_key():
        raise ValueError("key and certificate belong to different servers")


def _is_signed_by(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _names(leaf: x509.Certificate) -> frozenset[str]:
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return frozenset(str(name.value) for name in names)


def _moment(text: object) -> datetime | None:
    """The moment that a note names; ValueError where it names none."""
    if text is None:
        return None
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset")
    return moment


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
