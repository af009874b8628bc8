"""The document of clients: what it says holds, and what is wrong with it is said where it stands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.errors import AuthorError
from interlock.loading.kinds.common import Shape
from interlock_webhooks.clients.endpoints import NAMES
from interlock_webhooks.clients.globs import EVERYTHING, Globs
from interlock_webhooks.clients.peer import Certificate
from interlock_webhooks.clients.reading import Means, read_clients
from interlock_webhooks.clients.roster import Roster
from interlock_webhooks.clients.scope import DIMENSIONS
from interlock_webhooks.clients.tokens import digest_of, new_token
from interlock_webhooks.refusal import RefusedError
from support.clients import document, listed

_ALL = Means(certificates=True, cluster=True)
_DOCS = Path(__file__).parents[3] / "docs"
_DIGEST = "sha256:" + "0" * 64
_ISSUER = {"name": "login", "url": "https://login.example.com", "audiences": ["interlock"]}


def _read(folder: Path, text: str, means: Means = _ALL) -> Roster:
    file = folder / "clients.yaml"
    file.write_text(text, encoding="utf-8")
    return read_clients(file, means)


def test_a_client_may_do_what_its_document_says(tmp_path: Path) -> None:
    token = new_token()
    may = {
        "call": ["check", "settle"],
        "speakFor": {
            "principals": {"ids": ["*@example.com"], "types": ["user"], "groups": ["a"], "claims": ["b"]},
            "agents": ["support-*"],
            "attribution": {"team": ["search"], "useCase": ["*"]},
        },
        "rate": {"perSecond": 10, "burst": 20},
        "maxBody": 1000,
    }
    text = document(listed("envoy", {"token": {"digest": digest_of(token)}}, **may))
    client = _read(tmp_path, text).by_token(token)
    assert client.name == "envoy"
    assert [client.endpoints.mean(name) for name in ("check", "settle", "budgets")] == [True, True, False]
    assert client.max_body == 1000
    assert client.scope.ids == Globs.of(["*@example.com"])
    assert client.scope.types == Globs.of(["user"])
    assert client.scope.groups == Globs.of(["a"])
    assert client.scope.claims == Globs.of(["b"])
    assert client.scope.agents == Globs.of(["support-*"])
    assert set(client.scope.attribution) == set(DIMENSIONS)
    assert client.scope.attribution["team"] == Globs.of(["search"])
    assert client.scope.attribution["useCase"] == EVERYTHING
    assert client.scope.attribution["organization"] == Globs.of([])
    assert client.meter is not None
    assert [client.meter.take(0) for _ in range(21)] == [0] * 20 + [100_000_000]


def test_a_burst_is_the_rate_unless_stated(tmp_path: Path) -> None:
    token = new_token()
    way = {"token": {"digest": digest_of(token)}}
    client = _read(tmp_path, document(listed("envoy", way, rate={"perSecond": 3}))).by_token(token)
    assert client.meter is not None
    assert [client.meter.take(0) > 0 for _ in range(4)] == [False, False, False, True]


def test_files_are_found_from_where_the_document_is(tmp_path: Path) -> None:
    issuer = {**_ISSUER, "keysFile": "keys.json", "authorityFile": "/etc/ca.pem"}
    text = document(listed("envoy", {"jwt": {"issuer": "login", "claims": {"sub": ["x"]}}}), issuers=[issuer])
    (settings,) = _read(tmp_path, text).issuers
    assert settings.keys_file == str(tmp_path / "keys.json")
    assert settings.authority_file == "/etc/ca.pem"
    assert settings.algorithms == ("RS256", "ES256")


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ({"token": {"digest": "hunter2"}}, "must be `sha256:` and 64 lower-case hexadecimal digits"),
        ({"token": {"digest": _DIGEST}, "certificate": {"uris": ["x"]}}, "each way by itself"),
        ({}, "write one of `certificate`, `token`, `jwt` and `tokenReview`"),
        ({"certificate": {}}, "write `uris` or `dnsNames`"),
        ({"jwt": {"issuer": "logn", "claims": {"sub": ["x"]}}}, "unknown issuer `logn`: did you mean `login`?"),
        ({"jwt": {"issuer": "login", "claims": {}}}, "is empty: add an entry"),
        ({"jwt": {"issuer": "login", "claims": {"sub": []}}}, "is empty: add an entry"),
        ({"jwt": {"issuer": "login", "claims": {"sub": ["x"]}, "alg": "none"}}, "unknown field `alg`"),
        ({"tokenReview": {"users": []}}, "is empty: add an entry"),
    ],
)
def test_a_way_that_recognises_nobody_is_refused_with_its_place(
    tmp_path: Path, way: dict[str, Any], message: str
) -> None:
    with pytest.raises(AuthorError) as refused:
        _read(tmp_path, document(listed("envoy", way), issuers=[_ISSUER]))
    (problem,) = refused.value.problems
    assert message in problem.message
    assert problem.span.line > 1


@pytest.mark.parametrize(
    ("issuer", "message"),
    [
        ({"url": "http://login.example.com"}, "must be an `https` URL"),
        ({"url": "login.example.com"}, "must be a URL"),
        ({"url": "https://[x"}, "must be a URL"),
        ({"url": "https://a:b@login.example.com"}, "must be a URL without a user"),
        ({"url": "https://login.example.com?x=y"}, "must be a URL without a user, query"),
        ({"keysUrl": "ftp://login.example.com/keys"}, "must be an `https` URL"),
        ({"algorithms": ["none"]}, "can't be `none`"),
        ({"algorithms": ["HS256"]}, "can't be `HS256`"),
        ({"algorithms": []}, "is empty"),
        ({"audiences": []}, "is empty"),
        ({"keysUrl": "https://login.example.com/keys", "keysFile": "x"}, "keep one of them"),
    ],
)
def test_an_issuer_that_could_be_anybody_is_refused(
    tmp_path: Path, issuer: dict[str, Any], message: str
) -> None:
    with pytest.raises(AuthorError) as refused:
        _read(tmp_path, document(issuers=[{**_ISSUER, **issuer}]))
    (problem,) = refused.value.problems
    assert message in problem.message


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    way = {"token": {"digest": _DIGEST}}
    text = document(
        listed("envoy", way, call=["chekc"]),
        listed("envoy", way, call=["*"]),
        listed("other", way),
        issuers=[_ISSUER, _ISSUER],
    )
    with pytest.raises(AuthorError) as refused:
        _read(tmp_path, text)
    assert {problem.message for problem in refused.value.problems} == {
        "unknown endpoint `chekc`: did you mean `check`?",
        "second client with the name `envoy`: choose another one",
        "client `envoy` has this token: make another one",
        "second issuer with the name `login`: choose another one",
        "second issuer with the url `https://login.example.com`: choose another one",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "write one document of kind `Clients`"),
        (document() + "---\n" + document(), "write one document of kind `Clients`"),
        ("[]", "document must be a mapping"),
        (document().replace("Clients", "Policy"), "can't be `Policy`"),
        (document().replace("v1alpha1", "v2"), "can't be `interlock.dev/v2`"),
        (document().replace("clients: []", "clients:"), "has no value"),
        ("a: !!python/object:os.system x", "is not supported"),
    ],
)
def test_what_is_no_document_of_clients_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AuthorError, match=message):
        _read(tmp_path, text)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="no such file"):
        read_clients(tmp_path / "missing.yaml", _ALL)


@pytest.mark.parametrize(
    ("way", "means", "message"),
    [
        ({"certificate": {"uris": ["x"]}}, Means(certificates=False, cluster=True), "`--client-ca`"),
        (
            {"tokenReview": {"users": ["x"]}},
            Means(certificates=True, cluster=False),
            "not connected to a cluster",
        ),
    ],
)
def test_a_way_that_the_service_has_no_means_for_is_refused(
    tmp_path: Path, way: dict[str, Any], means: Means, message: str
) -> None:
    with pytest.raises(AuthorError, match=message):
        _read(tmp_path, document(listed("envoy", way)), means)


def test_every_endpoint_can_be_granted(tmp_path: Path) -> None:
    _read(tmp_path, document(listed("envoy", {"token": {"digest": _DIGEST}}, call=sorted(NAMES))))


def test_what_means_two_clients_lets_nobody_in(tmp_path: Path) -> None:
    text = document(
        listed("one", {"certificate": {"uris": ["spiffe://x/*"]}}),
        listed(
            "two", {"certificate": {"dnsNames": ["*.EXAMPLE.com"]}}, {"certificate": {"uris": ["spiffe://y"]}}
        ),
    )
    roster = _read(tmp_path, text)

    def named(*, uris: tuple[str, ...] = (), dns_names: tuple[str, ...] = (), now: int = 9) -> str:
        certificate = Certificate(uris=uris, dns_names=dns_names, ends=10)
        return roster.by_certificate(certificate, now).name

    assert named(uris=("spiffe://x/1",)) == "one"
    assert named(dns_names=("a.example.com",), uris=("spiffe://y",)) == "two"
    for uris, names, now, message in (
        (("spiffe://x/1",), ("a.example.com",), 9, "more than one client"),
        (("spiffe://z",), ("example.com",), 9, "no client has"),
        (("spiffe://x/1",), (), 10, "has ended"),
    ):
        with pytest.raises(RefusedError, match=message):
            named(uris=uris, dns_names=names, now=now)


def test_the_example_of_the_reference_loads(tmp_path: Path) -> None:
    page = (_DOCS / "reference" / "clients.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    roster = _read(tmp_path, example)
    assert [claimed.client.name for claimed in roster.claimed] == ["litellm-search"]
    for name in NAMES:
        assert f"`{name}`" in page.split("## Endpoints")[1]


def test_the_values_of_the_how_to_load(tmp_path: Path) -> None:
    page = (_DOCS / "how-to" / "deploy-in-kubernetes.md").read_text(encoding="utf-8")
    values = yaml.safe_load(page.split("## 6. Let gateways in")[1].split("```yaml\n")[1].split("```")[0])
    user = "system:serviceaccount:gateways:envoy"
    assert _read(tmp_path, values["gateways"]["clients"]).by_user(user).name == "envoy"


def test_the_example_of_the_how_to_loads(tmp_path: Path) -> None:
    page = (_DOCS / "how-to" / "let-gateways-in.md").read_text(encoding="utf-8")
    token = page.split("token: ")[1].split("\n")[0]
    assert _read(tmp_path, page.split("```yaml\n")[1].split("```")[0]).by_token(token).name == "litellm"


def _shapes(shape: type[Shape]) -> Iterator[type[Shape]]:
    yield shape
    for each in shape.__subclasses__():
        yield from _shapes(each)


def test_the_reference_names_every_field() -> None:
    page = (_DOCS / "reference" / "clients.md").read_text(encoding="utf-8")
    _, text = page.rsplit("```", 1)
    known = {word for quoted in re.findall(r"`([^`]+)`", text) for word in re.findall(r"\w+", quoted)}
    shapes = [each for each in _shapes(Shape) if each.__module__ == "interlock_webhooks.clients.document"]
    assert len(shapes) > 10
    for shape in shapes:
        assert {str(field.alias) for field in shape.model_fields.values()} <= known | {
            "apiVersion",
            "kind",
            "metadata",
            "spec",
        }
