"""`interlock clients`: tokens, and documents of clients before they are used."""

from pathlib import Path

import pytest

from interlock_webhooks.clients.tokens import digest_of, is_token
from support.clients import document, listed
from support.commandline import run


def test_a_token_is_printed_with_its_digest() -> None:
    said = dict(line.split(": ") for line in run("clients", "token").output.splitlines())
    assert is_token(said["token"])
    assert said["digest"] == digest_of(said["token"])


def test_a_document_that_loads_is_told_client_by_client(tmp_path: Path) -> None:
    file = tmp_path / "clients.yaml"
    ways = ({"certificate": {"uris": ["x"]}}, {"tokenReview": {"users": ["x"]}})
    file.write_text(document(listed("envoy", *ways), listed("kong", ways[0], call=["check", "settle"])))
    result = run("clients", "check", str(file))
    assert result.exit_code == 0
    assert result.output == (
        "envoy: by certificate, token_review; may call *\nkong: by certificate; may call check, settle\n"
    ).replace("token_review", "tokenReview")


@pytest.mark.parametrize("text", ["kind: Clients", document(listed("envoy", {}))])
def test_a_document_that_does_not_load_is_explained(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clients.yaml"
    file.write_text(text)
    result = run("clients", "check", str(file))
    assert result.exit_code == 2
    assert f"{file}:" in result.output
