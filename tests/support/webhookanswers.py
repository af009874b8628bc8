"""What any answer of our webhook has to be, so that an API server takes all of it."""

from typing import Any

import msgspec
import re2

from support.asgi import Answer
from support.kubernetes import jsonpatch
from support.kubernetes.webhooks.contract import Response, response_of
from support.kubernetes.webhooks.warnings import ITEM, delivered

_KEY = re2.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_MOST = 256 * 1024
"""Bytes of one answer, without its patch: it is kept in an audit log, and printed by kubectl."""


def conforming(answer: Answer, review: dict[str, Any], *, mutating: bool) -> Response:
    """The response in `answer` to `review`, of which nothing gets lost at the API server."""
    request = review["request"]
    response = response_of(answer.status, answer.body, request["uid"], mutating=mutating)
    assert delivered(response.warnings) == response.warnings
    assert all(len(each) <= ITEM for each in response.warnings)
    assert all(_KEY.fullmatch(key) for key in response.annotations), response.annotations
    if response.allowed:
        assert response.status is None
    else:
        assert not response.patch
        assert response.status is not None
        assert 400 <= response.status["code"] < 600
        assert response.status["status"] == "Failure"
        assert response.status["message"]
        assert response.status["reason"]
    if response.patch:
        jsonpatch.applied(request["object"], response.patch)
    else:
        assert len(answer.body) < _MOST
    msgspec.json.decode(answer.body)
    return response
