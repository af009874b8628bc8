import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from interlock.digests import digest_of
from interlock.identity import LayerName
from interlock.loading.kinds.waiver import InstantText
from interlock.model.area import Area
from interlock.model.intent import Action
from interlock.model.labels import DEFAULT_LABELS
from interlock.model.layers import DEFAULT_LAYERS, Layer
from interlock.model.policy import Effect, Enforcement, OnError, Policy, Rule
from interlock.spans import Span
from interlock.units import Instant, days
from support.documents import catalog, loaded, messages, policy, policy_set, waiver

_FULL = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata:
  name: model-class
  labels: {team: security}
  annotations: {note: "1"}
spec:
  layer: team
  area: models
  enforcement: warn
  onError: ignore
  description: Only classes that were reviewed.
  match:
    actions: [model.*, tool.call]
    kinds: [chat]
    when: has(intent.agent)
  variables:
    - name: reviewed
      expression: "['small']"
  rules:
    - name: class
      require: |
        model.class in
          variables.reviewed
      message: not reviewed
      messageExpression: "'class ' + model.class"
      remedy: ask for a review
    - name: gateway
      permit: "true"
"""
_LAYERS = """\
  layers:
    - {name: organization}
    - {name: team, mayIgnoreErrors: true, closed: [data, tools]}
