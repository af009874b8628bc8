"""The service as users start it: a process of its own, HTTPS, signals, changing files."""

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from support.apiserver import ApiServer
from support.budgets import WORLD, limited
from support.policies import MODELS, write_policies
from support.process import Running, command, eventually, running
from support.reviews import call, chat, pod, review
from support.workloads import GPUS, completed, job, kubeconfig_of, started, until


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_policies(tmp_path_factory.mktemp("policies"))


@pytest.fixture(scope="module")
def service(policies: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(policies, tmp_path_factory.mktemp("state")) as started:
        yield started


def _refused_start(*arguments: str | Path) -> str:
    """What a service that can't start says; it ends with status 2 and no traceback."""
    ended = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_it_says_where_it_listens_and_what_it_loaded(service: Running) -> None:
    assert "5 (3 on intent, 1 on models, 1 on tools)" in service.said
    assert "organization > platform > team > agent" in service.said
    assert "0 waivers" in service.said
    assert str(service.ca) in service.said
    assert httpx.get(f"{service.check}/readyz").json()["policySet"] in service.said
    # Only if it is told to.
    assert "gRPC" not in service.said


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_lines_that_it_prints_work_as_they_stand(service: Running) -> None:
    call_line, review_line = (line for line in service.said.splitlines() if line.startswith("curl "))
    decision = json.loads(subprocess.run(["/bin/sh", "-c", call_line], capture_output=True, check=True).stdout)
    assert decision["decision"] == "deny"
    assert all(reason["message"] and reason["remedy"] for reason in decision["reasons"])
    answer = json.loads(subprocess.run(["/bin/sh", "-c", review_line], capture_output=True, check=True).stdout)
    assert answer["response"]["allowed"] is False


def test_a_page_in_a_browser_whose_name_was_led_here_gets_nothing(service: Running) -> None:
    answer = httpx.get(f"{service.check}/v1/budgets", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "request.forbidden")


def test_reviews_are_answered_over_https_that_clients_can_verify(service: Running) -> None:
    with service.client() as client:
        denied = client.post(f"{service.webhook}/validate?timeout=5s", json=review(pod())).json()
        allowed = client.post(f"{service.webhook}/mutate?timeout=5s", json=review(pod(team="a"))).json()
    assert denied["response"]["allowed"] is False
    assert allowed["response"]["allowed"] is True


def test_a_client_that_does_not_trust_the_authority_is_not_served(service: Running) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(f"{service.webhook}/healthz")


def test_the_check_api_is_not_on_the_webhook_listener_nor_the_other_way_round(service: Running) -> None:
    with service.client() as client:
        assert (
            client.post(f"{service.webhook}/v1/check", json=chat("good-1")).status_code == HTTPStatus.NOT_FOUND
        )
        assert client.get(f"{service.webhook}/docs").status_code == HTTPStatus.NOT_FOUND
        assert client.post(f"{service.check}/validate", json=review(pod())).status_code == HTTPStatus.NOT_FOUND


def test_both_listeners_have_the_probes(service: Running) -> None:
    with service.client() as client:
        for base in (service.webhook, service.check):
            assert client.get(f"{base}/healthz").json() == {"status": "ok"}
            assert client.get(f"{base}/readyz").json()["status"] == "ready"
            assert "interlock_policy_set_info" in client.get(f"{base}/metrics").text


def test_a_body_of_ten_megabytes_is_refused_and_the_service_goes_on(service: Running) -> None:
    with service.client() as client:
        for _ in range(3):
            answer = client.post(
                f"{service.check}/v1/check",
                content=b" " * 10_000_000,
                headers={"content-type": "application/json"},
            )
            assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            # The rest of the body must not be taken for the next request.
            assert client.post(f"{service.check}/v1/check", json=chat("good-1")).json()["decision"] == "allow"


def test_a_chunked_body_without_end_is_refused(service: Running) -> None:
    answer = httpx.post(
        f"{service.check}/v1/check",
        content=(b" " * 65536 for _ in range(100)),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"POST /v1/check HTTP/1.1\r\nhost: x\r\ncontent-length: nine\r\n\r\n",
        b"POST /v1/check HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"POST /v1/check HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /\xff\xfe%00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /%2e%2e/%00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /v1/check HTTP/9.9\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_a_4xx_or_no_answer(service: Running, sent: bytes) -> None:
    host, port = service.check.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert httpx.get(f"{service.check}/healthz").status_code == HTTPStatus.OK


def test_denials_are_logged_as_json_lines_without_what_was_asked(service: Running) -> None:
    httpx.post(f"{service.check}/v1/check", json=call("write_file", path="a secret path"))
    entries = [json.loads(line) for line in service.log.read_text().splitlines()]
    denials = [entry for entry in entries if entry["event"] == "denied" and entry.get("action") == "tool.call"]
    assert denials[-1]["reasons"] == ["unpermitted/organization"]
    assert denials[-1]["level"] == "info"
    assert "timestamp" in denials[-1]
    assert "secret" not in service.log.read_text()


def test_workloads_of_a_cluster_are_settled_when_they_end(tmp_path: Path) -> None:
    policies = tmp_path / "policies.yaml"
    policies.write_text("\n---\n".join([*WORLD, limited("gpuTime", "100h", name="devices")]))

    async def play() -> None:
        async with ApiServer().running() as api:
            config = tmp_path / "kubeconfig"
            config.write_text(json.dumps(kubeconfig_of(api.url)))
            starting = running(policies, tmp_path / "state", "--workloads", KUBECONFIG=str(config))
            service = await asyncio.to_thread(starting.__enter__)
            try:
                assert f"pods and jobs of {api.url}" in service.said
                async with httpx.AsyncClient(verify=service.trust(), timeout=10) as client:
                    for body in (job(), job("job-2")):
                        asked = review(body, uid=body["metadata"]["uid"])
                        answer = await client.post(f"{service.webhook}/validate", json=asked)
                        assert answer.json()["response"]["allowed"], answer.text
                await api.put(completed(started(job()), 60))
                await api.put(job("job-2"))
                await until(lambda: "a workload's hold is settled" in service.log.read_text())
                await api.delete("job-2")
                await until(lambda: "a workload's hold is released" in service.log.read_text())
                assert f'"gpuTime":{GPUS * 60_000}' in service.log.read_text()
                assert "t0ken" not in service.log.read_text()
                service.process.send_signal(signal.SIGINT)
                assert await asyncio.to_thread(service.process.wait, 20) == 0
                assert "Traceback" not in service.log.read_text()
            finally:
                await asyncio.to_thread(starting.__exit__, None, None, None)

    asyncio.run(play())


def test_a_service_that_is_to_watch_workloads_and_knows_no_cluster_says_so(
    policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    listening = ("--check-address", "127.0.0.1:0", "--webhook-address", "127.0.0.1:0")
    said = _refused_start(policies, "--state-dir", tmp_path, *listening, "--workloads")
    assert "no Kubernetes API server is known" in said


def test_changed_files_are_in_force_soon_and_broken_ones_never(tmp_path: Path) -> None:
    folder = write_policies(tmp_path / "policies")
    with running(folder, tmp_path / "state") as service:

        def decision() -> str:
            said: str = httpx.post(f"{service.check}/v1/check", json=chat("good-1")).json()["decision"]
            return said

        def is_stale() -> bool:
            return httpx.get(f"{service.check}/readyz").json()["stale"] is True

        assert decision() == "allow"
        (folder / "models.yaml").write_text(MODELS.replace('("good")', '("better")'))
        eventually(lambda: decision() == "deny")
        (folder / "models.yaml").write_text(MODELS.replace("model.name", "model.nmae"))
        eventually(is_stale)
        assert decision() == "deny"
        (folder / "models.yaml").write_text(MODELS)
        eventually(lambda: decision() == "allow")
        assert not is_stale()


def test_sigterm_turns_readiness_off_first_and_loses_no_request(policies: Path, tmp_path: Path) -> None:
    with running(policies, tmp_path) as service:
        answered: list[int] = []
        failures: list[Exception] = []
        stopping = threading.Event()

        def ask_on() -> None:
            with httpx.Client() as client:
                while not stopping.is_set():
                    try:
                        answered.append(
                            client.post(f"{service.check}/v1/check", json=chat("good-1")).status_code
                        )
                    except httpx.HTTPError as error:
                        failures.append(error)

        asking = threading.Thread(target=ask_on)
        asking.start()
        eventually(lambda: len(answered) > 5)
        service.process.send_signal(signal.SIGTERM)
        eventually(lambda: httpx.get(f"{service.check}/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE)
        before = len(answered)
        eventually(lambda: len(answered) > before + 5)
        stopping.set()
        asking.join()
        assert service.process.wait(20) == 0
        assert failures == []
        assert set(answered) == {HTTPStatus.OK}


def test_a_request_on_its_way_when_the_service_stops_is_answered(policies: Path, tmp_path: Path) -> None:
    with running(policies, tmp_path) as service:
        host, port = service.check.removeprefix("http://").split(":")
        body = json.dumps(chat("good-1")).encode()
        head = b"POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body[:10])
            time.sleep(0.2)
            # A person's signal: no time to drain, but what has begun is finished.
            service.process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            connection.sendall(body[10:])
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b'"decision":"allow"' in answer
        assert service.process.wait(20) == 0


def test_a_certificate_that_is_given_is_shown_and_no_authority_is_made(
    policies: Path, service: Running, tmp_path: Path
) -> None:
    given = ("--cert", service.ca.with_name("server.pem"), "--key", service.ca.with_name("server.pem"))
    with running(policies, tmp_path / "state", *given) as other, service.client() as client:
        assert client.get(f"{other.webhook}/healthz").status_code == HTTPStatus.OK
        assert not other.ca.exists()


def test_a_port_that_is_taken_is_named(policies: Path, service: Running, tmp_path: Path) -> None:
    taken = service.check.removeprefix("http://")
    said = _refused_start(
        policies, "--state-dir", tmp_path, "--check-address", taken, "--webhook-address", "127.0.0.1:0"
    )
    assert f"can't listen on `{taken}`: address already in use" in said


def test_policies_that_do_not_load_are_shown_with_their_place(tmp_path: Path) -> None:
    folder = write_policies(tmp_path)
    (folder / "models.yaml").write_text(MODELS.replace("model.name", "model.nmae"))
    assert "models.yaml:" in _refused_start(folder)
