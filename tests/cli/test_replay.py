"""`interlock replay`, and the logs that `interlock check` writes."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.decisionlog.entry import Entry, encode_entry
from interlock.model.balances import Balances
from support.commandline import Run
from support.decisionlog import RECORD
from support.policies import MODELS
from support.reviews import call, chat, deployment, job, pod, review
from support.strategies import json_values

_DOCUMENTS = (chat("good-1"), chat("bad-1"), call("read"), pod(), deployment(12, team="a"), job(team="a"))


def _log(run: Run, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of a new log of `documents`."""
    Path("log").unlink(missing_ok=True)
    for document in documents:
        run("check", "policies", "-", "--log", "log", stdin=json.dumps(document))
    return [json.loads(line) for line in Path("log").read_text().splitlines()]


def _rewrite(entries: list[dict[str, Any]]) -> None:
    Path("log").write_bytes(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))


def _forbid(word: str) -> None:
    """Let the policy on models forbid those that begin with `word` instead of `bad`."""
    Path("policies/models.yaml").write_text(MODELS.replace('"bad"', f'"{word}"'))


def test_what_the_same_policies_decide_again_is_the_same(run: Run) -> None:
    _log(run, *_DOCUMENTS)
    result = run("replay", "log", "policies")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "6 decisions of this policy set: 6 the same\n"


def test_a_log_holds_the_document_and_the_record_and_goes_on_where_it_ended(run: Run) -> None:
    first, second = _log(run, chat("good-1"), job(team="a"))
    assert first["document"] == chat("good-1")
    assert first["balances"] == {}
    assert second["mutates"] is True
    assert second["document"] == job(team="a")
    assert [patch["value"] for patch in second["decision"]["patches"]] == ["default", 3600]
    assert Path("log").stat().st_mode & 0o777 == 0o600


def test_each_decision_is_made_again_at_its_own_time(run: Run) -> None:
    Path("policies/time.yaml").write_text(_EARLY)
    for year in (2025, 2027):
        moment = f"{year}-01-01T00:00:00.001Z"
        run("check", "policies", "-", "--log", "log", "--now", moment, stdin=json.dumps(chat("good-1")))
    assert [json.loads(line)["decision"]["decision"] for line in Path("log").read_text().splitlines()] == [
        "allow",
        "deny",
    ]
    assert run("replay", "log", "policies").stdout == "2 decisions of this policy set: 2 the same\n"


_EARLY = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: early}
spec:
  layer: team
  description: Only until the end of 2025.
  rules: [{name: in-time, require: now < timestamp('2026-01-01T00:00:00Z'), message: too late}]
"""


def test_what_other_policies_would_change_is_told_by_kind(run: Run) -> None:
    _log(run, *[chat(f"good-{number}") for number in range(5)], chat("bad-1"), call("read"))
    _forbid("good")
    result = run("replay", "log", "policies")
    assert result.exit_code == 1
    assert result.stdout == (
        "allow → deny: 5 decisions\n"
        "  + reasons  violated organization models/never-bad\n"
        "    model.chat good-0  (log:1)\n"
        "    model.chat good-1  (log:2)\n"
        "    model.chat good-2  (log:3)\n"
        "    and 2 more\n"
        "still deny: 1 decision\n"
        "  - reasons  violated organization models/never-bad\n"
        "    model.chat bad-1  (log:6)\n"
        "7 decisions of other policy sets: 1 the same, 6 would change\n"
    )


def test_a_policy_that_only_reads_differently_changes_nothing(run: Run) -> None:
    _log(run, chat("good-1"), chat("bad-1"))
    text = MODELS.replace('model.name.startsWith("good")', 'model.name.startsWith("good") && true')
    Path("policies/models.yaml").write_text(text)
    result = run("replay", "log", "policies")
    assert result.exit_code == 0
    assert result.stdout == "2 decisions of other policy sets: 2 the same\n"


def test_defaults_that_change_are_told_with_their_values(run: Run) -> None:
    _log(run, job(team="a"))
    workloads = Path("policies/workloads.yaml")
    text = workloads.read_text().replace("value: 3600", "value: 60").replace("ends~by", "ends")
    workloads.write_text(text)
    assert run("replay", "log", "policies").stdout.startswith(
        "still allow: 1 decision\n"
        '  - patches  metadata.annotations.example.org/ends~by jobs-end = "default"\n'
        "  ~ patches  spec.activeDeadlineSeconds jobs-end: value 3600 → 60\n"
        '  + patches  metadata.annotations.example.org/ends jobs-end = "default"\n'
    )


def test_decisions_that_differ_in_how_many_uses_are_left_are_told_together(run: Run) -> None:
    entries = _log(run, chat("good-1"), chat("good-2"))
    for left, entry in enumerate(entries):
        entry["decision"]["uses"] = {"trial": left}
    _rewrite(entries)
    assert run("replay", "log", "policies").stdout.startswith(
        "still allow by the same policy set: 2 decisions\n  - uses  trial\n"
    )


def test_limits_that_change_are_told_as_they_are_shown(run: Run) -> None:
    Path("policies/limits.yaml").write_text(_LIMITED.format("ceiling: 99"))
    _log(run, chat("good-1"))
    Path("policies/limits.yaml").write_text(_LIMITED.format("ceiling: 98, floor: 1"))
    assert run("replay", "log", "policies").stdout.startswith(
        "still allow: 1 decision\n"
        "  ~ limits  size(intent.action) is at most 99 (short) → at most 98; at least 1 (short)\n"
    )


_LIMITED = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: short}}
spec:
  layer: team
  description: Actions have short names.
  limits: [{{name: short, of: size(intent.action), {}}}]
"""


