"""A service over Kubernetes' policies, and what it answers and logs."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from interlock.analysis.replay import replay
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.loading.policyset import load
from interlock_webhooks.app import webhook_app
from interlock_webhooks.around import LiveCluster
from support.asgi import ask
from support.decisionlog import read
from support.reviews import encoded, pod, review
from support.service import LoggedService, service_over


@dataclass(slots=True)
class World:
    """A service over policies, and the answers that it gives."""

    folder: Path
    service: LoggedService

    @classmethod
    def of(cls, folder: Path, *documents: Mapping[str, Any], live: LiveCluster | None = None) -> "World":
        (folder / "kubernetes.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        service = service_over(folder)
        service.cluster = live
        return cls(folder, service)

    def answer(self, path: str = "/validate", **changes: Any) -> dict[str, Any]:
        """The response to a review of a pod that is made."""
        answer = ask(webhook_app(self.service), path, encoded(review(pod(team="a"), **changes)))
        assert answer.status == HTTPStatus.OK
        response: dict[str, Any] = answer.json()["response"]
        return response

    def logged(self, path: str = "/validate", **changes: Any) -> Entry:
        """The one decision that is logged when it is asked, which is decided again the same."""
        with DecisionLog(self.folder / "log.jsonl") as decisions:
            self.service.decisions = decisions
            self.answer(path, **changes)
        (logged,) = read((self.folder / "log.jsonl").read_bytes())
        assert isinstance(logged, Logged)
        replayed = replay(Engine(load([self.folder])), logged.entry)
        assert replayed.now == logged.entry.decision
        return logged.entry
