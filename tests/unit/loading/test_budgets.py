"""Budgets as their authors write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.model.budget import Budget, Burst, OnExceed, Unit, UnitLimit
from interlock.model.window import Calendar, Lifetime, Period, PerRun, Rolling
from interlock.units import Milliseconds
from support.documents import budget, loaded, messages, policy_set

_HOUR = 3_600_000


def read(*texts: str) -> Budget:
    (only,) = loaded(*texts).budgets
    return only


def limit_of(text: str, *others: str) -> UnitLimit:
    (only,) = read(budget(limits=f"    - {text}\n"), *others).limits
    return only


def test_a_budget_is_read_whole() -> None:
    found = read(
        budget(
            "  match: {actions: [model.*], kinds: [ChatCompletion], when: intent.models.size() > 0}\n"
            "  key: intent.attribution.team\n"
            "  warnAt: 80\n"
            "  notifyAt: 95\n"
            "  onExceed: clamp\n"
        )
    )
    assert (found.name, found.description) == ("team-tokens", "Nobody spends more than their share.")
    assert found.match.actions == {"model.chat", "model.embed"}
    assert found.match.kinds == {"ChatCompletion"}
    assert found.match.when is not None
    assert found.key is not None
    assert (found.match.when.text, found.key.text) == ("intent.models.size() > 0", "intent.attribution.team")
    assert found.limits == (UnitLimit(unit=Unit.TOKENS, most=100),)
    assert (found.warn_at, found.notify_at, found.on_exceed) == (80, 95, OnExceed.CLAMP)


def test_what_a_budget_leaves_out_has_its_default() -> None:
    found = read(budget())
    assert (found.match.actions, found.match.when, found.key) == (frozenset(), None, None)
    assert (found.window, found.currency, found.warn_at, found.on_exceed) == (
        Lifetime(),
        "USD",
        None,
        OnExceed.DENY,
    )


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("{calendar: {every: day}}", Calendar(period=Period.DAY, zone="UTC")),
        (
            "{calendar: {every: quarter, timeZone: Europe/Berlin, startDay: 6, startMonth: 4}}",
            Calendar(period=Period.QUARTER, zone="Europe/Berlin", start_day=6, start_month=4),
        ),
        ("{rolling: 1h30m}", Rolling(Milliseconds(_HOUR + 30 * 60_000))),
        ("{lifetime: true}", Lifetime()),
        ("{run: {}}", PerRun(Milliseconds(24 * _HOUR))),
        ("{run: {idle: 10m}}", PerRun(Milliseconds(600_000))),
    ],
)
def test_windows_are_of_four_sorts(written: str, window: object) -> None:
    assert read(budget(window=written)).window == window


def test_money_is_counted_in_whole_micro_dollars() -> None:
    limit = limit_of('{unit: cost, limit: "250.000001", assume: "0.5", burst: {limit: 3, within: 1m}}')
    assert (limit.most, limit.assumed) == (250_000_001, 500_000)
    assert limit.burst == Burst(3_000_000, Milliseconds(60_000))


def test_another_currency_is_worth_what_the_policy_set_says_rounded_down() -> None:
    rates = policy_set('  money: {rates: {EUR: "1.0850", JPY: "0.006543"}}\n')
    euros = budget("  currency: EUR\n", limits='    - {unit: cost, limit: "100.000001"}\n')
    assert read(euros, rates).limits[0].most == int(Decimal("100.000001") * Decimal("1.0850") * 1_000_000)


def test_device_time_is_counted_in_milliseconds() -> None:
    assert limit_of("{unit: gpuTime, limit: 40h, assume: 0}") == UnitLimit(
        unit=Unit.GPU_TIME, most=40 * _HOUR, assumed=0
    )


@given(st.integers(0, 2**50))
def test_numbers_are_taken_as_they_are(number: int) -> None:
    assert limit_of(f"{{unit: calls, limit: {number}}}").most == number


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("{unit: tokens, limit: '100'}", "`100` is no amount of `tokens`: write a whole number"),
        ("{unit: tokens, limit: -1}", "`-1` is no amount of `tokens`: write a whole number"),
        (
            f"{{unit: calls, limit: {2**50 + 1}}}",
            f"`{2**50 + 1}` is no amount of `calls`: write a whole number",
        ),
        ("{unit: cost, limit: lots}", '`lots` is no amount of `cost`: write money such as "250.00"'),
        ("{unit: gpuTime, limit: 40}", "`40` is no amount of `gpuTime`: write device time such as `40h`"),
        (
            "{unit: calls, limit: 5, burst: {limit: 5, within: 1s}}",
            "the burst is not below the limit, so it limits nothing: lower or remove it",
        ),
    ],
)
def test_the_author_of_a_wrong_amount_is_told(limit: str, told: str) -> None:
    assert messages(budget(limits=f"    - {limit}\n")) == [told]


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (
            "{}",
            "a budget has one window: give exactly one of `calendar`, `rolling`, `lifetime` or `run`",
        ),
        (
            "{lifetime: true, rolling: 1h}",
            "a budget has one window: give exactly one of `calendar`, `rolling`, `lifetime` or `run`",
        ),
        (
            "{calendar: {every: day, timeZone: Europe/Atlantis}}",
            "`Europe/Atlantis` is no time zone of the IANA database: did you mean `Europe/Athens`?",
        ),
        (
            "{calendar: {every: day, timeZone: ../../etc/passwd}}",
            "`../../etc/passwd` is no time zone of the IANA database: name one, such as `Europe/Berlin`",
        ),
        (
            "{rolling: 5}",
            "`spec.window.rolling` must be a length of time up to 100 years, such as `90s`, `1h30m` or `30d`",
        ),
        (
            "{rolling: 0s}",
            "`spec.window.rolling` must be a length of time up to 100 years, such as `90s`, `1h30m` or `30d`",
        ),
        (
            "{rolling: 40000d}",
            "`spec.window.rolling` must be a length of time up to 100 years, such as `90s`, `1h30m` or `30d`",
        ),
    ],
)
def test_the_author_of_a_wrong_window_is_told(window: str, told: str) -> None:
    assert messages(budget(window=window)) == [told]


def test_a_unit_is_limited_once() -> None:
    limits = "    - {unit: calls, limit: 1}\n    - {unit: calls, limit: 2}\n"
    assert messages(budget(limits=limits)) == [
        "`calls` is limited already: make a budget of its own for another window"
    ]


def test_only_tokens_are_clamped() -> None:
    assert messages(budget("  onExceed: clamp\n", limits="    - {unit: calls, limit: 1}\n")) == [
        "fewer tokens don't use less of `calls`: move it to a budget that denies"
    ]


def test_a_currency_without_a_rate_is_refused() -> None:
    assert messages(budget("  currency: EUR\n")) == [
        "nobody knows what `EUR` is worth: add it to `money.rates` of the PolicySet, or use `USD`"
    ]


def test_a_currency_is_not_refused_where_its_rate_may_be_missing_by_mistake() -> None:
    told = messages(budget("  currency: EUR\n"), policy_set("  money: {rates: {EUR: 1.5}}\n"))
    assert told == [
        '`spec.money.rates.EUR` must be US dollars with at most 6 decimals in quotes, such as "1.08"'
    ]


def test_a_currency_has_three_letters() -> None:
    assert messages(budget("  currency: Euro\n")) == [
        "`spec.currency` must be the three capital letters of a currency, such as `EUR`"
    ]


def test_budgets_have_names_of_their_own() -> None:
    told = messages(budget(), budget())
    assert told == ["duplicate Budget `team-tokens`: 0.yaml:3:18 has that name already"]
