"""Who a service is among those that run beside it in a cluster."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import re2

from interlock.errors import OperatorError
from interlock.spelling import quoted

NAMESPACE_FILE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
"""Where a pod reads which namespace it is in."""

_is_name: Final = re2.compile(r"[a-z0-9](?:[-a-z0-9.]{0,198}[a-z0-9])?").fullmatch


@dataclass(frozen=True, slots=True)
class Membership:
    """The `namespace` that all replicas of one service have in common, and what this `replica` is called."""

    namespace: str
    replica: str

    @classmethod
    def of(cls, namespace: str | None, replica: str | None) -> "Membership":
        """What is given, else the namespace of the pod that this runs in, and the name of this machine.

        Raises:
            OperatorError: a replica can't be called so.
        """
        name = replica or socket.gethostname().lower()
        if not _is_name(name):
            raise OperatorError(
                f"a replica can't be called {quoted(name)}: name it with `--replica`, "
                "by up to 200 lower-case letters, digits and inner `-` and `.`"
            )
        return cls(namespace or _own_namespace(), name)


def _own_namespace() -> str:
    try:
        return NAMESPACE_FILE.read_text(encoding="utf-8").strip() or "default"
    except (OSError, UnicodeDecodeError):
        return "default"
