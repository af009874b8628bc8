"""`interlock budgets`, with a service that runs and servers that are none."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import httpx
import pytest
from typer.testing import Result

from interlock.analysis.focus import COLUMNS
from support import commandline
from support.budgets import WORLD, call, limited
from support.documents import budget
from support.process import running
from support.scripted import saying

FORMULA = "=cmd|' /C calc'!A0"
ESCAPE = "\x1b]0;pwned\x07"
CALLS = [
    ({"team": "search", "project": "index"}, {"inputTokens": 4, "outputTokens": 6, "cost": "0.000000000001"}),
    ({"team": "search", "project": "index"}, {"tokens": 90, "cost": "1.999999"}),
    ({"team": FORMULA}, {"tokens": 5, "cost": "0.5"}),
    ({"team": f"a\n{ESCAPE}\u202e"}, {"tokens": 1, "cost": "0"}),
    ({}, {"tokens": 2, "cost": "0.25"}),
]
BUDGETS = (
    budget(
        "  key: intent.attribution.?team.orValue('')\n  warnAt: 50\n",
        name="team-year",
        window="{calendar: {every: year}}",
        limits="    - {unit: cost, limit: '4.00'}\n"
        "    - {unit: tokens, limit: 1000000, burst: {limit: 500000, within: 1m}}\n",
    ),
    limited("calls", 9, "  onExceed: warn\n", name="hourly", window="{rolling: 1h}"),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service on which some calls were settled, and one is held."""
    folder = tmp_path_factory.mktemp("budgets")
    policies = folder / "policies"
    policies.mkdir()
    (policies / "all.yaml").write_text("\n---\n".join([*WORLD, *BUDGETS]), encoding="utf-8")
    with running(policies, folder / "state", "--no-watch") as started, started.client() as client:
        for attribution, used in CALLS:
            settled(client, started.check, attribution, used)
        checked(client, started.check, {"team": "held"})
        yield started.check


def checked(client: httpx.Client, url: str, attribution: dict[str, str]) -> str:
    """The hold of a call for `attribution`."""
    answer = client.post(f"{url}/v1/check", json=call(attribution=attribution, agent={"name": "bot"})).json()
    found: str = answer["hold"]["id"]
    return found


def settled(client: httpx.Client, url: str, attribution: dict[str, str], used: dict[str, Any]) -> None:
    hold = checked(client, url, attribution)
    assert client.post(f"{url}/v1/settle", json={"hold": hold, "used": used}).status_code == 200


def run(service: str, *arguments: str) -> str:
    """What the command prints, which nothing in it makes a terminal do."""
    ended = commandline.run("budgets", *arguments, "--service", service)
    assert (ended.exit_code, ended.stderr) == (0, "")
    assert all(character.isprintable() or character == "\n" for character in ended.stdout)
    return ended.stdout


def test_the_table_shows_each_account_with_its_level(service: str) -> None:
    head, *rows = run(service).splitlines()
    assert head.split() == ["budget", "key", "used", "spent", "held", "limit", "level", "reached", "ends"]
    cost, tokens, burst = (row.split() for row in rows if row.split()[1] == "search")
    spent = ["team-year", "search", "█████░░░░░", "50%", "2", "USD", "0", "USD", "4", "USD", "warning"]
    assert cost[: len(spent)] == spent
    assert cost[-1].endswith("-01T00:00:00.000Z")
    assert "100 tokens" in " ".join(tokens)
    assert "500000 tokens in 60 s" in " ".join(burst)
    assert any(" held " in row and "0.000204 USD" in row for row in rows)
    (hourly,) = (row.split() for row in rows if row.startswith("hourly"))
    assert (hourly[-2], hourly[-1][:2]) == ("within", "20")


def test_columns_are_below_each_other(service: str) -> None:
    head, *rows = run(service).splitlines()
    place = head.index("level")
    assert {row[place - 2 : place + 2] for row in rows} == {"  wi", "  wa"}


def test_the_bar_is_as_long_as_what_is_spent_and_held(service: str) -> None:
    (hourly,) = (row for row in run(service).splitlines() if row.startswith("hourly"))
    assert "█████▒░░░░   66%" in hourly


def test_the_json_is_what_the_service_answers(service: str) -> None:
    told = json.loads(
        run(
            service,
            "--output",
            "json",
        )
    )
    asked = httpx.get(f"{service}/v1/budgets").json()
    assert {**told, "time": ""}.keys() == asked.keys()
    assert told["others"] == asked["others"]
    assert [each["key"] for each in told["accounts"]] == [each["key"] for each in asked["accounts"]]


