"""What a crowd spends behind LiteLLM's proxy on a small budget: Interlock's, and LiteLLM's own.

The model server uses all that calls let it use, and what it served is what was
spent. LiteLLM keeps budgets of keys, users and teams in a database; of those
that it keeps without one, it is the budget of a provider that it enforces.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from support.clusters import free_ports
from support.fakemodel import Model, model_server
from support.gatewaycrowd import CALLERS, LIMIT, Place, crowd, models, served, service, spent
from support.litellmproxy import Proxy, configuration, proxy

_ROUNDS: Final = 3
_THINKS: Final = 0.25
"""Seconds that the model takes for a call."""


@contextmanager
def _interlock(model: Model, folder: Path) -> Iterator[Proxy]:
    """The proxy with our logger; at the end it says what is booked."""
    here = Place(folder, *free_ports(1))
    config = configuration(models(model), num_retries=0)
    with service(here) as running, proxy(config, folder / "litellm", INTERLOCK_URL=here.url) as found:
        yield found
        booked = spent(running)
        print(f"booked: {booked} micro-USD, of which {served(model)} were served")


@contextmanager
def _own(model: Model, folder: Path) -> Iterator[Proxy]:
    """The proxy with its own budget for the provider."""
    config = configuration(models(model), with_logger=False, num_retries=0)
    budget = {"budget_limit": LIMIT / 1_000_000, "time_period": "30d"}
    config["router_settings"] = {"provider_budget_config": {"openai": budget}}
    with proxy(config, folder / "litellm") as found:
        yield found


def _round(kept: Proxy, model: Model) -> tuple[int, int, float]:
    """How many calls went on, how many micro-USD they cost, and how many seconds the crowd took."""
    before, started = served(model), time.perf_counter()
    statuses = Counter(asyncio.run(crowd(kept)))
    seconds = time.perf_counter() - started
    # LiteLLM counts after it has answered.
    time.sleep(2)
    return statuses[200], served(model) - before, seconds


def main() -> None:
    """Print a table."""
    print(f"{CALLERS} callers at once, every other one streamed, on a budget of {LIMIT} micro-USD")
    print("| budget | round | calls that went on | spent, micro-USD | of the budget | seconds |")
    print("|---|---|---|---|---|---|")
    for name, kept in (("Interlock's", _interlock), ("LiteLLM's own", _own)):
        with TemporaryDirectory() as folder, model_server() as model:
            model.pause = _THINKS
            with kept(model, Path(folder)) as found:
                total = 0
                for number in range(1, _ROUNDS + 1):
                    calls, cost, seconds = _round(found, model)
                    total += cost
                    print(f"| {name} | {number} | {calls} | {cost} | {total / LIMIT:.0%} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
