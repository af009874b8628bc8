"""What a policy adds to an object before it is decided."""

from dataclasses import dataclass
from typing import Any

from interlock.identity import PolicyName


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A value that `policy` gives to a place of the object where nothing was.

    `path` holds the keys from the object's root; parents that are missing are
    objects. Values are plain JSON.
    """

    path: tuple[str, ...]
    value: Any
    policy: PolicyName
