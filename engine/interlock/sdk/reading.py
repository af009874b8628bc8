"""What programs ask in this process, read as strictly as what comes from outside. Knows no ledger."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from interlock.checks.holds import Settlement
from interlock.checks.read import Read
from interlock.clock import now
from interlock.engine import Engine
from interlock.engine.group import Ask
from interlock.errors import RequestError
from interlock.foreign.known import UNKNOWN
from interlock.foreign.looking import Looking
from interlock.foreign.requests import KubernetesRequest, stated
from interlock.intents.check import CheckRequest


def read_all(engine: Engine, checks: Sequence[CheckRequest], until: int, *, is_linked: bool) -> list[Read]:
    """All `checks`, understood. Raises RequestError, which says of which."""
    if not checks:
        raise RequestError("a batch has one check at least", path="$.checks")
    reads = []
    for index, check in enumerate(checks):
        try:
            reads.append(read_one(engine, check, until, is_linked=is_linked))
        except RequestError as error:
            raise RequestError(f"`checks[{index}]`: {error}", path=f"$.checks[{index}]") from None
    return reads


def read_one(engine: Engine, check: Any, until: int, *, is_linked: bool = False) -> Read:  # noqa: ANN401 - from outside
    """`check`, understood. Raises RequestError."""
    if not isinstance(check, dict):
        raise RequestError("a check request is an object", path="$")
    return Read.of(engine, cast("CheckRequest", check), now=now(), until=until, is_linked=is_linked)


def ask_of(engine: Engine, read: Read) -> Ask:
    """What is asked, of Kubernetes' policies as well where there are any; they see no cluster here."""
    attributes = stated(read.check) if engine.asks_kubernetes else None
    if attributes is None:
        return read.ask
    return replace(read.ask, kubernetes=KubernetesRequest(attributes, Looking(UNKNOWN)))


def checked(settlement: Settlement) -> Settlement:
    """`settlement` within the bounds that its fields have. Raises RequestError."""
    try:
        return msgspec.convert(msgspec.to_builtins(settlement), Settlement)
    except (msgspec.ValidationError, TypeError) as error:
        raise RequestError(f"the settlement can't be understood: {error}") from None
