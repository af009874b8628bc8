"""Behind the real LiteLLM proxy no crowd spends more than a budget has, and what was served is booked."""

import asyncio
from collections import Counter

from support.documents import policy
from support.fakemodel import INPUT, Model
from support.gatewaycrowd import CALLERS, LIMIT, OUTPUT, Place, chat, crowd, served, service, spent
from support.litellmproxy import Proxy

_CALL = INPUT + 2 * OUTPUT


def test_a_crowd_never_spends_more_than_the_budget_has(litellm: Proxy, model: Model, here: Place) -> None:
    with service(here) as running:
        statuses = Counter(asyncio.run(crowd(litellm)))
        assert set(statuses) == {200, 429}
        assert len(model.served) == statuses[200]
        assert served(model) <= LIMIT
        assert spent(running) == served(model)
        # What is left is too little for another call, and nothing is kept from those who come later.
        assert statuses[200] >= LIMIT // _CALL - 1
        assert statuses[200] + statuses[429] == CALLERS


def test_a_refused_client_is_told_why_and_what_to_do(litellm: Proxy, model: Model, here: Place) -> None:
    with service(here, window="{calendar: {every: day, timeZone: UTC}}") as running:
        assert chat(litellm, max_tokens=3_000).status_code == 200
        refused = chat(litellm, max_tokens=3_000)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 86_400
        assert "USD left" in refused.json()["error"]["message"]
        assert spent(running) == served(model)


def test_a_call_is_clamped_to_what_is_left(litellm: Proxy, model: Model, here: Place) -> None:
    with service(here, spec="  onExceed: clamp\n") as running:
        assert chat(litellm, max_tokens=100_000).status_code == 200
        (asked,) = model.asked
        assert 0 < asked["max_tokens"] <= LIMIT // 2
        assert spent(running) == served(model) <= LIMIT


def test_the_model_is_the_one_that_policies_choose(litellm: Proxy, model: Model, here: Place) -> None:
    spec = "  match: {actions: [model.chat]}\n  locks:\n    - {path: [model], value: priced}\n"
    rules = "    - {name: any, require: 'true', message: never}\n"
    with service(here, policy(layer="platform", spec=spec, rules=rules)) as running:
        assert chat(litellm, model="flaky").status_code == 200
        assert [asked["model"] for asked in model.asked] == ["priced"]
        assert spent(running) == _CALL


def test_a_call_without_a_limit_is_refused_where_a_budget_is_in_dollars(
    litellm: Proxy, model: Model, here: Place
) -> None:
    with service(here) as running:
        refused = chat(litellm, max_tokens=None)
        assert refused.status_code == 403
        assert "set the most tokens" in refused.json()["error"]["message"]
        assert (model.asked, spent(running)) == ([], 0)
