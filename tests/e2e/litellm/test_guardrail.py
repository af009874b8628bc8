"""The real LiteLLM proxy asks by its generic guardrail, with configuration alone."""

from collections.abc import Iterator

import pytest

from support.documents import policy
from support.fakemodel import Model
from support.gatewaycrowd import Place, chat, models, service, spent
from support.litellmproxy import Proxy, configuration, guardrails, proxy

_RULES = """\
    - {name: known, require: "has(intent.principal.claims.keyHash)", message: nobody}
    - name: stable
      forbid: intent.models.exists(m, m.name == "flaky")
      message: not this model
      remedy: use priced
"""
_POLICY = policy(layer="platform", rules=_RULES)
_HELD = 6 + 2 * 4_096
"""Micro-USD that a call holds of which the guardrail says that it writes 4,096 tokens at most."""


@pytest.fixture(scope="module")
def guarded(served_at: Model, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The proxy with the guardrail."""
    config = configuration(models(served_at), with_logger=False, num_retries=0)
    config["guardrails"] = guardrails(f"http://127.0.0.1:{port}")
    with proxy(config, tmp_path_factory.mktemp("guarded")) as found:
        yield found


def test_calls_are_decided_by_their_model_and_their_key(guarded: Proxy, model: Model, here: Place) -> None:
    with service(here, _POLICY):
        refused = chat(guarded, model="flaky")
        assert refused.status_code == 400
        assert "not this model: use priced" in refused.text
        assert model.asked == []
        assert chat(guarded).status_code == 200


def test_the_most_that_a_call_may_use_is_booked_when_it_is_allowed(
    guarded: Proxy, model: Model, here: Place
) -> None:
    with service(here, _POLICY) as running:
        assert chat(guarded).status_code == 200
        assert spent(running) == pytest.approx(_HELD, abs=2)
        assert chat(guarded).status_code == 400
        assert len(model.asked) == 1


def test_without_the_service_no_call_is_made(guarded: Proxy, model: Model) -> None:
    assert chat(guarded).status_code >= 400
    assert model.asked == []