def test_options_choose_accounts(service: str) -> None:
    told = json.loads(run(service, "-o", "json", "--key", "search", "--budget", "team-year"))
    assert {each["key"] for each in told["accounts"]} == {"search"}
    assert run(service, "--key", "nobody") == "nothing is spent or held\n"


def test_what_is_held_can_be_given_back(service: str) -> None:
    with httpx.Client() as client:
        hold = checked(client, service, {"team": f"later{ESCAPE}"})
    assert f"{hold}  until 20" in run(service, "holds")
    assert "104 of team-year/tokens/later\\x1b]0;pwned\\x07" in run(service, "holds", "--key", f"later{ESCAPE}")
    assert run(service, "release", hold) == "released, was open\n"
    assert hold not in {each["id"] for each in json.loads(run(service, "holds", "-o", "json"))}
    assert run(service, "holds", "--key", f"later{ESCAPE}") == "nothing is held\n"


def test_a_report_says_who_used_what(service: str) -> None:
    rows = [row.split() for row in run(service, "report", "--by", "team,project").splitlines()]
    assert rows[0] == ["team", "project", "calls", "tokens", "costUsd", "gpuHours"]
    assert rows[1] == ["search", "index", "2", "100", "1.999999000001", "0"]
    assert rows[-2] == ["total", "5", "108", "2.749999000001", "0"]


def test_a_report_of_a_time_in_which_nothing_was_settled_is_empty(service: str) -> None:
    told = json.loads(run(service, "report", "--to", "2026-01-02T00:00:00Z", "-o", "json"))
    assert told["from"] == "2026-01-01T00:00:00.000Z"
    assert (told["groups"], told["total"]["costUsd"]) == ([], "0")
    assert run(service, "report", "--to", "2026-01-02T00:00:00Z").splitlines()[1].split()[0] == "total"


@pytest.mark.parametrize("by", ["", "team", "team,model", "agent,action,provider,model,team,project"])
def test_every_output_has_the_same_total(service: str, by: str) -> None:
    document = json.loads(run(service, "report", "--by", by, "-o", "json"))
    rows = list(csv.DictReader(StringIO(run(service, "report", "--by", by, "-o", "csv"))))
    charges = list(csv.DictReader(StringIO(run(service, "report", "--by", by, "-o", "focus"))))
    assert sum(Decimal(row["costUsd"]) for row in rows) == Decimal("2.749999000001")
    assert sum(Decimal(charge["BilledCost"]) for charge in charges) == Decimal("2.749999000001")
    assert document["total"]["costUsd"] == "2.749999000001"
    assert [group["by"] for group in document["groups"]] == [
        {name: group["by"][name] for name in filter(None, by.split(","))} for group in document["groups"]
    ]
    assert len(rows) == len(document["groups"])


def test_no_cell_of_a_spreadsheet_is_a_formula(service: str) -> None:
    for output in ("csv", "focus"):
        told = run(service, "report", "--by", "team", "-o", output)
        rows = list(csv.reader(StringIO(told)))
        cells = [cell for row in rows for cell in row]
        assert f"'{FORMULA}" in cells
        assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert len({len(row) for row in rows}) == 1
        assert all(line.startswith('"') and line.endswith('"') for line in told.splitlines())


