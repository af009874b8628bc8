"""Answers AdmissionReviews.

A body that is no AdmissionReview v1 is an HTTP error. A review is always
answered with status 200 and a review: what can't be understood or decided is
denied inside it, so that no failure policy can turn it into an admission.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, cast

from interlock.clock import now
from interlock.digests import digest_of
from interlock.engine import Engine
from interlock.engine.admission import Admission
from interlock.engine.group import Ask
from interlock.engine.repetition import Misused, Once, Repeated
from interlock.errors import OperatorError, RequestError
from interlock.foreign.requests import KubernetesRequest, reviewed
from interlock.intents.admission import changeable_object, from_admission
from interlock.model.decision import Decision
from interlock.model.seen import NOTHING_SEEN, Seen
from interlock_webhooks.around import known, looked_up
from interlock_webhooks.denials import log_denial
from interlock_webhooks.exchange import Answer, Request
from interlock_webhooks.kubernetes import codec
from interlock_webhooks.kubernetes.holding import HOLD_TIME, name_of_hold
from interlock_webhooks.kubernetes.patch import whole_patch
from interlock_webhooks.kubernetes.review import API_VERSION, KIND, AdmissionRequest
from interlock_webhooks.metrics import EndpointMetrics
from interlock_webhooks.refusal import INTERNAL_MESSAGE
from interlock_webhooks.service import Service

_Asked = KubernetesRequest | None
"""What Kubernetes' policies are asked, where there are any."""

Decide = Callable[[Admission, Engine, dict[str, Any], _Asked, int], Awaitable[Decision | Repeated]]


class KubernetesHandlers:
    """The webhooks of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._validations = service.metrics.of("validate")
        self._mutations = service.metrics.of("mutate")

    async def validate(self, request: Request) -> Answer:
        """The answer to a validating webhook: never a patch."""
        return Answer(await self._answer(self._validations, _validated, request.body, request.until))

    async def mutate(self, request: Request) -> Answer:
        """The answer to a mutating webhook: the decision on the changed object, and the patch."""
        return Answer(await self._answer(self._mutations, _mutated, request.body, request.until))

    async def guard(self, request: Request) -> Answer:
        """The answer to the webhook that guards which namespaces are exempt."""
        review = codec.decode_review(request.body)
        objection = self._service.exemptions.objection(review)
        if not objection:
            return Answer(codec.encode_unasked(review["uid"], "the label may be there"))
        self._service.log.info("exemption denied", uid=review["uid"], message=objection)
        denied = codec.encode_undecided(review["uid"], HTTPStatus.FORBIDDEN, "Forbidden", objection)
        return Answer(denied)

    async def _answer(self, metrics: EndpointMetrics, decide: Decide, body: bytes, until: int) -> bytes:
        request = codec.decode_review(body)
        if reason := self._service.exemptions.reason(request):
            return codec.encode_unasked(request["uid"], reason)
        try:
            return await self._decided(metrics, decide, cast("dict[str, Any]", request), until)
        except RequestError as error:
            metrics.refused(HTTPStatus.BAD_REQUEST)
            return codec.encode_undecided(request["uid"], HTTPStatus.BAD_REQUEST, "BadRequest", str(error))
        except OperatorError as error:
            # Nothing is wrong with the program: one line says what the operator has to mend.
            self._service.log.error("review failed", **_about(metrics, request), error=str(error))  # noqa: TRY400
        except Exception:
            # Closed by default: whatever fails is a denial.
            self._service.log.exception("review failed", **_about(metrics, request))
        code = HTTPStatus.INTERNAL_SERVER_ERROR
        metrics.refused(code)
        return codec.encode_undecided(request["uid"], code, "InternalError", INTERNAL_MESSAGE)

    async def _decided(
        self, metrics: EndpointMetrics, decide: Decide, request: dict[str, Any], until: int
    ) -> bytes:
        started = time.perf_counter()
        engine = self._service.policies.in_force.engine
        request = await looked_up(self._service.cluster, request, until)
        answer = await self._answered(decide, engine, request, until)
        taken = time.perf_counter() - started
        review = {"apiVersion": API_VERSION, "kind": KIND, "request": request}
        if isinstance(answer, Repeated):
            (recorded,) = answer.records
            return _encoded(request, self._service.repeated(recorded, review, mutates=False), [])
        recorded = self._service.recorded(answer, review, mutates=decide is _mutated)
        metrics.decided(answer, taken)
        if not answer.allowed:
            self._tell(request, recorded)
        return _encoded(request, recorded, whole_patch(request, answer))

    def _tell(self, request: dict[str, Any], recorded: dict[str, Any]) -> None:
        """Have those learn of a denial who look at the service, and at the cluster."""
        log_denial(
            self._service.log,
            recorded,
            action=f"workload.{request['operation'].lower()}",
            kind=request["kind"]["kind"],
            uid=request["uid"],
        )
        if self._service.events is not None and not request.get("dryRun"):
            self._service.events.denied(request, codec.message(recorded))

    async def _answered(
        self, decide: Decide, engine: Engine, request: dict[str, Any], until: int
    ) -> Decision | Repeated:
        """What `decide` gives of the request, of Kubernetes' policies as well where there are any."""
        admission = Admission(engine, self._service.ledger)
        if not engine.asks_kubernetes:
            return await decide(admission, engine, request, None, until)

        async def decided(asked: Sequence[_Asked]) -> Decision | Repeated:
            return await decide(admission, engine, request, asked[0], until)

        return await known(self._service.cluster, [reviewed(request)], until, decided)


