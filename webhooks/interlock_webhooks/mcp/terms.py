"""On what terms a gateway asks about a message: for whom, and how it passes it on. Pure."""

from typing import Any, Final, TypeAlias

from msgspec import Struct

from interlock.intents.caller import Caller
from interlock.model.intent import UNKNOWN
from interlock_webhooks.mcp.denials import Profile

NOBODY: Final[Caller] = {}

Source: TypeAlias = tuple[str, str]
"""A client, and what it calls a server."""

_BESIDE_SUBJECTS: Final = frozenset({"agent", "attribution", "data", "run"})
"""What is stated of a caller whom an access names as its subject."""


class Terms(Struct, frozen=True, kw_only=True):
    """Who asks, and what whoever passes the message on does.

    `client` is the name of who passes it on, where several may: what one of them
    was told of a server, and which questions it puts to whom, is not another's.
    `approver` is the person at the client, as the gateway authenticated them;
    without one nobody is asked for an approval. `applies_patches`, `discharges`
    and `hold_for` are those of a check.
    """

    client: str = ""
    caller: Caller = NOBODY
    approver: str | None = None
    profile: Profile = Profile.MCP_2026
    applies_patches: bool = False
    discharges: list[str] = []
    hold_for: str | None = None

    @property
    def server(self) -> str:
        """The server that the message goes to."""
        stated: object = self.caller.get("server")
        return stated if isinstance(stated, str) and stated else UNKNOWN

    @property
    def source(self) -> Source:
        """What tells the server from those that other clients call the same."""
        return self.client, self.server

    def check(self, message: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What the check API is asked about `message` of `caller`."""
        return {
            **self.listing(message, caller),
            **({"appliesPatches": True} if self.applies_patches else {}),
            **({"holdFor": self.hold_for} if self.hold_for else {}),
        }

    def access(self, access: dict[str, Any]) -> dict[str, Any]:
        """What it is asked about an `access` of a call, which has not been made yet."""
        beside = {key: value for key, value in self.caller.items() if key in _BESIDE_SUBJECTS}
        return {
            "access": access,
            "dryRun": True,
            **({"caller": beside} if beside else {}),
            **({"discharges": self.discharges} if self.discharges else {}),
        }

    def listing(self, message: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """What it is asked about a call that is not made."""
        return {
            "mcp": message,
            "caller": caller,
            **({"discharges": self.discharges} if self.discharges else {}),
        }
