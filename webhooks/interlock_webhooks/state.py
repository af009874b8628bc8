"""Where the self-made authority and the uses of waivers are kept between runs.

A folder that only its user can read: `authority.pem` is the secret, `ca.crt`
what clients are given, `server.pem` the certificate in use; those files are
replaced whole, so that nobody ever reads half of one. `approvals.key` and `signing.pem` are secrets,
too: what approvers are asked is sealed and signed with them. `uses.sqlite` and `ledger.sqlite` are
the ledger's, and `requests.sqlite` has what is asked to be approved.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

from cryptography.fernet import Fernet

from interlock.errors import OperatorError
from interlock_webhooks.approvals.signing import key_in, new_key
from interlock_webhooks.certificates import LEAF_LIFETIME, Authority, make_authority, make_leaf, read_authority
from interlock_webhooks.text import quoted


def default_state_dir() -> Path:
    """The folder for this user's state, after the XDG base directory specification."""
    stated = os.environ.get("XDG_STATE_HOME", "")
    return (Path(stated) if stated else Path.home() / ".local" / "state") / "interlock"


@dataclass(frozen=True, slots=True)
class StateDir:
    """The folder at `path`; made, with its parents, when first written to."""

    path: Path

    @property
    def ca_certificate(self) -> Path:
        """What clients trust: `curl --cacert`, `caBundle`."""
        return self.path / "ca.crt"

    @property
    def uses(self) -> Path:
        """Where uses of waivers are counted."""
        return self.path / "uses.sqlite"

    @property
    def ledger(self) -> Path:
        """Where accounts are kept, unless somebody says otherwise."""
        return self.path / "ledger.sqlite"

    @property
    def access_requests(self) -> Path:
        """Where it is kept what somebody asks to have approved."""
        return self.path / "requests.sqlite"

    def approval_key(self) -> bytes:
        """The key that questions to approvers are sealed with, made if there is none. Raises OperatorError."""
        return self._key("approvals.key", Fernet.generate_key, Fernet)

    def signing_key(self) -> bytes:
        """The key, PEM, that approvals are signed with, made if there is none. Raises OperatorError."""
        return self._key("signing.pem", new_key, key_in)

    def _key(self, name: str, make: Callable[[], bytes], check: Callable[[bytes], object]) -> bytes:
        """The key in the file of that name, which `make` gives where there is none, and `check` reads."""
        file = self.path / name
        try:
            if not file.exists():
                self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._write(file, make())
            # Opening a pipe or a device could wait forever.
            key = file.read_bytes().strip() if file.is_file() else b""
            check(key)
        except ValueError:
            raise OperatorError(f"`{file}` holds no usable key: delete it to have a new one made") from None
        except OSError as error:
            raise self._unusable(error) from None
        return key

    def new_server_certificate(self, names: tuple[str, ...]) -> Path:
        """The file with the key and certificate, just made, of a server that goes by `names`.

        Signed by the authority that is kept here. One is made if there is none,
        or if it would end before what it signs; then `ca.crt` holds its
        certificate and the old one's, so that both are trusted meanwhile.
        """
        try:
            now = datetime.now(UTC)
            authority = self._authority(now)
            chain = self.path / "server.pem"
            self._write(chain, make_leaf(authority, names, now))
        except ValueError as error:
            raise OperatorError(
                f"no certificate can be made for {', '.join(map(quoted, names))}: {error}"
            ) from None
        except OSError as error:
            raise self._unusable(error) from None
        return chain

    def keep_server_certificate(self, chain: bytes) -> Path:
        """The file with `chain`, a key and its certificate that somebody else made. Raises OperatorError."""
        file = self.path / "server.pem"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(file, chain)
        except OSError as error:
            raise self._unusable(error) from None
        return file

    def _unusable(self, error: OSError) -> OperatorError:
        return OperatorError(
            f"the state directory `{self.path}` can't be used: {error.strerror}: "
            "name another one with `--state-dir`"
        )

    def _authority(self, now: datetime) -> Authority:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = self._kept()
        if kept is not None and kept.outlives(now + LEAF_LIFETIME):
            self._write(self.ca_certificate, kept.certificate_pem())
            return kept
        made = make_authority(now)
        older = kept.certificate_pem() if kept is not None else b""
        self._write(self._secret, made.pem())
        self._write(self.ca_certificate, made.certificate_pem() + older)
        return made

    def _kept(self) -> Authority | None:
        if not self._secret.exists():
            return None
        try:
            # Opening a pipe or a device could wait forever.
            return read_authority(self._secret.read_bytes() if self._secret.is_file() else b"")
        except ValueError:
            raise OperatorError(
                f"`{self._secret}` holds no usable authority: delete it to have a new one made, "
                "which clients must then be given"
            ) from None

    @property
    def _secret(self) -> Path:
        return self.path / "authority.pem"

    def _write(self, file: Path, content: bytes) -> None:
        """Put `content` into `file` at once, readable by this user alone."""
        descriptor, name = mkstemp(dir=self.path)
        with os.fdopen(descriptor, "wb") as temporary:
            temporary.write(content)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(name).replace(file)