def test_charges_have_the_columns_of_focus(service: str) -> None:
    charges = list(csv.DictReader(StringIO(run(service, "report", "-o", "focus"))))
    (charge,) = (each for each in charges if each["SubAccountId"] == "search")
    assert tuple(charge) == COLUMNS
    assert (charge["ConsumedQuantity"], charge["ConsumedUnit"], charge["x_Calls"]) == ("100", "Tokens", "2")
    assert (charge["SkuId"], charge["ProviderName"], charge["ResourceId"]) == ("priced", "acme", "bot")
    assert charge["x_Project"] == "index"
    assert json.loads(charge["Tags"]) == {
        "agent": "bot",
        "model": "priced",
        "project": "index",
        "provider": "acme",
        "team": "search",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--service", "http://127.0.0.1:1"],
            "`http://127.0.0.1:1` does not answer: connection refused: start",
        ),
        (["--service", "file:///etc/passwd"], "`--service` is `file:///etc/passwd`: give a URL such as"),
        (["--service", "http://127.0.0.1:x"], "`--service` is `http://127.0.0.1:x`: give a URL"),
        (["--service", "http://"], "`--service` is `http://`: give a URL"),
        (["--service", "http://a\nb"], "`--service` is `http://a\\nb`: give a URL"),
        (["--key", "a", "report"], "give `--key` after `report`"),
        (["-o", "json", "holds"], "give `--output` after `holds`"),
        (["report", "--by", "tema"], "`--by` has `tema`, which no hold says: did you mean `team`?"),
        (["report", "--from", "today"], "`--from` is `today`: it must be a time with its offset"),
        (
            ["report", "--from", "2026-02-01T01:00:00+01:00", "--to", "2026-01-01T00:00:00Z"],
            "`--from` is 2026-02-01T00:00:00.000Z, which is after 2026-01-01T00:00:00.000Z: give",
        ),
        (["report", "--to", "today"], "`--to` is `today`: it must be a time with its offset"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: list[str], said: str) -> None:
    assert_broken(commandline.run("budgets", *arguments), said)


def assert_broken(ended: Result, said: str) -> None:
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"interlock: {said}")
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.rstrip("\n").isprintable()


def test_what_the_service_refuses_is_said(service: str) -> None:
    for arguments, said in (
        (["release", "nobody"], f"`{service}` answers 404: `hold`: nobody has such a hold"),
        (["report", "--from", "2020-01-01T00:00:00Z"], f"`{service}` answers 400: from `from` to `to` is more"),
    ):
        assert_broken(commandline.run("budgets", *arguments, "--service", service), said)


HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
LINE = b'{"hold":"a","at":"2026-01-01T00:00:00.000Z","facts":{},"actual":{"cost":"1"}}\n'


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "does not answer: remote end closed connection without response"),
        (b"SSH-2.0-OpenSSH\r\n", "does not answer: ssh-2.0-openssh"),
        (HEAD + chunk(LINE), "does not answer: incompleteread"),
        (HEAD + chunk(LINE)[:-20], "does not answer: incompleteread"),
        (HEAD + chunk(b"<html>\n") + b"0\r\n\r\n", "answers what this version does not know"),
        (HEAD + chunk(LINE.replace(b'"1"', b'"-1"')) + b"0\r\n\r\n", "the service told a settlement"),
        (HEAD + chunk(LINE.replace(b"2026-01", b"2026-13")) + b"0\r\n\r\n", "the service told a settlement"),
        (b"HTTP/1.1 500 No\r\n\r\n\x1b[31m", "answers 500: it is no service of Interlock"),
        (b"HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\n\r\n", "answers 302: it is no service"),
    ],
)
@pytest.mark.parametrize("output", ["table", "csv", "focus"])
def test_an_answer_that_is_none_is_never_half_a_report(answer: bytes, said: str, output: str) -> None:
    with saying(answer) as url:
        ended = commandline.run("budgets", "report", "--service", url, "-o", output)
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert ended.stdout == ""


def test_what_is_left_of_other_budgets_and_what_is_left_out_is_told() -> None:
    statement = {
        "time": "2026-01-01T00:00:00.000Z",
        "policySet": "sha256:0",
        "accounts": [],
        "others": [{"organization": "acme", "account": f"old/tokens/{ESCAPE}", "spent": 7000, "held": 1}],
        "holds": [{"id": "h", "expires": "then", "facts": {"team": "a"}, "amounts": {}}],
        "omitted": {"accounts": 1000, "others": 500, "holds": 2},
    }
    body = json.dumps(statement).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body)
    with saying(head + body) as url:
        accounts, holds = run(url), run(url, "holds")
    assert accounts == (
        "no budget: acme old/tokens/\\x1b]0;pwned\\x07: 7,000 spent, 1 held\n"
        "and 1,500 more: choose with --organization, --budget or --key\n"
    )
    assert holds == "h  until then\n  team a\nand 2 more: choose with --organization, --budget or --key\n"


def test_a_whole_answer_is_a_report() -> None:
    with saying(HEAD + chunk(LINE) + chunk(LINE.strip()) + b"0\r\n\r\n") as url:
        ended = commandline.run("budgets", "report", "--service", url, "--by", "", "-o", "csv")
    assert ended.stdout.splitlines()[1] == '"2","0","0","0","0.000002","0","0"'