def test_another_decision_of_the_same_policies_is_a_defect(run: Run) -> None:
    (entry,) = _log(run, chat("bad-1"))
    _rewrite([{**entry, "decision": {**entry["decision"], "decision": "allow", "reasons": [], "extra": 1}}])
    result = run("replay", "log", "policies")
    assert result.exit_code == 1
    assert result.stdout == (
        "allow → deny by the same policy set: 1 decision\n"
        "  + reasons  violated organization models/never-bad\n"
        "  + reasons  unpermitted organization models\n"
        "  - extra  1\n"
        "    model.chat bad-1  (log:1)\n"
        "1 decision of this policy set: 0 the same, 1 not: a defect, or another version of Interlock decided\n"
    )


def test_the_same_policies_are_held_to_their_digests_too(run: Run) -> None:
    (entry,) = _log(run, chat("good-1"))
    entry["decision"]["permits"][0]["digest"] = "sha256:0"
    _rewrite([entry])
    result = run("replay", "log", "policies")
    assert "  ~ permits  permitted organization models/good: digest\n" in result.stdout
    assert result.exit_code == 1


def test_entries_in_another_order_are_a_difference(run: Run) -> None:
    (entry,) = _log(run, chat("bad-1"))
    entry["decision"]["reasons"].reverse()
    _rewrite([entry])
    assert "  ~ reasons  in another order\n" in run("replay", "log", "policies").stdout


def test_a_decision_that_had_failed_is_not_compared(run: Run) -> None:
    (entry,) = _log(run, chat("good-1"))
    failed = {"decision": "deny", "reasons": [{"code": "failed", "message": "the decision ran out of time"}]}
    _rewrite([{**entry, "decision": {**entry["decision"], **failed}}])
    result = run("replay", "log", "policies")
    assert result.exit_code == 0
    assert result.stdout == "1 decision not compared: failed, or out of time, when the log was written\n"


def test_an_answer_that_was_only_given_again_is_passed_over(run: Run) -> None:
    (entry,) = _log(run, chat("good-1"))
    _rewrite([entry, {**entry, "repeats": True, "decision": {**entry["decision"], "decision": "deny"}}])
    assert run("replay", "log", "policies").stdout == "1 decision of this policy set: 1 the same\n"


def test_of_policies_that_could_not_be_tried_nothing_is_compared(run: Run) -> None:
    (entry,) = _log(run, deployment(12, team="a"))
    untried = {"untried": "the decision ran out of time", "warnings": []}
    _rewrite([{**entry, "decision": {**entry["decision"], **untried}}])
    assert run("replay", "log", "policies").exit_code == 0
    _rewrite([{**entry, "decision": {**entry["decision"], **untried, "permits": [1]}}])
    assert run("replay", "log", "policies").stdout.splitlines()[1] == "  - permits  1"


def test_what_a_validating_webhook_decided_is_decided_without_defaults(run: Run) -> None:
    (entry,) = _log(run, review(job(team="a")))
    _rewrite([{**entry, "mutates": False}])
    told = run("replay", "log", "policies").stdout
    assert "allow → deny by the same policy set: 1 decision\n" in told
    assert "  + reasons  violated platform jobs-end/ends\n" in told


