"""The file with the secret that ToolHive signs with."""

from pathlib import Path
from typing import Final

from interlock.errors import OperatorError

LEAST: Final = 16
"""Bytes that a secret has at least: whoever guesses it can ask as ToolHive."""


def secret_in(path: Path | None) -> bytes | None:
    """The secret in the file at `path`, without the line's end; None without a path.

    Raises:
        OperatorError: there is none, or it is too short.
    """
    if path is None:
        return None
    try:
        secret = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise OperatorError(f"{path}: the secret of ToolHive can't be read: {error.strerror}") from None
    if len(secret) < LEAST:
        raise OperatorError(f"{path}: the secret of ToolHive has {len(secret)} bytes: take {LEAST} or more")
    return secret
