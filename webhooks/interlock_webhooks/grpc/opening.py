"""Which call a head begins."""

from collections.abc import Sequence

from interlock_webhooks.grpc.call import Call, UnaryCall
from interlock_webhooks.grpc.calls import Calls, Carrier
from interlock_webhooks.grpc.head import head_of
from interlock_webhooks.grpc.method import Method, StreamedMethod
from interlock_webhooks.grpc.streamedcall import StreamedCall
from interlock_webhooks.refusal import Header


def opened(calls: Calls, carrier: Carrier, stream: int, fields: Sequence[Header]) -> Call:
    """The call that begins on `stream` with header `fields`; RequestError where none can."""
    head = head_of(fields)
    match calls.method(head.path):
        case Method() as method:
            return UnaryCall(method, calls, carrier, stream, head)
        case StreamedMethod() as method:
            return StreamedCall(method, calls, carrier, stream, head)