def test_json_has_the_counts_and_every_difference_in_full(run: Run) -> None:
    (entry, _) = _log(run, chat("good-1"), call("read"))
    _forbid("good")
    told = json.loads(run("replay", "log", "policies", "--output", "json").stdout)
    (difference,) = told.pop("differences")
    assert told == {
        "ofThisPolicySet": {"same": 0, "differs": 0},
        "ofOtherPolicySets": {"same": 1, "differs": 1},
        "notCompared": 0,
    }
    turned, came = difference.pop("changes")
    assert difference == {
        "source": "log:1",
        "document": "model.chat good-1",
        "recorded": "allow",
        "replayed": "deny",
        "samePolicySet": False,
    }
    assert turned == {"field": "decision", "change": "changed", "recorded": "allow", "replayed": "deny"}
    assert (came["field"], came["change"], came["replayed"]["rule"]) == ("reasons", "came", "never-bad")
    assert entry["decision"]["decision"] == "allow"


def test_json_lines_have_one_difference_each(run: Run) -> None:
    _log(run, chat("good-1"), chat("bad-1"), call("read"))
    _forbid("good")
    result = run("replay", "log", "policies", "--output", "jsonl")
    assert [json.loads(line)["source"] for line in result.stdout.splitlines()] == ["log:1", "log:2"]
    assert result.exit_code == 1


def test_standard_input_is_read(run: Run) -> None:
    _log(run, chat("good-1"))
    _forbid("good")
    result = run("replay", "-", "policies", stdin=Path("log").read_bytes())
    assert "    model.chat good-1  (<stdin>:1)\n" in result.stdout


def test_another_evaluator_decides_the_same(run: Run) -> None:
    _log(run, *_DOCUMENTS)
    result = run("replay", "log", "policies", "--evaluator", "cel-python")
    assert result.stdout == "6 decisions of this policy set: 6 the same\n"


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ("missing", "interlock: `missing`: no such file or directory\n"),
        ("policies", "interlock: `policies` is no regular file: name a decision log\n"),
        ("/dev/null", "interlock: `/dev/null` is no regular file: name a decision log\n"),
        ("empty", "empty:1:1: no decision here: give a log with one\n"),
    ],
)
def test_a_log_that_can_not_be_read_is_one_clear_line(run: Run, log: str, told: str) -> None:
    Path("empty").touch()
    result = run("replay", log, "policies")
    assert (result.exit_code, result.stderr) == (2, told)


def test_a_line_that_nobody_understands_hides_no_other(run: Run) -> None:
    good, bad = _log(run, chat("good-1"), chat("bad-1"))
    _rewrite([good, {}, {**good, "document": {"a": 1}}, bad])
    _forbid("good")
    result = run("replay", "log", "policies")
    assert result.exit_code == 2
    assert "2 decisions of other policy sets: 0 the same, 2 would change\n" in result.stdout
    first, second = result.stderr.splitlines()
    assert first.startswith("log:2:1: not an entry of a decision log: ")
    assert second.startswith("log:3:1: the document is none of these: ")


def test_what_is_no_log_is_given_up_early(run: Run) -> None:
    Path("log").write_bytes(b"x\n" * 1000)
    problems = run("replay", "log", "policies").stderr.splitlines()
    assert len(problems) == 101
    assert "log:100:1: 100 lines can't be used up to here: nothing below is read" in problems


def test_a_decision_that_can_not_be_logged_is_not_made(run: Run) -> None:
    result = run("check", "policies", "-", "--log", "policies", stdin=json.dumps(chat("good-1")))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "interlock: the decision log `policies` is no regular file: name another one\n"


_ODD = st.sampled_from(("violated", "\x1b[2J", "models", "x" * 300)) | json_values()
_ENTRIES = st.lists(
    st.dictionaries(
        st.sampled_from(
            ("code", "layer", "policy", "policies", "rule", "path", "of", "name", "value", "message")
        ),
        _ODD,
    )
    | _ODD,
    max_size=3,
)
_RECORDS = st.fixed_dictionaries(
    {"decision": st.sampled_from(("allow", "deny"))},
    optional={
        field: _ENTRIES | json_values() for field in ("reasons", "permits", "patches", "limits", "\x1b[2J" * 99)
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=_RECORDS, output=st.sampled_from(("table", "json", "jsonl")), mutates=st.booleans())
def test_no_record_gives_a_traceback_or_reaches_the_terminal_unescaped(
    run: Run, record: dict[str, Any], output: str, *, mutates: bool
) -> None:
    entry = Entry(decision={**RECORD, **record}, mutates=mutates, balances=Balances(), document=chat("good"))
    result = run("replay", "-", "policies", "--output", output, stdin=encode_entry(entry))
    assert result.exit_code in {0, 1}
    assert "\x1b" not in result.output
    assert all(len(line) < 600 for line in result.output.splitlines()) or output != "table"
