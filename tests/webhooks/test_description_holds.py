"""Requests that are made up from the API's own description: what comes back is described there, too.

Not asked is that everything which fits the description is accepted: extractors know
more than a schema can say, such as how far apart two times may be.
"""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import Receive, Scope, Send

from interlock_webhooks.app import check_app, webhook_app
from support.policies import write_policies
from support.service import service_over

_service = service_over(write_policies(Path(mkdtemp())))
_check, _webhook = check_app(_service), webhook_app(_service)


async def _both(scope: Scope, receive: Receive, send: Send) -> None:
    """What both listeners answer together: the check listener describes the routes of both."""
    listener = _webhook if scope["path"] in {"/validate", "/mutate", "/guard"} else _check
    await listener(scope, receive, send)


_schema = schemathesis.openapi.from_asgi("/openapi.json", _both)


@_schema.parametrize()
def test_whatever_comes_back_is_described(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_headers_conformance,
            response_schema_conformance,
        ]
    )
