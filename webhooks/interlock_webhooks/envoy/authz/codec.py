"""`envoy.service.auth.v3.Authorization/Check`: its requests, and outcomes as its responses. Pure."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from interlock_webhooks import protobuf
from interlock_webhooks.envoy.authz.context import Context, context_of
from interlock_webhooks.envoy.authz.original import Original
from interlock_webhooks.envoy.messages.auth_pb2 import (
    AttributeContext,
    CheckRequest,
    CheckResponse,
    DeniedHttpResponse,
    HttpRequest,
    HttpStatus,
    OkHttpResponse,
    Status,
)
from interlock_webhooks.envoy.messages.core_pb2 import HeaderValue, HeaderValueOption
from interlock_webhooks.envoy.names import OURS
from interlock_webhooks.envoy.outcome import Outcome
from interlock_webhooks.structs import plain, struct_of

_PARTIAL: Final = "x-envoy-auth-partial-body"
_WHOLE: Final = "false"

_OVERWRITE: Final = 2
"""`HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD`."""

# google.rpc.Code
_OK: Final = 0
_PERMISSION_DENIED: Final = 7
_RESOURCE_EXHAUSTED: Final = 8


def decode_check(message: bytes) -> tuple[Original, Context]:
    """The request that is asked about, and what the proxy's configuration says of it. Raises RequestError."""
    attributes = protobuf.decode(message, CheckRequest).attributes
    return _original(attributes), context_of(attributes.context_extensions)


def encode(outcome: Outcome) -> bytes:
    """The response that has `outcome` done."""
    metadata = struct_of({OURS: outcome.metadata})
    if outcome.passes:
        response = CheckResponse(
            status=Status(code=_OK),
            ok_response=OkHttpResponse(headers=_options(outcome.headers), headers_to_remove=outcome.stripped),
            dynamic_metadata=metadata,
        )
    else:
        is_exhausted = outcome.status is HTTPStatus.TOO_MANY_REQUESTS
        response = CheckResponse(
            status=Status(code=_RESOURCE_EXHAUSTED if is_exhausted else _PERMISSION_DENIED),
            denied_response=DeniedHttpResponse(
                status=HttpStatus(code=outcome.status),
                headers=_options({"content-type": "application/json", **outcome.headers}),
                body=outcome.body.decode(),
            ),
            dynamic_metadata=metadata,
        )
    return response.SerializeToString()


def is_partial(headers: Mapping[str, str]) -> bool:
    """Whether the proxy says in `headers` that it has cut the body, whatever a client says beside it."""
    return headers.get(_PARTIAL, _WHOLE) != _WHOLE


def text_of(value: bytes) -> str:
    """The value of a header, which Envoy takes for UTF-8, too, where it has to be a text."""
    return value.decode(errors="replace")


def _original(attributes: AttributeContext) -> Original:
    http = attributes.request.http
    headers = _headers(http)
    return Original(
        method=http.method,
        path=http.path,
        host=http.host,
        headers=headers,
        body=http.raw_body or http.body.encode(),
        is_partial=is_partial(headers),
        peer=attributes.source.principal,
        metadata=_metadata(attributes),
    )


def _headers(http: HttpRequest) -> dict[str, str]:
    """The headers by name, however Envoy was told to send them."""
    headers = {name.lower(): value for name, value in http.headers.items()}
    for each in http.header_map.headers:
        value = text_of(each.raw_value) if each.raw_value else each.value
        name = each.key.lower()
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _metadata(attributes: AttributeContext) -> dict[str, Any]:
    """What filters know: what the request has counts before what its route has."""
    return {
        name: plain(struct)
        for source in (attributes.route_metadata_context, attributes.metadata_context)
        for name, struct in source.filter_metadata.items()
    }


def _options(headers: Mapping[str, str]) -> Iterable[HeaderValueOption]:
    return [
        HeaderValueOption(header=HeaderValue(key=name, value=value), append_action=_OVERWRITE)
        for name, value in headers.items()
    ]
