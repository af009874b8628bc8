"""What `interlock serve` refuses before it does anything."""

import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop
from typer.testing import CliRunner

from interlock.cli.main import app
from interlock_webhooks.controller import membership
from interlock_webhooks.controller.membership import Membership
from interlock_webhooks.serve import event_loop


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """The service takes over the root logger of its process, and this process is not its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _said(*arguments: str) -> str:
    """What the command says, on one line; it ends with status 2."""
    ended = CliRunner().invoke(app, ["serve", *arguments])
    assert ended.exit_code == 2, ended.output
    return " ".join(ended.output.split())


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080", "example.org:8080"])
@pytest.mark.parametrize("option", ["--check-address", "--grpc-address"])
def test_what_answers_everybody_stays_on_loopback(option: str, address: str) -> None:
    assert "say with `--clients` who may call" in _said(option, address)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--check-cert", "x.pem"], "both `--check-cert` and `--check-key`"),
        (["--check-key", "x.pem"], "both `--check-cert` and `--check-key`"),
        (["--client-ca", "x.pem"], "give `--clients`, too"),
        (["--tls-terminated", "--check-cert", "x.pem", "--check-key", "x.pem"], "leave out `--check-cert`"),
        (["--tls-terminated", "--clients", "x.yaml", "--client-ca", "x.pem"], "leave out `--check-cert`"),
    ],
)
def test_options_that_contradict_each_other_are_refused(arguments: list[str], message: str) -> None:
    assert message in _said(*arguments)


@pytest.mark.parametrize(
    "address", ["", "8080", ":8080", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:²"]
)
def test_an_address_that_is_none_is_named_with_an_example(address: str) -> None:
    assert "such as `127.0.0.1:8080`" in _said("--check-address", address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "ftp://host",
        "http://",
        "http://[",
        "http://h:http",
        "http://h:0",
        "http://a:b@h",
        "http://h/x",
    ],
)
def test_a_url_that_leads_nowhere_is_named_with_an_example(url: str) -> None:
    assert "such as `https://interlock.example`" in _said("--url", url)


@pytest.mark.parametrize("option", ["--cert", "--key"])
def test_a_certificate_without_its_key_is_refused(folder: Path, option: str) -> None:
    assert "both `--cert` and `--key`" in _said(str(folder), option, "x.pem")


def test_a_certificate_that_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")
    assert "no such file" in _said(str(folder), "--cert", missing, "--key", missing).lower()


def test_a_module_of_our_own_that_is_missing_is_not_blamed_on_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "interlock_webhooks.serve", None)
    ended = CliRunner().invoke(app, ["serve"])
    assert isinstance(ended.exception, ModuleNotFoundError)


def test_without_uvloop_the_standard_event_loop_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert event_loop() is uvloop.new_event_loop
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert event_loop() is None


def test_without_the_client_of_clusters_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes.aio", None)
    monkeypatch.delitem(sys.modules, "interlock_webhooks.cluster.client", raising=False)
    free = ("--check-address", "127.0.0.1:0", "--webhook-address", "127.0.0.1:0", "--state-dir", str(tmp_path))
    assert "`kubernetes.aio` is missing: install `interlock[kubernetes]`" in _said(
        str(folder), *free, "--workloads"
    )


@pytest.mark.parametrize("name", ["/", "Pod", "a-", "a_b", "a" * 201])
def test_a_replica_is_named_as_objects_of_a_cluster_are(folder: Path, name: str) -> None:
    assert "name it with `--replica`" in _said(str(folder), "--cluster", "--replica", name)


def test_a_replica_is_called_like_its_machine_in_the_namespace_of_its_pod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Node-7")
    monkeypatch.setattr(membership, "NAMESPACE_FILE", tmp_path / "namespace")
    assert Membership.of(None, None) == Membership("default", "node-7")
    (tmp_path / "namespace").write_text("shop\n")
    assert Membership.of(None, None) == Membership("shop", "node-7")
    assert Membership.of("other", "pod-1") == Membership("other", "pod-1")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name in [name for name in sys.modules if name.startswith("interlock_webhooks")]:
        monkeypatch.delitem(sys.modules, name)
    assert "`uvicorn` is missing: install `interlock[server]`" in _said()
