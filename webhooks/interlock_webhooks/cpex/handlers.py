"""Answers CPEX's external plugins.

Whatever fails before a call is a violation and no error: a gateway may be told to ignore errors of plugins.
"""

from http import HTTPStatus
from typing import Final

from interlock.clock import now
from interlock.errors import InterlockError, RequestError
from interlock.identity import HoldId
from interlock.integrations.cpex import calls
from interlock.sdk.patches import patched
from interlock_webhooks.cpex import codec
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.point import DecisionPoint
from interlock_webhooks.service import Service
from interlock_webhooks.stated import caller_of

GET_CONFIG: Final = "/cpex.PluginService/GetPluginConfig"
GET_CONFIGS: Final = "/cpex.PluginService/GetPluginConfigs"
INVOKE: Final = "/cpex.PluginService/InvokeHook"
HEALTH: Final = "/cpex.Health/Check"

ENDPOINT: Final = "cpex"
"""What all of them are called where they are counted, and granted to clients."""


class CpexHandlers:
    """The plugin of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._point = DecisionPoint(service, ENDPOINT)

    async def config(self, request: Request) -> Answer:
        """How the plugin is configured that the gateway has a name for."""
        return Answer(codec.encode_config(codec.decode_config(request.body)))

    async def configs(self, request: Request) -> Answer:  # noqa: ARG002  # the message is empty
        """How all plugins are configured."""
        return Answer(codec.encode_configs())

    async def health(self, request: Request) -> Answer:  # noqa: ARG002  # whatever is asked about is this service
        """Whether hooks may be invoked."""
        is_serving = not self._service.draining and not self._service.policies.missing()
        return Answer(codec.encode_health(is_serving=is_serving))

    async def invoke(self, request: Request) -> Answer:
        """What becomes of a call before it is made; afterwards, that what it held is booked."""
        invocation = codec.decode(request.body)
        if invocation.hook == calls.POST:
            await self._settle(invocation.hold)
            return Answer(codec.encode_continued(invocation, invocation.payload, None))
        check = calls.check_of(invocation.payload, caller_of(request, codec.known_of(invocation)))
        recorded = await self._point.decided(check, request.client, request.until)
        if recorded["decision"] != "allow":
            return Answer(codec.encode_denied(invocation, recorded))
        hold = recorded["hold"]["id"] if "hold" in recorded else None
        try:
            made = calls.changed(invocation.payload, patched(check["mcp"]["params"], recorded["patches"]))
        except RequestError:
            if hold is not None:
                await self._service.ledger.release(HoldId(hold), now())
            raise
        return Answer(codec.encode_continued(invocation, made, hold))

    async def _settle(self, hold: str | None) -> None:
        """Book what `hold` has. The call was made: whoever kept its result back would have it made again."""
        if hold is None:
            return
        try:
            await self._service.ledger.settle(HoldId(hold), {}, now())
        except InterlockError as error:
            log = self._service.log
            log.error("a tool call was not booked", hold=hold, error=str(error))  # noqa: TRY400  # a line says all


def refusal(_status: HTTPStatus, message: str) -> Answer:
    """The violation of what was not decided."""
    return Answer(codec.encode_refused(message))
