"""Messages of MCP, and policies on what they do."""

from pathlib import Path
from typing import Any

import msgspec

from interlock_webhooks.app import Application
from support.asgi import JSON, ask

POLICIES = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: mcp}
spec:
  layers: [{name: organization, closed: [tools, resources]}, {name: platform}]
  advice: [{name: approval, merge: union, description: Claims that a person's approval gives.}]
---
apiVersion: interlock.dev/v1alpha1
kind: Catalog
metadata: {name: mcp}
spec:
  tools:
    - names: ["files/pinned"]
      class: read
      schemaDigest: "%s"
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: tools}
spec:
  layer: organization
  area: tools
  description: What may be called.
  match: {actions: [tool.call]}
  rules:
    - {name: read, permit: tool.name.startsWith('read')}
    - {name: send, permit: tool.name == 'send'}
    - {name: home, permit: "tool.name == 'write' && tool.arguments.path.startsWith('/home/')"}
    - {name: pinned, permit: tool.pinned}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: approvals}
spec:
  layer: platform
  area: tools
  description: Who sends has an approval by somebody else.
  match: {actions: [tool.call], when: tool.name == 'send'}
  rules:
    - name: approved
      require: "'approvedBy' in intent.principal.claims"
      message: nobody approved it
      remedy: ask for an approval
      advice: {approval: [approvedBy]}
    - name: four-eyes
      forbid: intent.principal.claims[?'approvedBy'].orValue('') == intent.principal.id
      message: nobody approves their own call
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: resources}
spec:
  layer: organization
  area: resources
  description: Public documents and prompts may be read.
  rules:
    - {name: public, permit: "resource.type == 'resource' && resource.id.startsWith('public:')"}
    - {name: prompts, permit: resource.type == 'prompt'}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: redirected}
spec:
  layer: platform
  description: Whatever is read, is read quietly.
  match: {actions: [tool.call]}
  defaults: [{path: [arguments, quiet], value: true}]
"""

AGENT = {"principal": {"id": "desk", "type": "agent"}, "server": "files"}

PINNED = {"name": "pinned", "description": "As reviewed.", "inputSchema": {"type": "object"}}


def written(folder: Path, digest: str) -> Path:
    """`folder` with the policies, which pin the tool `pinned` by `digest`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policies.yaml").write_text(POLICIES % digest, encoding="utf-8")
    return folder


def request(method: str, params: Any = None, number: Any = 1, **meta: Any) -> dict[str, Any]:
    """A request of `method`; with `meta`, one of the stateless revision."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": number, "method": method}
    if params is not None or meta:
        message["params"] = {**(params or {})}
    if meta:
        message["params"]["_meta"] = {f"io.modelcontextprotocol/{key}": value for key, value in meta.items()}
    return message


def tool_call(name: str, /, **arguments: Any) -> dict[str, Any]:
    """A call of the tool `name`."""
    return request("tools/call", {"name": name, "arguments": arguments})


def stateless(method: str, params: dict[str, Any], number: Any = 1, **capabilities: Any) -> dict[str, Any]:
    """A request of revision 2026-07-28 by a client with these `capabilities`."""
    return request(method, params, number, protocolVersion="2026-07-28", clientCapabilities=capabilities)


def tool_list(*names: str, **more: Any) -> dict[str, Any]:
    """What a server answers that has tools with these `names`."""
    tools = [{"name": name, "inputSchema": {"type": "object"}} for name in names]
    return {"jsonrpc": "2.0", "id": 1, "result": {"tools": tools, **more}}


def about(app: Application, message: Any, *, through: str = "local", **asked: Any) -> dict[str, Any]:
    """What the service answers on a client's `message`, which comes `through` one of its own clients."""
    return _answered(app, "/v1/mcp/request", {"message": message, **_by(asked)}, through)


def about_response(app: Application, response: Any, *, through: str = "local", **asked: Any) -> dict[str, Any]:
    """What the service answers on a server's `response`, which comes `through` one of its own clients."""
    return _answered(app, "/v1/mcp/response", {"response": response, **_by(asked)}, through)


def _by(asked: dict[str, Any]) -> dict[str, Any]:
    return {"caller": AGENT, **asked}


def _answered(app: Application, path: str, body: Any, through: str) -> dict[str, Any]:
    answer = ask(app, path, msgspec.json.encode(body), headers=(*JSON, (b"name", through.encode())))
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found
