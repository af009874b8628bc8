"""Kubernetes' own policies at the webhook: with a cluster, without one, and once more from the log."""

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest

from interlock.cel.libraries.kubernetes.authorizer import Answer
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.foreign.attributes import Attributes, Object
from interlock.foreign.cluster import Cluster, Params, Snapshot, UnknownError
from interlock.foreign.policy import ParamKind
from interlock_webhooks.app import check_app, webhook_app
from support.asgi import ask
from support.foreign.live import Fixed
from support.foreign.policies import SHOP, binding, policy
from support.foreign.served import World
from support.reviews import encoded, pod, review

BOTH = pytest.mark.parametrize("path", ["/validate", "/mutate"])
CONFIG: Final = {"apiVersion": "v1", "kind": "ConfigMap"}
MAY_DEPLOY: Final = (
    "authorizer.group('apps').resource('deployments').namespace('shop').check('create').allowed()"
)


@BOTH
def test_the_first_denial_is_told_as_the_api_server_tells_it(tmp_path: Path, path: str) -> None:
    rules = [{"expression": "false", "message": "one", "reason": "Forbidden"}, "1 > 2"]
    response = World.of(tmp_path, policy(*rules), binding(), live=Fixed()).answer(path)
    first = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: one"
    second = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: 1 > 2"
    assert response["allowed"] is False
    assert response["status"] == {
        "status": "Failure",
        "code": 403,
        "reason": "Forbidden",
        "message": f"{first}\n{second}",
        "details": {
            "name": "web",
            "group": "",
            "kind": "Pod",
            "causes": [{"reason": "refused", "message": first}, {"reason": "refused", "message": second}],
        },
    }
    assert response["auditAnnotations"]["reasons"] == "ValidatingAdmissionPolicy/p/b"


@pytest.mark.parametrize(
    ("reason", "code"), [("Invalid", 422), ("RequestEntityTooLarge", 413), ("Unauthorized", 401)]
)
def test_a_denial_of_theirs_alone_has_its_own_code(tmp_path: Path, reason: str, code: int) -> None:
    world = World.of(tmp_path, policy({"expression": "false", "reason": reason}), binding(), live=Fixed())
    status = world.answer()["status"]
    assert (status["code"], status["reason"]) == (code, reason)


def test_a_long_message_is_told_as_far_as_there_is_room(tmp_path: Path) -> None:
    rule = {"expression": "object.metadata.name == '" + "ä" * 4_000 + "'"}
    status = World.of(tmp_path, policy(rule, rule), binding(), live=Fixed()).answer()["status"]
    first, more = status["message"].split("\n")
    assert first.startswith(
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: "
    )
    assert more == "and 1 more"
    assert 6_000 < len(first.encode()) <= 6 * 1024
    assert [len(cause["message"]) for cause in status["details"]["causes"]] == [1_024, 1_024]


def test_where_ours_deny_as_well_theirs_are_told_after_them(folder: Path) -> None:
    world = World.of(folder, policy("false"), binding(), live=Fixed())
    status = world.answer(object=pod())["status"]
    assert [cause["reason"] for cause in status["details"]["causes"]] == ["violated", "refused"]
    assert (status["code"], status["reason"]) == (403, "Forbidden")


def test_warnings_and_annotations_go_with_an_allowance(tmp_path: Path) -> None:
    said = policy(
        {"expression": "false", "message": "mind this"},
        auditAnnotations=[{"key": "who", "valueExpression": "request.userInfo.username"}],
    )
    response = World.of(tmp_path, said, binding(actions=["Warn", "Audit"]), live=Fixed()).answer()
    assert response["allowed"] is True
    assert response["warnings"] == [
        "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': mind this"
    ]
    annotations = response["auditAnnotations"]
    assert annotations["p.who"] == "jane"
    assert "mind this" in annotations["validation.policy.admission.k8s.io.validation_failure"]
    # The API server takes no key with a slash, nor one of more than 63 characters.
    assert all("/" not in key and len(key) <= 63 for key in annotations)


def test_keys_of_annotations_are_cut_before_they_are_too_long(tmp_path: Path) -> None:
    name = "p" * 70
    noted = policy("true", name=name, auditAnnotations=[{"key": "who", "valueExpression": "'x'"}])
    response = World.of(tmp_path, noted, binding(policy=name), live=Fixed()).answer()
    assert response["auditAnnotations"][f"{'p' * 59}.who"] == "x"


# The cluster


def test_the_authorizer_is_asked_about_the_user_once_for_each_question(tmp_path: Path) -> None:
    live = Fixed(answers={"create": Answer(is_allowed=True)})
    world = World.of(tmp_path, policy(MAY_DEPLOY, MAY_DEPLOY), binding(), live=live)
    assert world.answer()["allowed"] is True
    assert live.asked == [
        ("jane", Asked(verb="create", group="apps", resource="deployments", namespace="shop"))
    ]