"""


def _policy(text: str, *others: str) -> Policy:
    return loaded(text, *others).policies[0]


def _rule(text: str) -> Rule:
    return _policy(text).rules[0]


def test_every_field_of_a_policy_arrives() -> None:
    found = _policy(_FULL, policy_set(_LAYERS))
    assert (found.name, found.layer, found.area) == ("model-class", "team", Area.MODELS)
    assert (found.enforcement, found.on_error) == (Enforcement.WARN, OnError.IGNORE)
    assert found.description == "Only classes that were reviewed."
    assert found.match.actions == {"model.chat", "model.embed", "tool.call"}
    assert found.match.kinds == {"chat"}
    assert found.match.when is not None
    assert found.match.when.text == "has(intent.agent)"
    (variable,) = found.variables
    assert (variable.name, variable.expression.text) == ("reviewed", "['small']")
    assert found.span == Span("0.yaml", 4, 9)
    rule, permit = found.rules
    assert (rule.name, rule.effect, rule.message, rule.remedy) == (
        "class",
        Effect.REQUIRE,
        "not reviewed",
        "ask for a review",
    )
    assert rule.expression.text == "model.class in\n  variables.reviewed\n"
    assert rule.expression.locate(2, 3) == Span("0.yaml", 24, 11)
    assert rule.message_expression is not None
    assert rule.message_expression.locate(1, 1) == Span("0.yaml", 26, 27)
    assert rule.span == Span("0.yaml", 21, 13)
    assert (permit.effect, permit.message, permit.message_expression, permit.remedy) == (
        Effect.PERMIT,
        "",
        None,
        "",
    )


def test_what_is_left_out_has_the_closed_default() -> None:
    found = _policy(policy())
    assert (found.area, found.enforcement, found.on_error) == (Area.INTENT, Enforcement.ENFORCE, OnError.DENY)
    assert found.match.actions == found.match.kinds == frozenset()
    assert found.match.when is None
    assert found.variables == ()


@pytest.mark.parametrize("prefix", ["workload", "model", "tool"])
def test_a_star_stands_for_all_actions_that_start_alike(prefix: str) -> None:
    found = _policy(policy(spec=f"  match: {{actions: ['{prefix}.*']}}\n"))
    assert found.match.actions == {a.value for a in Action if a.startswith(f"{prefix}.")}


def test_a_message_or_an_expression_for_it_is_enough() -> None:
    rules = "    - {name: a, forbid: 'true', messageExpression: '\"no\"'}\n"
    assert _rule(policy(rules=rules)).message == ""


@pytest.mark.parametrize("word", ["in", "true", "package", "namespace"])
def test_a_variable_is_no_reserved_word(word: str) -> None:
    (message,) = messages(policy(spec=f"  variables: [{{name: '{word}', expression: '1'}}]\n"))
    assert message == "`spec.variables[0].name` is a reserved word of CEL: choose another name"


def test_variables_have_different_names() -> None:
    spec = "  variables:\n    - {name: a, expression: '1'}\n    - {name: a, expression: '2'}\n"
    assert messages(policy(spec=spec)) == ["duplicate name `a`: line 8 has it already"]


_CHANGES = {
    "its layer": ("layer: organization", "layer: platform"),
    "its area": ("  rules:", "  area: tools\n  rules:"),
    "its match": ("  rules:", "  match: {actions: [tool.call]}\n  rules:"),
    "its kinds": ("  rules:", "  match: {kinds: [Pod]}\n  rules:"),
    "its condition": ("  rules:", "  match: {when: 'true'}\n  rules:"),
    "its variables": ("  rules:", "  variables: [{name: a, expression: '1'}]\n  rules:"),
    "its name": ("at-most-eight", "at-most-nine"),
    "its effect": ("require:", "forbid:"),
    "its expression": ("<= 8", "<= 9"),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES.keys())
def test_a_rule_that_may_mean_something_else_has_another_digest(change: tuple[str, str]) -> None:
    assert _rule(policy()).digest != _rule(policy().replace(*change)).digest


def test_ignoring_errors_gives_another_digest() -> None:
    ignoring = policy(layer="team", spec="  onError: ignore\n")
    kept, changed = (_policy(text, policy_set(_LAYERS)).rules[0] for text in (policy(layer="team"), ignoring))
    assert kept.digest != changed.digest


@pytest.mark.parametrize(
    "change",
    [
        ("message: too many", "message: far too many, remedy: ask"),
        ("  rules:", "  enforcement: audit\n  rules:"),
        ("Nobody takes", "No team takes"),
        ("name: gpu-quota", "name: gpu-limit"),
        ("intent.models.size() <= 8", "'intent.models.size() <= 8'"),
        ("  rules:", "  # why\n  match: {}\n  rules:"),
    ],
)
def test_a_rule_that_means_the_same_keeps_its_digest(change: tuple[str, str]) -> None:
    assert policy() != policy().replace(*change)
    assert _rule(policy()).digest == _rule(policy().replace(*change)).digest


def test_actions_have_the_same_digest_in_any_order_and_spelling() -> None:
    spellings = ["[tool.call, tool.list]", "[tool.list, tool.call, tool.call]", "['tool.*']"]
    digests = {_rule(policy(spec=f"  match: {{actions: {actions}}}\n")).digest for actions in spellings}
    assert len(digests) == 1


def test_a_digest_is_that_of_the_canonical_json() -> None:
    # echo -n '{"a":"é","b":[1,null]}' | sha256sum
    expected = "sha256:" + "3d92f6368f93f3cb36a4e7a721098054dfbfd705e31fa50409f2d99e0727a08c"
    assert digest_of({"b": [1, None], "a": "é"}) == expected


@given(st.dictionaries(st.text(max_size=3), st.integers()))
def test_a_digest_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert digest_of(value) == digest_of(backwards)


def test_every_field_of_a_waiver_arrives() -> None:
    digest = _rule(policy()).digest
    (found,) = loaded(policy(), waiver(digest=digest)).waivers
    assert (found.name, found.layer, found.owner, found.approver) == (
        "training-run",
        "organization",
        "ada",
        "grace",
    )
    assert found.reason == "One large run."
    (waived,) = found.rules
    assert (waived.policy, waived.rule, waived.digest) == ("gpu-quota", "at-most-eight", digest)
    assert found.scope.text == 'intent.action == "model.chat"'
    assert found.scope.locate(1, 1) == Span("1.yaml", 7, 10)
    assert (found.starts, found.expires) == (Instant(1767225600000), Instant(1769904000000))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t01:00:00.0019+01:00", 1),
        ("'1969-12-31 23:59:59.9999z'", -1),
        ("0001-01-01T00:00:00+23:59", -62135683140000),
    ],
)
def test_times_are_milliseconds_rounded_down(text: str, instant: int) -> None:
    assert TypeAdapter(InstantText).validate_python(text.strip("'")) == instant


_NO_TIMES = """
2026-01-01 2026-01-01T00:00:00 2026-13-01T00:00:00Z 2026-W01-1T00:00:00Z 2026-01-01T24:30:00Z
2026-01-01T00:00:00+25:00 2026-01-01T00:00Z 1767225600 [] now ٢٠٢٦-01-01T00:00:00Z
"""


@pytest.mark.parametrize("text", _NO_TIMES.split())
def test_what_is_no_time_with_an_offset_is_refused(text: str) -> None:
    spoilt = waiver(digest=_rule(policy()).digest).replace("2026-01-01T00:00:00Z", text)
    assert messages(policy(), spoilt) == [
        "`spec.starts` must be a time with its offset from UTC, such as `2026-07-01T00:00:00Z`"
    ]


def test_an_owner_does_not_approve_his_own_waiver() -> None:
    text = waiver(digest=_rule(policy()).digest).replace("grace", '" ADA"')
    assert messages(policy(), text) == ["approver is the owner, who benefits: have somebody else approve"]


def test_a_policy_set_says_what_differs() -> None:
    spec = f"{_LAYERS}  attribution: {{team: [squad], useCase: []}}\n  waivers: {{maxDays: 7}}\n"
    found = loaded(policy_set(spec))
    organization, team = found.layers.order
    assert organization == Layer(name=LayerName("organization"))
    closed = frozenset({Area.DATA, Area.TOOLS})
    assert team == Layer(name=LayerName("team"), closed=closed, may_ignore_errors=True)
    assert found.labels.team == ("squad",)
    assert found.labels.use_case == ()
    assert found.labels.environment == DEFAULT_LABELS.environment
    assert found.longest_waiver == days(7)


@pytest.mark.parametrize("texts", [(), (policy_set(),)])
def test_without_a_word_of_the_policy_set_the_defaults_hold(texts: tuple[str, ...]) -> None:
    found = loaded(*texts)
    assert (found.layers, found.labels, found.longest_waiver) == (DEFAULT_LAYERS, DEFAULT_LABELS, days(90))


def test_the_days_of_waivers_are_bounded() -> None:
    assert messages(policy_set("  waivers: {maxDays: 0}\n")) == ["`spec.waivers.maxDays` must be at least 1"]
    assert messages(policy_set("  waivers: {maxDays: 9999}\n")) == [
        "`spec.waivers.maxDays` must be at most 3650"
    ]
    assert messages(policy_set("  waivers: {maxDays: 1.5}\n")) == [
        "`spec.waivers.maxDays` must be a whole number, not `1.5`"
    ]


_PRICED = """\
    - names: [x]
      class: a
      provider: b
      hosting: external
      price: {{input: {}, output: "0"}}
