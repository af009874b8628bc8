"""`interlock lint`."""

import json
from pathlib import Path

import pytest

from support.commandline import Run
from support.documents import policy

_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: agents.acme.example}
spec:
  group: acme.example
  names: {kind: Agent, plural: agents}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""


def write(*expressions: str, spec: str = "  match: {actions: [model.chat]}\n") -> None:
    rules = "".join(
        f"    - name: r{number}\n      message: no\n      require: |\n        {expression}\n"
        for number, expression in enumerate(expressions)
    )
    Path("own").mkdir(exist_ok=True)
    Path("own/policy.yaml").write_text(policy(spec=spec, rules=rules))


def test_each_expression_has_its_worst_case_the_dearest_first(run: Run) -> None:
    write("intent.models.size() < 9", "intent.principal.groups.all(g, g.matches('^[a-z]+$'))")
    result = run("lint", "own")
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()[:2]] == [
        ["5,604", "gpu-quota/r1"],
        ["4", "gpu-quota/r0"],
    ]
    assert result.stdout.endswith("2 expressions: nothing found\n")


def test_sizes_are_given(run: Run) -> None:
    write("intent.principal.groups.all(g, g.matches('^[a-z]+$'))")
    costs = [
        json.loads(run("lint", "own", "--output", "json", *options).stdout)["costs"][0]["cost"]
        for options in (["--elements", "10"], ["--characters", "10"], [])
    ]
    assert costs == sorted(set(costs))


def test_what_may_cost_too_much_fails(run: Run) -> None:
    write("intent.principal.groups.all(g, intent.tools.all(t, intent.models.all(m, m.name != t.name + g)))")
    result = run("lint", "own")
    assert result.exit_code == 1
    assert "error: may cost " in result.stdout
    assert "which is more than 1,000,000: bound what it loops over" in result.stdout


def test_a_policy_may_not_cost_too_much_in_all(run: Run) -> None:
    Path("own").mkdir()
    Path("own/set.yaml").write_text(
        "apiVersion: interlock.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: x}\n"
        "spec: {costs: {policy: 20}}\n"
    )
    write("intent.models.size() < 9", "intent.principal.groups.all(g, g != '')")
    result = run("lint", "own")
    assert result.exit_code == 1
    assert "error: policy `gpu-quota` may cost " in result.stdout


@pytest.mark.parametrize(
    ("expression", "finding"),
    [
        ("1 + 1 == 2", "warning: `1 + 1 == 2` is always true"),
        ("intent.models.size() < 9 || 1 > 2", "warning: `1 > 2` is always false"),
        ("intent.models.size() < 9 || int('x') == 1", 'warning: `int("x")` always fails: the text is no int'),
        ("object.spec.replicas < 9", "note: `object` is dynamic: the policy names no kinds"),
    ],
)
def test_what_looks_wrong_is_told_at_its_place(run: Run, expression: str, finding: str) -> None:
    write(expression)
    result = run("lint", "own")
    assert result.exit_code == 0
    assert finding in result.stdout


def test_what_a_schema_leaves_open_is_told(run: Run) -> None:
    write("object.spec.model != ''", spec="  match: {kinds: [Agent]}\n")
    Path("own/crd.yaml").write_text(_CRD)
    assert "note: `object.spec` is dynamic: " in run("lint", "own").stdout


def test_a_variable_that_nothing_reads_is_told(run: Run) -> None:
    write("intent.models.size() < 9", spec="  variables: [{name: idle, expression: '1'}]\n")
    assert "warning: nothing reads `variables.idle`" in run("lint", "own").stdout


