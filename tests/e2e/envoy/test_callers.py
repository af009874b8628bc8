"""Who asks is what the real Envoy has verified, and nothing that a client says."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from support.documents import policy
from support.gatewayscene import Scene, scene
from support.issuers import Issuer

_JWT: Final = "envoy.filters.http.jwt_authn"
_ISSUER: Final = Issuer("https://issuer.example")
_ONLY_ADA: Final = policy(
    "only-ada",
    layer="platform",
    rules="    - {name: ada, require: 'intent.principal.id == \"ada\"', message: only ada may}\n",
)


def _verifies(connections: dict[str, Any]) -> None:
    """Envoy verifies tokens, where there is one, and has us read who it names."""
    provider = {
        "issuer": _ISSUER.url,
        "local_jwks": {"inline_string": json.dumps({"keys": [_ISSUER.public("first")]})},
        "payload_in_metadata": "payload",
    }
    kind = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
    requires = {"requires_any": {"requirements": [{"provider_name": "ours"}, {"allow_missing": {}}]}}
    rules = [{"match": {"prefix": "/"}, "requires": requires}]
    authenticates = {"@type": kind, "providers": {"ours": provider}, "rules": rules}
    connections["http_filters"].insert(0, {"name": _JWT, "typed_config": authenticates})
    _says_who(connections)


def _says_who(connections: dict[str, Any]) -> None:
    asks = connections["http_filters"][1]["typed_config"]
    if "http_service" in asks:
        asks["http_service"]["authorization_request"]["headers_to_add"] = [
            {"key": "x-interlock-context", "value": '{"interlock.from.principal.id": "header:x-subject"}'},
            {"key": "x-subject", "value": f"%DYNAMIC_METADATA({_JWT}:payload:sub)%"},
        ]
        return
    (host,) = connections["route_config"]["virtual_hosts"]
    (settings,) = host["routes"][0]["typed_per_filter_config"].values()
    settings["check_settings"]["context_extensions"] = {
        "interlock.from.principal.id": f"metadata:/{_JWT}/payload/sub",
        "interlock.from.principal.groups": f"metadata:/{_JWT}/payload/groups?",
        "interlock.from.principal.claims": f"metadata:/{_JWT}/payload",
    }


@pytest.fixture(scope="module", params=["grpc.yaml", "http.yaml"], ids=["grpc", "http"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The real Envoy, which verifies tokens."""
    with scene(request.param, tmp_path_factory.mktemp("gateway"), _ONLY_ADA, change=_verifies) as made:
        yield made


def _asking(subject: str) -> dict[str, str]:
    return {"authorization": f"Bearer {_ISSUER.token(sub=subject, groups=['staff'])}"}


def test_whom_a_token_names_is_who_asks(gateway: Scene) -> None:
    assert gateway.chat("named", headers=_asking("ada")).status_code == 200
    answer = gateway.chat("named", headers=_asking("eve"))
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "only ada may"


def test_a_client_can_not_say_who_it_is(gateway: Scene) -> None:
    before = len(gateway.upstream.seen)
    stated = {"x-subject": "ada", "x-interlock-context": '{"interlock.caller.principal.id": "ada"}'}
    for headers in (stated, stated | _asking("eve")):
        assert gateway.chat("named", headers=headers).status_code in {400, 403}
    assert gateway.chat("named", headers=stated | {"authorization": "Bearer made.up.token"}).status_code == 401
    assert len(gateway.upstream.seen) == before
