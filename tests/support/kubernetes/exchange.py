"""What of HTTP is the same for every request: who asks, what is sent, and how an answer is spelt."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml
from aiohttp import web
from multidict import MultiMapping

from support.kubernetes.discovery import KINDS
from support.kubernetes.failures import Failure, bad_request
from support.kubernetes.resources import Object
from support.kubernetes.users import ANONYMOUS, User
from support.kubernetes.webhooks.warnings import delivered

_FLAGS: Final = ("stdin", "stdout", "stderr", "tty")


def user_of(request: web.Request, users: Mapping[str, User]) -> User:
    """Who asks; 401 for a token that is nobody's."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return ANONYMOUS
    if token not in users:
        raise Failure(401, "Unauthorized", "Unauthorized")
    user = users[token]
    if "Impersonate-User" in request.headers and "system:masters" in user.groups:
        groups = request.headers.getall("Impersonate-Group", [])
        return User(request.headers["Impersonate-User"], (*groups, "system:authenticated"))
    return user


def decoded(content_type: str, body: bytes) -> Object:
    """The object that is sent."""
    if content_type == "application/vnd.kubernetes.protobuf":
        raise Failure(415, "UnsupportedMediaType", "protobuf is not spoken here")
    try:
        found = yaml.safe_load(body) if "yaml" in content_type else json.loads(body)
    except (ValueError, yaml.YAMLError) as error:
        raise bad_request(f"the body can't be read: {error}") from error
    if not isinstance(found, dict):
        raise bad_request("the body is no object")
    return found


def answer(body: Any, code: int = 200, warnings: Iterable[str] = ()) -> web.Response:
    """`body` as JSON, with `warnings` in the headers that clients show them from."""
    response = web.Response(body=json.dumps(body).encode(), status=code, content_type="application/json")
    for each in delivered(warnings):
        quoted = each.replace("\\", "\\\\").replace('"', '\\"')
        response.headers.add("Warning", f'299 - "{quoted}"')
    return response


def connected(subresource: str, query: MultiMapping[str]) -> Object:
    """What is asked of a pod, as the query of a request to connect to it says."""
    group, version, kind = KINDS[subresource]
    options: Object = {"apiVersion": f"{group}/{version}".strip("/"), "kind": kind}
    for key in query:
        options[key] = query.getall(key) if key == "command" else query[key]
    return options | {key: True for key in _FLAGS if query.get(key) in {"true", "1"}}
