"""The real Envoy shows us who it is, and speaks for nobody but its own."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from interlock_webhooks.clients.tokens import digest_of, new_token
from support.gatewayscene import Scene, scene

_TOKEN: Final = new_token()
_CLIENTS: Final = f"""\
apiVersion: interlock.dev/v1alpha1
kind: Clients
metadata: {{name: gateways}}
spec:
  clients:
    - name: envoy
      recognizedBy: [{{token: {{digest: "{digest_of(_TOKEN)}"}}}}]
      may:
        call: [authz, accesslog]
        speakFor: {{attribution: {{team: [research]}}}}
"""


def _shows_itself(connections: dict[str, Any]) -> None:
    """Envoy sends its token when it asks; for requests below `/ads` it speaks for another team."""
    asks = connections["http_filters"][0]["typed_config"]
    if "http_service" in asks:
        asks["http_service"]["authorization_request"]["headers_to_add"].append(
            {"key": "interlock-authorization", "value": f"Bearer {_TOKEN}"}
        )
        return
    asks["grpc_service"]["initial_metadata"] = [{"key": "authorization", "value": f"Bearer {_TOKEN}"}]


def _speaks_for_others(connections: dict[str, Any]) -> None:
    _shows_itself(connections)
    asks = connections["http_filters"][0]["typed_config"]
    if "http_service" in asks:
        asks["http_service"]["authorization_request"]["headers_to_add"][0]["value"] = "{}"
        return
    (host,) = connections["route_config"]["virtual_hosts"]
    (settings,) = host["routes"][0]["typed_per_filter_config"].values()
    settings["check_settings"]["context_extensions"] = {"interlock.caller.attribution.team": "ads"}


@pytest.fixture(scope="module", params=["grpc.yaml", "http.yaml"], ids=["grpc", "http"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The real Envoy before a service that knows its clients."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "clients.yaml").write_text(_CLIENTS)
    arguments = ("--clients", folder / "clients.yaml")
    with scene(request.param, folder, change=_shows_itself, arguments=arguments) as made:
        yield made


def test_only_a_gateway_that_is_known_is_answered_and_for_its_own(gateway: Scene) -> None:
    assert gateway.chat("known").status_code == 200
    assert _TOKEN not in str(gateway.upstream.seen)
    gateway.enter(_speaks_for_others)
    assert gateway.chat("others").status_code == 403
    gateway.enter()
    assert gateway.chat("strangers").status_code in {401, 503}
    assert len(gateway.upstream.seen) == 1
