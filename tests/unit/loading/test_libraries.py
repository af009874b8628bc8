"""Function libraries: what loads, what policies that import them mean, and what digests cover."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from interlock.cel.activation import Activation
from interlock.cel.environment import Evaluator
from interlock.cel.libraries.extensions import sets
from interlock.engine import Engine
from interlock.engine.explain import explain
from interlock.errors import AuthorError
from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.loading.catalogs import shipped
from interlock.loading.environments import environments
from interlock.loading.libraries import compile_libraries, with_newest
from interlock.loading.policyset import PolicySet, load
from interlock.model.area import Area
from interlock.model.intent import Intent
from interlock.model.labels import DEFAULT_LABELS
from interlock.model.library import LibraryId, LibraryName
from interlock.spans import typed_in
from interlock.units import Instant
from support.documents import loaded, messages, policy, waiver

_NOW = Instant(1_767_225_600_000)
_IS_SHELL = """\
    - name: isShell
      parameters: [{name: text, type: string}]
      result: bool
      expression: text.startsWith('shell') || text.endsWith('.exec')
      examples: ["tools.isShell('shell.run')"]
"""


def library(version: str = "1.2.0", functions: str = _IS_SHELL, *, name: str = "tools") -> str:
    """A FunctionLibrary; without a version's own functions, one that says what a shell is."""
    return f"""\
apiVersion: interlock.dev/v1alpha1
kind: FunctionLibrary
metadata: {{name: {name}}}
spec:
  version: {version}
  description: What tool names mean here.
  functions:
{functions}"""


def function(expression: str, *, name: str = "f", parameters: str = "", result: str = "bool") -> str:
    """A function as a block of a library."""
    quoted = expression.replace("'", "''")
    return (
        f"    - name: {name}\n      parameters: [{parameters}]\n      result: {result}\n"
        f"      expression: '{quoted}'\n"
    )


def importing(version: str = "1.2.0", *, forbid: str = "tools.isShell(tool.name)", spec: str = "") -> str:
    """A policy that imports tools and forbids."""
    imports = f"  area: tools\n  imports:\n    - {{library: tools, version: {version}}}\n{spec}"
    rules = f'    - {{name: never, forbid: "{forbid}", message: no shell}}\n'
    return policy("no-shell", spec=imports, rules=rules)


def policies(folder: Path, *texts: str, evaluator: Evaluator = Evaluator.INTERLOCK) -> PolicySet:
    """The policy set of documents in one folder."""
    for at, text in enumerate(texts):
        (folder / f"{at}.yaml").write_text(text)
    return load([folder], evaluator=evaluator)