def test_what_the_authorizer_does_not_allow_is_denied(tmp_path: Path) -> None:
    world = World.of(tmp_path, policy(MAY_DEPLOY), binding(), live=Fixed())
    assert world.answer()["allowed"] is False


def test_only_questions_that_matter_are_asked(tmp_path: Path) -> None:
    live = Fixed()
    world = World.of(tmp_path, policy(f"true || {MAY_DEPLOY}"), binding(), live=live)
    assert world.answer()["allowed"] is True
    assert live.asked == []


def test_nobody_asks_without_end(tmp_path: Path) -> None:
    live = Fixed(answers={"create": Answer(is_allowed=True)})
    check = "authorizer.group('').resource('pods').name('{}').check('create').allowed()"
    policies = [
        policy(*(check.format(f"{name}-{index}") for index in range(25)), name=name)
        for name in "abcdefghijklmno"
    ]
    bound = [binding(f"b-{each['metadata']['name']}", each["metadata"]["name"]) for each in policies]
    response = World.of(tmp_path, *policies, *bound, live=live).answer()
    assert len(live.asked) == 256
    assert "ask what the user may do more than 256 times" in response["status"]["message"]


def test_an_authorizer_that_does_not_answer_in_time_allows_nothing(tmp_path: Path) -> None:
    class Slow(Fixed):
        async def authorize(self, attributes: Attributes, asked: Asked) -> Answer:
            del attributes, asked
            raise TimeoutError

    world = World.of(tmp_path, policy(MAY_DEPLOY), binding(), live=Slow())
    assert world.answer()["allowed"] is False


@BOTH
def test_a_cluster_that_does_not_answer_in_time_fails_the_decision(tmp_path: Path, path: str) -> None:
    class Silent(Fixed):
        async def around(self, attributes: Attributes) -> Cluster:
            del attributes
            await asyncio.Event().wait()
            raise AssertionError("nobody sets it")

    service = World.of(tmp_path, policy("true"), binding(), live=Silent()).service
    answer = ask(webhook_app(service), path, encoded(review(pod(team="a"))), query=b"timeout=50ms")
    status = answer.json()["response"]["status"]
    assert (status["code"], status["message"]) == (500, "failed: the decision ran out of time")


def test_parameters_and_the_namespace_are_those_of_the_cluster(tmp_path: Path) -> None:
    params = {**CONFIG, "metadata": {"name": "limits", "namespace": "shop"}, "data": {"stage": "test"}}
    kinds = {ParamKind("v1", "ConfigMap"): Params(is_namespaced=True, objects={("shop", "limits"): params})}
    rule = "namespaceObject.metadata.labels.stage == params.data.stage"
    documents = (
        policy({"expression": rule, "message": "another stage"}, paramKind=CONFIG),
        binding(paramRef={"name": "limits", "parameterNotFoundAction": "Deny"}),
    )
    world = World.of(tmp_path, *documents, live=Fixed(Snapshot({"shop": SHOP}, kinds)))
    logged = world.logged()
    (reason,) = logged.decision["reasons"]
    assert (reason["message"], reason["params"]) == ("another stage", "shop/limits")
    assert logged.surroundings.namespaces == {"shop": SHOP}
    assert [each.objects for each in logged.surroundings.params] == [(params,)]


def test_a_namespace_that_is_not_there_is_refused_as_the_api_server_does(tmp_path: Path) -> None:
    world = World.of(tmp_path, policy("true"), binding(), live=Fixed(Snapshot()))
    status = world.answer()["status"]
    assert (status["code"], status["message"]) == (404, 'namespaces "shop" not found')


# Without a cluster

NEEDS_ONE: Final = {
    "namespace": ([policy("namespaceObject.metadata.name == 'shop'"), binding()], "namespace"),
    "selector": (
        [policy("true"), binding(matchResources={"namespaceSelector": {"matchLabels": {"a": "b"}}})],
        "namespace",
    ),
    "params": (
        [policy("true", paramKind=CONFIG), binding(paramRef={"name": "x", "parameterNotFoundAction": "Allow"})],
        "parameters",
    ),
    "authorizer": ([policy(f"!{MAY_DEPLOY}"), binding()], "what the user is allowed to do"),
}


@BOTH
@pytest.mark.parametrize("what", NEEDS_ONE)
def test_what_needs_a_cluster_and_has_none_denies_and_says_what_to_do(
    tmp_path: Path, path: str, what: str
) -> None:
    documents, about = NEEDS_ONE[what]
    response = World.of(tmp_path, *documents).answer(path)
    assert response["allowed"] is False
    assert about in response["status"]["message"]
    assert "serve with `--cluster`" in response["status"]["message"]


