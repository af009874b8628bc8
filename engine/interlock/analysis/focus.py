"""What was consumed as charges of FOCUS, the FinOps Open Cost and Usage Specification, version 1.0. Pure.

https://focus.finops.org/focus-specification/v1-0/ says what each column means.
One row is what one group consumed of one thing in one month. There are no
unit prices: a group reads and writes tokens, each of which has its own price.
Empty cells are null.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from interlock.analysis.consumption import Consumption
from interlock.instants import instant_of
from interlock.ledger.decimals import shifted
from interlock.units import Instant

FACTS: Final = ("organization", "team", "project", "model", "provider", "agent")
"""What columns of FOCUS are made of, so that each row has one value of it."""

COLUMNS: Final = (
    *("AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency"),
    *("BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription"),
    *("ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountCategory"),
    *("CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountStatus", "CommitmentDiscountType"),
    *("ConsumedQuantity", "ConsumedUnit", "ContractedCost", "ContractedUnitPrice", "EffectiveCost"),
    *("InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit"),
    *("ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType"),
    *("ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags"),
    *("x_Calls", "x_InputTokens", "x_OutputTokens", "x_Project"),
)

_UNNAMED: Final = "default"
_UNKNOWN: Final = "unknown"
_USD: Final = 12
"""Decimal places of a US dollar that a part of a micro-USD is one of."""

_DEVICE_SECONDS: Final = 9
_WHOLE: Final = 6
_DECEMBER: Final = 12
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEARLY: Final = timedelta(seconds=1) - timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The part of a month in UTC, the billing period, that a report is about."""

    start: Instant
    end: Instant

    def cells(self) -> dict[str, str]:
        """The columns about time; FOCUS has whole seconds, so the part is widened to such."""
        month = _month(self.start)
        return {
            "BillingPeriodStart": _second(month),
            "BillingPeriodEnd": _second(_next(month)),
            "ChargePeriodStart": _second(_time(self.start)),
            "ChargePeriodEnd": _second(_time(self.end) + _NEARLY),
        }


def period_of(at: Instant, start: Instant, end: Instant) -> Period:
    """The part from `start` until `end` of the month that `at` is in."""
    month = _month(at)
    return Period(max(start, instant_of(month)), min(end, instant_of(_next(month))))


def rows(period: Period, facts: Mapping[str, str], consumed: Consumption) -> Iterator[dict[str, str]]:
    """The charges of what those with `facts` consumed in `period`: their calls, and their time of devices."""
    is_of_devices = consumed.gpu_time > 0
    is_of_calls = not is_of_devices or consumed.tokens > 0 or consumed.cost > 0
    shared = {**dict.fromkeys(COLUMNS, ""), **period.cells(), **_whose(facts)}
    counted = {"x_Calls": shifted(consumed.calls, _WHOLE)}
    if is_of_calls:
        yield {**shared, **_calls(facts, consumed), **counted}
    if is_of_devices:
        yield {**shared, **_devices(consumed), **({} if is_of_calls else counted)}


def _whose(facts: Mapping[str, str]) -> dict[str, str]:
    organization, team, agent = (facts.get(name, "") for name in ("organization", "team", "agent"))
    return {
        "BillingAccountId": organization or _UNNAMED,
        "BillingAccountName": organization,
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "PricingCategory": "Standard",
        "ResourceId": agent,
        "ResourceName": agent,
        "ResourceType": "Agent" if agent else "",
        "SubAccountId": team,
        "SubAccountName": team,
        "Tags": json.dumps({name: value for name, value in sorted(facts.items()) if value}),
        "x_Project": facts.get("project", ""),
    }


def _calls(facts: Mapping[str, str], consumed: Consumption) -> dict[str, str]:
    model, provider = facts.get("model", ""), facts.get("provider", "") or _UNKNOWN
    has_tokens = consumed.tokens > 0
    quantity = shifted(consumed.tokens if has_tokens else consumed.calls, _WHOLE)
    return {
        **_money(shifted(consumed.cost, _USD)),
        **_quantity(quantity, "Tokens" if has_tokens else "Requests"),
        **_provided(provider),
        "ChargeDescription": f"Calls of {model}" if model else "Calls",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Model calls" if model else "Calls",
        "SkuId": model or "calls",
        "SkuPriceId": f"{provider}/{model or 'calls'}",
        "x_InputTokens": shifted(consumed.input_tokens, _WHOLE),
        "x_OutputTokens": shifted(consumed.output_tokens, _WHOLE),
    }


def _devices(consumed: Consumption) -> dict[str, str]:
    return {
        **_money("0"),
        **_quantity(shifted(consumed.gpu_time, _DEVICE_SECONDS), "GPU-Seconds"),
        **_provided("platform"),
        "ChargeDescription": "Time of devices",
        "ServiceCategory": "Compute",
        "ServiceName": "Devices",
        "SkuId": "devices",
        "SkuPriceId": "platform/devices",
    }


def _money(usd: str) -> dict[str, str]:
    return dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), usd)


def _quantity(quantity: str, unit: str) -> dict[str, str]:
    return {
        **dict.fromkeys(("ConsumedQuantity", "PricingQuantity"), quantity),
        **dict.fromkeys(("ConsumedUnit", "PricingUnit"), unit),
    }


def _provided(provider: str) -> dict[str, str]:
    return dict.fromkeys(("ProviderName", "PublisherName", "InvoiceIssuerName"), provider)


def _month(at: Instant) -> datetime:
    return _time(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    if month.month == _DECEMBER:
        return month.replace(year=month.year + 1, month=1)
    return month.replace(month=month.month + 1)


def _time(at: Instant) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def _second(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