"""


@pytest.mark.parametrize(
    ("price", "micro"),
    [
        ('"1.25"', 1_250_000),
        ("3", 3_000_000),
        ('"0.000001"', 1),
        ('"0"', 0),
        ('"999999999.999999"', 999_999_999_999_999),
    ],
)
def test_prices_are_exact(price: str, micro: int) -> None:
    entry = _PRICED.format(price)
    (model,) = (m for m in loaded(catalog("c", f"  models:\n{entry}")).catalog.models if m.names == ("x",))
    assert model.input_price == micro


@pytest.mark.parametrize(
    "price", ['"1.0000001"', "-1", '"-1"', "true", '"1e3"', '"01"', '""', "[]", '"1000000000"']
)
def test_prices_that_are_not_exact_are_refused(price: str) -> None:
    entry = _PRICED.format(price)
    (message,) = messages(catalog("c", f"  models:\n{entry}"))
    assert message.startswith("`spec.models[0].price.input` must be US dollars")


def test_lists_and_texts_are_bounded() -> None:
    rules = "".join(f"    - {{name: r{index}, permit: 'true'}}\n" for index in range(1001))
    assert messages(policy(rules=rules)) == ["`spec.rules` has more than 1000 entries: split the document"]
    long = f"    - {{name: a, permit: '{'x' * 16_385}'}}\n"
    assert messages(policy(rules=long)) == [
        "`spec.rules[0].permit` is longer than 16384 characters: shorten it"
    ]


def test_a_document_says_what_it_is() -> None:
    assert messages("a: 1") == [
        "missing `apiVersion`: write `interlock.dev/v1alpha1`, or move the document out of the policies"
    ]
