"""The policies that the page on Envoy shows hold for what comes by it, in whichever way."""

from pathlib import Path
from typing import Final

import msgspec
import pytest

from support.envoy import Ask, Sent
from support.pages import Written, steps
from support.service import LoggedService, service_over

_PAGE: Final = Path(__file__).parents[3] / "docs/how-to/put-it-behind-envoy.md"
_TEAM: Final = {"interlock.caller.attribution.team": "research"}


@pytest.fixture
def service(tmp_path: Path) -> LoggedService:
    """A service over what the page has one write."""
    for step in steps(_PAGE.read_text(encoding="utf-8")):
        if isinstance(step, Written):
            (tmp_path / step.path).parent.mkdir(exist_ok=True)
            (tmp_path / step.path).write_text(step.text, encoding="utf-8")
    return service_over(tmp_path / "ours")


def _sent(path: str, model: str) -> Sent:
    asked = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 100}
    body = asked if path.endswith("/chat/completions") else {"prompt": "hello", "input": "hello"}
    return Sent(path=path, body=msgspec.json.encode({"model": model, **body}))


@pytest.mark.parametrize(
    ("sent", "passes"),
    [
        (_sent("/v1/chat/completions", "qwen3:8b"), True),
        (_sent("/v1/chat/completions", "gpt-4o"), False),
        (_sent("/v1/embeddings", "gpt-4o"), False),
        (_sent("/v1/completions", "gpt-4o"), False),
        (_sent("/v1/responses", "gpt-4o"), False),
        (_sent("/api/generate", "gpt-4o"), False),
        (Sent(method="GET", path="/v1/models"), True),
        (Sent(method="DELETE", path="/v1/models/qwen3:8b"), False),
    ],
)
def test_only_what_the_page_permits_passes(
    service: LoggedService, tell: Ask, sent: Sent, *, passes: bool
) -> None:
    assert tell(service, sent, _TEAM).passes == passes