@pytest.mark.parametrize(
    ("expression", "release", "message"),
    [
        ("intent.models.map(m, m.name).sort() == ['a']", "1.33", "`sort`: Kubernetes has it since 1.34"),
        ("math.greatest(1, intent.models.size()) > 2", "1.37", "`math.greatest`: Kubernetes does not have it"),
        ("intent.?agent.hasValue()", "1.27", "`optional values`: Kubernetes has it since 1.28"),
        (
            "intent.models.all(i, m, i < 3)",
            "1.31",
            "`comprehensions of two variables`: Kubernetes has it since 1.32",
        ),
        ("intent.models.size() < 1.5", "1.27", "`numbers of different types`: Kubernetes has it since 1.28"),
        ("'ab'.reverse() == 'ba'", "1.37", "`reverse`: Kubernetes does not have it"),
        ("semver('1.0.0').isLessThan(semver('2.0.0'))", "1.30", "`semver`: Kubernetes has it since 1.33"),
        ("semver('1.0.0').isLessThan(semver('2.0.0'))", "1.30", "`isLessThan`: Kubernetes has it since 1.33"),
        ("[3, 1].sortBy(n, n)[0] == 1", "1.33", "`sortBy`: Kubernetes has it since 1.34"),
        (
            "optional.of(1).optFlatMap(n, optional.of(n)).hasValue()",
            "1.27",
            "`optFlatMap`: Kubernetes has it since 1.28",
        ),
        ("1 < 2u", "1.27", "`numbers of different types`: Kubernetes has it since 1.28"),
        ("cel.bind(x, 1, intent.models.size() > x)", "1.37", "`cel.bind`: Kubernetes does not have it"),
    ],
)
def test_what_a_release_does_not_have_fails(run: Run, expression: str, release: str, message: str) -> None:
    write(expression)
    result = run("lint", "own", "--kubernetes", release)
    assert result.exit_code == 1
    assert f"error: {message}" in result.stdout


@pytest.mark.parametrize(
    "expression",
    [
        "intent.models.map(m, m.name).sort() == ['a']",
        "[3, 1].sortBy(n, n)[0] == 1",
        "dyn([3, 1]).reverse() == [1, 3]",
        "-1 < 2.0 && !('a' in intent.models.map(m, m.name)) && [1][0] == 1",
    ],
)
def test_a_release_that_has_everything_is_fine(run: Run, expression: str) -> None:
    write(expression)
    assert run("lint", "own", "--kubernetes", "1.34").exit_code == 0


def test_variables_that_read_each_other_twice_are_estimated_once(run: Run) -> None:
    chain = [f"{{name: v{n}, expression: 'variables.v{n - 1} + variables.v{n - 1}'}}" for n in range(1, 40)]
    write("variables.v39 > 0", spec=f"  variables: [{{name: v0, expression: '1'}}, {', '.join(chain)}]\n")
    assert run("lint", "own").exit_code == 1


def test_what_locks_a_cluster_out_fails(run: Run) -> None:
    write("has(intent.attribution.team)", spec="  match: {actions: [workload.*]}\n")
    result = run("lint", "own")
    assert result.exit_code == 1
    assert "error: denies UPDATE of Node `worker-1` and " in result.stdout
    assert "warning: denies CREATE of Deployment `cert-manager/cert-manager` and " in result.stdout
    assert "error" not in run("lint", "own", "--no-cluster").stdout


def test_namespaces_are_exempt_by_their_names(run: Run) -> None:
    write("has(intent.attribution.team)", spec="  match: {kinds: [Pod]}\n")
    addons = ("cert-manager", "calico-system", "longhorn-system", "some-team")
    exempt = [word for name in addons for word in ("--exempt", name)]
    assert "denies" in run("lint", "own", *exempt[2:]).stdout
    assert "nothing found" in run("lint", "own", *exempt).stdout


def test_policies_that_do_not_load_end_with_two(run: Run) -> None:
    write("intent.modles.size() < 9")
    assert run("lint", "own").exit_code == 2


def test_the_shipped_policies_are_clean(run: Run) -> None:
    addons = [word for name in ("calico", "longhorn") for word in ("--exempt", f"{name}-system")]
    folder = str(Path(__file__).parents[2] / "policies")
    result = run("lint", folder, *addons, "--exempt", "cert-manager")
    assert result.exit_code == 0
    assert "nothing found" in result.stdout
