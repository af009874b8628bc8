"""Reports in FOCUS are what the validator of the FinOps Foundation takes for FOCUS 1.0.

It is installed once, into the cache of pytest, which takes about twenty seconds;
its dependencies are older than ours, so it runs in a process that knows no others.
"""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from interlock.analysis.focus import COLUMNS
from interlock.cli.report import ReportOutput, write_report
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Settlement
from interlock.units import Instant
from support.ledgers import HOUR, NOW, named

DAY: Final = 24 * HOUR
PACKAGES: Final = ("focus-validator==1.0.0", "multimethod<1.11")
"""With what it needs of a library that has taken it away since."""

PREVIEW: Final = {
    "ProviderName": "Provider",
    "PublisherName": "Publisher",
    "InvoiceIssuerName": "InvoiceIssuer",
    "ResourceId": "ResourceID",
}
"""Columns that its rules for 1.0 still know by the names of the preview; it wants `ChargeType`, too."""

USED: Final[tuple[tuple[dict[str, str], dict[str, int]], ...]] = (
    (
        {"organization": "acme", "team": "search", "model": "gpt-5", "provider": "openai", "agent": "bot"},
        {"tokens": 5_000_000 * PARTS, "cost": 19_250_001},
    ),
    ({}, {"calls": PARTS}),
    ({"namespace": "training", "kind": "Pod"}, {"gpuTime": 10**15 + 7}),
    ({"team": "=1+1\n", "model": '\x1b"', "project": "ü"}, {"tokens": 1, "cost": 0}),
)
SETTLED: Final = [
    Settlement(hold=named(number), at=Instant(NOW + number * DAY), facts=facts, actual=actual)
    for number, (facts, actual) in enumerate(USED * 15)
]


@pytest.fixture(scope="session")
def validator(request: pytest.FixtureRequest) -> Path:
    """The folder that the validator is in."""
    cache: pytest.Cache = request.config.cache
    folder = cache.mkdir("focus-validator") / f"{sys.version_info.major}.{sys.version_info.minor}"
    if not folder.exists():
        install(folder)
    return folder


def install(folder: Path) -> None:
    """Put the validator into `folder`, all of it or nothing; skip the test where that can't be done."""
    coming = folder.with_name(f"{folder.name}-{os.getpid()}")
    quietly = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "0", "--timeout", "10")
    command = [sys.executable, "-m", "pip", "install", *quietly, "--target", str(coming), *PACKAGES]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("focus-validator could not be installed in time")
    if ended.returncode:
        pytest.skip(f"focus-validator could not be installed: {ended.stderr.strip().splitlines()[-1:]}")
    try:
        coming.rename(folder)
    except OSError:  # another worker was faster
        shutil.rmtree(coming)


def report() -> list[dict[str, str]]:
    """The charges of all that was settled."""
    out = StringIO()
    end = Instant(NOW + 60 * DAY)
    write_report(out, ReportOutput.FOCUS, ("team", "namespace"), SETTLED, Instant(NOW), end)
    return list(csv.DictReader(StringIO(out.getvalue())))


def validated(validator: Path, charges: Iterable[dict[str, str]], file: Path) -> str:
    """What the validator says of `charges`."""
    with file.open("w", encoding="utf-8") as written:
        writer = csv.writer(written, quoting=csv.QUOTE_ALL)
        writer.writerow([*(PREVIEW.get(column, column) for column in COLUMNS), "ChargeType"])
        writer.writerows([*charge.values(), charge["ChargeCategory"]] for charge in charges)
    code = "from focus_validator.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-S", "-c", code, "--data-file", str(file), "--validate-version", "1.0"],
        capture_output=True,
        text=True,
        cwd=validator,  # where it looks for its list of currencies
        env={**os.environ, "PYTHONPATH": str(validator)},
        timeout=120,
        check=True,
    )
    return ended.stdout


def test_charges_are_valid_focus(validator: Path, tmp_path: Path) -> None:
    charges = report()
    assert {charge["ServiceCategory"] for charge in charges} == {"AI and Machine Learning", "Compute"}
    said = validated(validator, charges, tmp_path / "charges.csv")
    assert said.strip().endswith("Validation succeeded."), said


def test_charges_that_are_not_are_noticed(validator: Path, tmp_path: Path) -> None:
    wrong = {
        "BilledCost": "1,5",
        "ListCost": "",
        "BillingCurrency": "Dollar",
        "ChargePeriodStart": "yesterday",
        "ServiceCategory": "Models",
        "Tags": "team=search",
    }
    said = validated(validator, [charge | wrong for charge in report()], tmp_path / "charges.csv")
    assert said.strip().endswith("Validation failed!")
    failed = {line.partition("_")[0] for line in said.splitlines() if line.endswith(" failed:")}
    assert failed == set(wrong)


def test_charges_lie_within_their_billing_period() -> None:
    periods = {
        tuple(charge[f"{kind}Period{end}"] for kind in ("Billing", "Charge") for end in ("Start", "End"))
        for charge in report()
    }
    assert periods == {
        ("2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-01-15T08:00:00Z", "2027-02-01T00:00:00Z"),
        ("2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"),
        ("2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z", "2027-03-01T00:00:00Z", "2027-03-16T08:00:00Z"),
    }
