"""What is posted to objects: evictions, bindings, tokens, and commands to run in a pod."""

import uuid
from typing import Any

from support.kubernetes.asked import Asked
from support.kubernetes.failures import bad_request, not_found
from support.kubernetes.resources import Object
from support.kubernetes.store import Store
from support.kubernetes.users import User, service_account
from support.kubernetes.writing import Writer


class Poster:
    """Answers what is posted to subresources. Tokens that it gives out are in `users`."""

    def __init__(self, store: Store, writer: Writer, users: dict[str, User]) -> None:
        self._store = store
        self._writer = writer
        self._users = users

    async def post(self, asked: Asked, sent: Object) -> tuple[Any, int, list[str]]:
        """Answer, code and warnings."""
        before = self._store.get(asked.resource, asked.namespace, asked.name)
        warnings = await self._writer.post(asked, sent)
        match asked.subresource:
            case "eviction":
                self._store.remove(asked.resource, asked.namespace, asked.name)
                return _success(), 201, warnings
            case "binding":
                before["spec"]["nodeName"] = sent["target"]["name"]
                self._store.replace(asked.resource, before)
                return _success(), 201, warnings
            case "token":
                token = uuid.uuid4().hex
                self._users[token] = service_account(asked.namespace, asked.name)
                return (
                    {**sent, "status": {"token": token, "expirationTimestamp": "2100-01-01T00:00:00Z"}},
                    201,
                    warnings,
                )
            case "exec" | "attach" | "portforward":
                raise bad_request("Upgrade request required: no container runs here")
            case _:
                raise not_found(asked.resource, asked.name)


def _success() -> Object:
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