def call_of(tool: str) -> Intent:
    """What a call of `tool` intends."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}
    return extract(request, ExtractionContext(shipped(), DEFAULT_LABELS, Instant(0)))


def reasons(made: PolicySet, tool: str) -> list[str]:
    """What rules deny a call of `tool`."""
    return [verdict.message for verdict in Engine(made).decide(call_of(tool), now=_NOW).denials]


@pytest.mark.parametrize("evaluator", list(Evaluator))
def test_a_policy_decides_by_what_it_imports(tmp_path: Path, evaluator: Evaluator) -> None:
    made = policies(tmp_path, library(), importing(), evaluator=evaluator)
    assert reasons(made, "shell.run") == ["no shell"]
    assert reasons(made, "web.fetch") == []


def test_every_expression_of_a_policy_can_call(tmp_path: Path) -> None:
    spec = (
        "  match: {when: tools.isShell(tool.name)}\n"
        "  variables: [{name: shell, expression: tools.isShell(tool.name)}]\n"
    )
    rules = (
        "    - {name: never, forbid: variables.shell, messageExpression: string(tools.isShell(tool.name))}\n"
    )
    text = importing(spec=spec).partition("  rules:\n")[0] + "  rules:\n" + rules
    assert reasons(policies(tmp_path, library(), text), "shell.run") == ["true"]


def test_two_policies_can_import_two_versions(tmp_path: Path) -> None:
    newer = library(
        "2.0.0", function("text == 'bash'", name="isShell", parameters="{name: text, type: string}")
    )
    other = importing("2.0.0").replace("no-shell", "no-bash").replace("no shell", "no bash")
    made = policies(tmp_path, library(), newer, importing(), other)
    assert reasons(made, "shell.run") == ["no shell"]
    assert reasons(made, "bash") == ["no bash"]


def test_an_explanation_looks_into_functions(tmp_path: Path) -> None:
    made = policies(tmp_path, library(), importing())
    intent = call_of("shell.run")
    (rule,) = explain(made, intent, Engine(made).decide(intent, now=_NOW)).rules
    assert rule.step is not None
    assert rule.step.text == ('cel.bind(text, tool.name, text.startsWith("shell") || text.endsWith(".exec"))')
    assert [part.result for part in rule.step.parts] == ['"shell.run"', "true"]


@pytest.mark.parametrize(
    ("parameters", "expression", "result"),
    [
        ("{name: t, type: tool}", "t.name == 'a' && has(t.arguments.x)", "bool"),
        ("{name: t, type: list(tool)}", "t.map(e, e.name)", "list(string)"),
        ("{name: m, type: 'map(string, dyn)'}", "m.a.b", "int"),
        ("{name: i, type: intent}", "i.models.map(m, m.class)", "list(string)"),
        ("{name: t, type: timestamp}, {name: d, type: duration}", "t + d", "timestamp"),
        ("{name: intent, type: model}", "intent.name", "string"),
        ("", "[]", "list(string)"),
        ("{name: x, type: int}", "x", "dyn"),
    ],
)
def test_functions_have_the_types_of_the_intent(
    tmp_path: Path, parameters: str, expression: str, result: str
) -> None:
    text = library(functions=function(expression, parameters=parameters, result=result))
    assert policies(tmp_path, text).libraries


@pytest.mark.parametrize(
    ("functions", "told"),
    [
        (function("1", result="string"), "must be string, but is int"),
        (function("t", parameters="{name: t, type: tool}", result="model"), "must be model, but is tool"),
        (function("[1]", result="list(string)"), "must be list(string), but is list(int)"),
        (function("tools.f()"), "`tools.f` calls itself: a function may call those above it"),
        (
            function("tools.g()") + function("true", name="g"),
            "`tools.f` calls `tools.g`, which stands below it: a function may call those above it",
        ),
        (function("intent.kind == ''"), "undeclared reference to `intent.kind`"),
        (function("now == now"), "undeclared reference to `now`"),
        (function("true") + "      examples: ['dyn(1)']\n", "the example is no bool: it must be true"),
        (function("true") + "      examples: ['1 / 0 == 1']\n", "the example fails: divide by zero"),
    ],
)
def test_what_is_wrong_with_a_function_is_told(tmp_path: Path, functions: str, told: str) -> None:
    with pytest.raises(AuthorError) as caught:
        policies(tmp_path, library(functions=functions))
    assert told in {problem.message.partition(": did you mean")[0] for problem in caught.value.problems}


def test_what_calls_a_broken_function_is_not_reported_too(tmp_path: Path) -> None:
    functions = function("nothing") + function("tools.f()", name="g") + "      examples: [tools.g()]\n"
    with pytest.raises(AuthorError) as caught:
        policies(tmp_path, library(functions=functions), importing(forbid="tools.f() || tools.g()"))
    assert [problem.message for problem in caught.value.problems] == ["undeclared reference to `nothing`"]


@pytest.mark.parametrize("name", ["cel", "google", "int", "intent", "now", "size", "tool", "variables"])
def test_a_library_takes_no_name_that_expressions_know(tmp_path: Path, name: str) -> None:
    text = library(functions=function("true"), name=name)
    with pytest.raises(AuthorError, match=f"`{name}` means something in every expression"):
        policies(tmp_path, text)


def test_a_library_takes_no_name_of_another_library() -> None:
    (made,) = loaded(library(functions=function("true"), name="sets")).libraries
    around = replace(environments()[Area.INTENT], libraries=sets.VERSIONS)
    _, (problem,) = compile_libraries([made], around)
    assert problem.message == "`sets` means something in every expression: choose another name"


@pytest.mark.parametrize(
    "broken",
    [
        library("1.2"),
        library().replace("isShell\n", "is-shell\n"),
        library().replace("{name: tools}", "{name: Tools}"),
        library().replace("FunctionLibrary", "FunctionLibary"),
        library() + _IS_SHELL,
        library() + "---\n" + library(),
    ],
)
def test_an_import_of_a_library_that_failed_is_not_reported_too(broken: str) -> None:
    digest = "sha256:" + "0" * 64
    pinned = waiver(digest=digest).replace("gpu-quota", "no-shell").replace("at-most-eight", "never")
    alone = messages(broken)
    assert alone
    assert messages(broken, importing()) == alone
    if "isShell\n" in broken and broken.count("kind:") == 1:
        assert messages(broken, importing(), pinned) == alone


def test_a_library_has_one_document_for_each_version() -> None:
    assert messages(library(), library("1.2.1"), library("1.2.0-rc.1")) == []
    assert messages(library(), library()) == [
        "duplicate FunctionLibrary `tools 1.2.0`: 0.yaml:3:18 has that name already"
    ]


def test_an_import_can_pin_the_digest() -> None:
    digest = loaded(library()).libraries[0].digest
    text = importing().replace("version: 1.2.0}", f"version: 1.2.0, digest: '{digest}'}}")
    assert loaded(library(), text).policies[0].imports[0].digest == digest
    (changed,) = loaded(library(functions=function("true"))).libraries
    assert messages(library(functions=function("true")), text) == [
        f"library `tools 1.2.0` is now {changed.digest}: review it and write that digest"
    ]


def _rule_digest(*texts: str) -> str:
    (found,) = [policy for policy in loaded(*texts).policies if policy.name == "no-shell"]
    return found.rules[0].digest


@pytest.mark.parametrize(
    "changed",
    [
        library("1.2.0").replace("'.exec'", "'.sh'"),
        library("1.2.0").replace("text", "name"),
        library("1.2.0").replace("type: string", "type: dyn"),
        library("1.2.0").replace("result: bool", "result: dyn"),
        library("1.2.0") + function("true"),
    ],
)
def test_a_rule_changes_when_a_function_that_its_policy_imports_changes(changed: str) -> None:
    assert _rule_digest(library(), importing()) != _rule_digest(changed, importing())


@pytest.mark.parametrize(
    "same",
    [
        library().replace("What tool names mean here", "Reworded"),
        library().replace("shell.run", "shell.walk"),
        library().replace("type: string", 'type: " string "'),
        library() + "---\n" + library("3.0.0", function("true")),
    ],
)
def test_a_rule_stays_the_same_when_only_words_change(same: str) -> None:
    assert _rule_digest(library(), importing()) == _rule_digest(same, importing())


def test_the_order_of_functions_means_nothing_to_a_digest() -> None:
    one, two = function("true", name="a"), function("false", name="b")
    digests = {loaded(library(functions=both)).libraries[0].digest for both in (one + two, two + one)}
    assert len(digests) == 1


def test_another_version_is_another_rule() -> None:
    both = library(), library("1.2.1")
    assert _rule_digest(*both, importing()) != _rule_digest(*both, importing("1.2.1"))


def test_the_policy_set_is_another_with_other_libraries(tmp_path: Path) -> None:
    without = policies(tmp_path, policy()).digest
    assert policies(tmp_path, policy(), library()).digest != without


def test_expressions_outside_of_policies_have_the_newest_version(tmp_path: Path) -> None:
    texts = [
        library(version, function(f"'{version}'", result="string"))
        for version in ("1.10.0", "1.9.0", "1.10.0-rc.1", "0.99.0")
    ]
    scope = with_newest(environments()[Area.INTENT], policies(tmp_path, *texts).libraries)
    assert scope.compile(typed_in("tools.f()")).evaluate(Activation()) == "1.10.0"


def test_versions_are_ordered_by_precedence() -> None:
    ordered = ["0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0-b", "1.0.0", "1.10.0"]
    ids = [LibraryId(LibraryName("tools"), version) for version in ordered]
    assert all(older.precedence < newer.precedence for older, newer in pairwise(ids))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("package", "is a reserved word of CEL: choose another name"),
        ("my-tools", "must be 1 to 63 lower-case letters and digits, the first a letter, such as `tools`"),
        ("2tools", "must be 1 to 63 lower-case letters and digits, the first a letter, such as `tools`"),
    ],
)
def test_a_library_has_a_name_that_calls_can_begin_with(name: str, told: str) -> None:
    assert messages(library(name=name)) == [f"`metadata.name` {told}"]


def test_a_policy_that_lacks_an_import_is_told_so_once(tmp_path: Path) -> None:
    with pytest.raises(AuthorError) as caught:
        policies(tmp_path, importing(), waiver().replace("gpu-quota", "no-shell"))
    assert [problem.message for problem in caught.value.problems] == ["unknown library `tools`: there is none"]