def _encoded(request: dict[str, Any], recorded: dict[str, Any], patch: list[dict[str, Any]]) -> bytes:
    if recorded["decision"] == "allow":
        return codec.encode_allowed(request["uid"], recorded, patch)
    return codec.encode_denied(request, recorded)


def _about(metrics: EndpointMetrics, request: AdmissionRequest) -> dict[str, str]:
    return {"endpoint": metrics.endpoint, "uid": request["uid"]}


async def _validated(
    admission: Admission, engine: Engine, request: dict[str, Any], asked: _Asked, until: int
) -> Decision | Repeated:
    """The decision that counts: what is allowed here takes what it rests on, unless it is a dry run."""
    if request.get("dryRun"):
        return await _considered(admission, engine, request, asked, until)
    name = name_of_hold(request) if engine.policies.budgets else None
    intent = from_admission(request, engine.context_at(now()))
    ask = Ask(intent=intent, request=request, lasts=HOLD_TIME, name=name, kubernetes=asked)
    once = None
    if name is not None:
        once = Once(digest_of(["validate", request["uid"]]), digest_of(request), of_holds=True)
    answer = await admission.admit([ask], now=now(), until=until, once=once)
    if isinstance(answer, Misused):
        raise RequestError("`uid`: it belongs to another review")
    if isinstance(answer, Repeated):
        return answer
    (decision,) = answer
    if decision.held is not None and name is None:
        # Nobody watches what only changes or ends a workload, so what it draws is spent.
        await admission.spend(decision.held, decision.now)
    return decision


async def _considered(
    admission: Admission, engine: Engine, request: dict[str, Any], asked: _Asked, until: int
) -> Decision:
    ask = Ask(intent=from_admission(request, engine.context_at(now())), kubernetes=asked)
    return await admission.consider(ask, now=now(), until=until)


async def _mutated(
    admission: Admission, engine: Engine, request: dict[str, Any], asked: _Asked, until: int
) -> Decision:
    """The decision on the object with what policies change in it; ours change nothing where none is stored."""
    if asked is not None:
        asked = engine.mutated(asked, until=until)
        request = {**request, "object": asked.attributes.object}
    found = changeable_object(request)
    if found is None:
        return await _considered(admission, engine, request, asked, until)
    item, embed = found

    def remade(seen: Seen) -> Ask:
        intent, changes = engine.mutate(
            item,
            lambda changed: from_admission(embed(changed), engine.context_at(now())),
            until=until,
            seen=seen,
        )
        return Ask(intent=intent, changes=changes, remake=remade, kubernetes=asked)

    return await admission.consider(remade(NOTHING_SEEN), now=now(), until=until)
