"""A service whose clients show tokens of a cluster: it connects for them alone."""

from dataclasses import replace
from pathlib import Path

import httpx

from support.clients import document, listed
from support.kubernetes.server import ApiServer
from support.kubernetes.thread import in_thread
from support.kubernetes.users import service_account
from support.policies import write_policies
from support.process import running
from support.reviews import chat


def test_a_gateway_in_the_cluster_is_known_by_its_projected_token(tmp_path: Path) -> None:
    clients = tmp_path / "clients.yaml"
    everybody = {"attribution": {"organization": ["*"], "team": ["*"]}}
    clients.write_text(
        document(
            listed(
                "envoy", {"tokenReview": {"users": ["system:serviceaccount:gateways:*"]}}, speakFor=everybody
            )
        )
    )
    with in_thread() as cluster:

        async def prepared(server: ApiServer) -> Path:
            server.users["of-envoy"] = replace(service_account("gateways", "envoy"), audiences=("interlock",))
            return server.kubeconfig(tmp_path)

        environment = {"KUBECONFIG": str(cluster.run(prepared))}
        policies = write_policies(tmp_path / "policies")
        with running(policies, tmp_path / "state", "--clients", clients, **environment) as service:
            assert "tokens of https://127.0.0.1:" in service.said

            def status(token: str) -> int:
                headers = {"authorization": f"Bearer {token}"}
                return httpx.post(f"{service.check}/v1/check", json=chat("good-1"), headers=headers).status_code

            assert status("of-envoy") == 200
            assert status("admin") == 401
