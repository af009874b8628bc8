"""OpenTelemetry's own exporters, against a service that runs."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import Status, StatusCode

from interlock import Client
from support.budgets import WORLD, call, limited
from support.process import Running, running

_BY_TEAM = "  key: intent.attribution.?team.orValue('')\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("policies")
    text = "\n---\n".join([*WORLD, limited("tokens", 300, _BY_TEAM)])
    (folder / "all.yaml").write_text(text, encoding="utf-8")
    state = tmp_path_factory.mktemp("state")
    with running(folder, state, "--grpc-address", "127.0.0.1:0") as service:
        yield service


def _http(compression: Compression) -> Callable[[Running], SpanExporter]:
    return lambda service: OverHttp(endpoint=f"{service.check}/v1/traces", compression=compression)


def _grpc(service: Running) -> SpanExporter:
    found = re.search(r"gRPC\W+(127\.0\.0\.1:\d+)", service.said)
    assert found is not None, service.said
    return OverGrpc(endpoint=found[1], insecure=True)


@pytest.mark.parametrize(
    "exporter",
    [_http(Compression.NoCompression), _http(Compression.Gzip), _grpc],
    ids=["http", "gzip", "grpc"],
)
def test_what_an_exporter_sends_is_booked(
    service: Running, exporter: Callable[[Running], SpanExporter], request: pytest.FixtureRequest
) -> None:
    team = str(request.node.name)
    check: Any = call(attribution={"team": team})
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter(service)))
    tracer = provider.get_tracer("tests")
    with Client(service.check) as client:
        first, second = (client.check(check).hold or "" for _ in range(2))
        with tracer.start_as_current_span("chat gpt-4o") as span:
            span.set_attributes(
                {
                    "interlock.hold.id": first,
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.response.model": "gpt-4o",
                    "gen_ai.usage.input_tokens": 3,
                    "gen_ai.usage.output_tokens": 20,
                }
            )
        with tracer.start_as_current_span("chat gpt-4o") as span:
            span.set_attributes({"interlock.hold.id": second, "gen_ai.operation.name": "chat"})
            span.set_status(Status(StatusCode.ERROR))
        provider.shutdown()
        (account,) = client.check(check | {"dryRun": True}).record["budgets"]
    assert (account["spent"], account["held"]) == (23, 0)