@pytest.mark.parametrize("what", NEEDS_ONE)
def test_what_needs_a_cluster_and_has_none_does_what_its_failure_policy_says(tmp_path: Path, what: str) -> None:
    (said, bound), _ = NEEDS_ONE[what]
    ignoring = {**said, "spec": {**said["spec"], "failurePolicy": "Ignore"}}
    assert World.of(tmp_path, ignoring, bound).answer()["allowed"] is True


def test_what_needs_no_cluster_is_decided_without_one(tmp_path: Path) -> None:
    world = World.of(tmp_path, policy("object.metadata.name == 'web'"), binding())
    assert world.answer()["allowed"] is True


# The log


@BOTH
@pytest.mark.parametrize("answers", [{}, {"create": Answer(is_allowed=True, reason="because")}])
def test_a_decision_is_made_again_of_what_the_log_has(
    tmp_path: Path, path: str, answers: dict[str, Answer]
) -> None:
    rule = {"expression": MAY_DEPLOY, "messageExpression": "namespaceObject.metadata.labels.stage"}
    logged = World.of(tmp_path, policy(rule), binding(), live=Fixed(answers=answers)).logged(path)
    (access,) = logged.surroundings.access
    assert (access.verb, access.resource, access.allowed) == ("create", "deployments", bool(answers))


class Down:
    """A cluster of which nothing can be found out."""

    async def around(self, attributes: Attributes) -> Cluster:
        del attributes
        return self

    async def authorize(self, attributes: Attributes, asked: Asked) -> Answer:
        del attributes, asked
        return Answer(is_allowed=False, error="the API server is down")

    async def scaled(self, attributes: Attributes) -> Object | None:
        del attributes
        return None

    def namespace(self, name: str) -> Object | None:
        raise UnknownError(f"namespace {name}: the API server is down")

    def params(self, kind: ParamKind) -> Params | None:
        raise UnknownError(f"parameters {kind.kind}: the API server is down")


@BOTH
@pytest.mark.parametrize("what", NEEDS_ONE)
def test_why_something_could_not_be_found_out_is_logged(tmp_path: Path, path: str, what: str) -> None:
    documents, _ = NEEDS_ONE[what]
    live = Down()
    logged = World.of(tmp_path, *documents, live=live).logged(path)
    if what == "authorizer":
        assert [each.error for each in logged.surroundings.access] == ["the API server is down"]
    else:
        (reason,) = logged.decision["reasons"]
        assert reason["message"].endswith("the API server is down")
        assert [*logged.surroundings.unknown.values()] == [reason["message"].partition(": ")[2]]


def test_questions_past_the_last_are_made_again_as_unanswered(tmp_path: Path) -> None:
    check = "authorizer.group('').resource('pods').name('{}').check('create').allowed()"
    policies = [
        policy(*(check.format(f"{name}-{index}") for index in range(25)), name=name) for name in "abcdefghijk"
    ]
    bound = [binding(f"b-{each['metadata']['name']}", each["metadata"]["name"]) for each in policies]
    live = Fixed(answers={"create": Answer(is_allowed=True)})
    logged = World.of(tmp_path, *policies, *bound, live=live).logged()
    assert [reason["policy"] for reason in logged.decision["reasons"]] == ["k"] * 19


@pytest.mark.parametrize("what", NEEDS_ONE)
def test_a_decision_without_a_cluster_is_made_again_without_one(tmp_path: Path, what: str) -> None:
    documents, _ = NEEDS_ONE[what]
    assert World.of(tmp_path, *documents).logged().decision["decision"] == "deny"


# The check API


def test_a_check_of_an_admission_asks_them_about_its_own_user(tmp_path: Path) -> None:
    live = Fixed(answers={"create": Answer(is_allowed=True)})
    service = World.of(
        tmp_path, policy(MAY_DEPLOY, "object.metadata.name != 'bad'"), binding(), live=live
    ).service
    good, bad = ({**pod(), "metadata": {"name": name, "namespace": "shop"}} for name in ("good", "bad"))
    checks = [
        {"admission": review(good, userInfo={"username": "jane"})["request"]},
        {"admission": review(bad, userInfo={"username": "john"})["request"]},
        {"intent": {"action": "model.chat"}},
    ]
    answer = ask(check_app(service), "/v1/check/batch", encoded({"checks": checks, "linked": True}))
    assert answer.status == HTTPStatus.OK
    good_one, bad_one, other = answer.json()["decisions"]
    assert [reason["code"] for reason in good_one["reasons"]] == ["failed"]
    assert [reason["code"] for reason in bad_one["reasons"]] == ["refused"]
    assert "refused" not in str(other)
    assert [user for user, _ in live.asked] == ["jane", "john"]
