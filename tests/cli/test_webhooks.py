"""`interlock webhooks`."""

from pathlib import Path

import pytest
import yaml

from support.commandline import Run
from support.documents import policy, policy_set


@pytest.fixture
def run(run: Run) -> Run:
    """`run` in a folder that has one policy on pods."""
    Path("own.yaml").write_text(
        policy_set("  layers: [{name: organization}]\n")
        + "---\n"
        + policy(spec="  match: {kinds: [Pod], actions: [workload.create]}\n")
    )
    return run


def test_both_configurations_are_printed(run: Run) -> None:
    validating, mutating = yaml.safe_load_all(run("webhooks", "print", "own.yaml").stdout)
    assert (validating["kind"], mutating["kind"]) == (
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
    )
    assert validating["webhooks"][0]["rules"] == [
        {
            "apiGroups": [""],
            "apiVersions": ["*"],
            "operations": ["CREATE"],
            "resources": ["pods"],
            "scope": "*",
        }
    ]
    assert mutating["webhooks"] == []


def test_options_say_where_the_service_is(run: Run) -> None:
    options = (
        "--name",
        "guards",
        "--namespace",
        "ours",
        "--service",
        "policy",
        "--port",
        "8443",
        "--timeout",
        "2",
    )
    result = run("webhooks", "print", "own.yaml", *options, "--exempt", "cni", "--failure-policy", "Ignore")
    validating, _ = yaml.safe_load_all(result.stdout)
    webhook = validating["webhooks"][0]
    assert validating["metadata"]["name"] == "guards"
    assert webhook["clientConfig"]["service"] == {
        "name": "policy",
        "namespace": "ours",
        "path": "/validate",
        "port": 8443,
    }
    (excluded,) = webhook["namespaceSelector"]["matchExpressions"]
    assert excluded["values"] == ["cni", "kube-node-lease", "kube-system", "ours"]
    assert (webhook["failurePolicy"], webhook["timeoutSeconds"]) == ("Ignore", 2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--url", "http://host"),
            "`--url` is `http://host`: the API server calls webhooks by `https://` only",
        ),
        (("--inject-ca-from", "name"), "`--inject-ca-from` is `name`: give the namespace and the name"),
        (("--inject-ca-from", "a/b", "--ca-bundle", "own.yaml"), "give one of them, or none"),
        (("--ca-bundle", "absent.pem"), "`absent.pem`: no such file"),
    ],
)
def test_options_that_make_no_sense_are_refused(run: Run, options: tuple[str, ...], said: str) -> None:
    result = run("webhooks", "print", "own.yaml", *options)
    assert result.exit_code == 2
    assert said in result.output
