"""Who is asked in which order, and what their answers do to a request."""

import asyncio
import json
from typing import Final

import re2

from support.kubernetes import jsonpatch
from support.kubernetes.attributes import Attributes
from support.kubernetes.failures import Failure, bad_request, forbidden
from support.kubernetes.patches import PatchError
from support.kubernetes.registry import Registry
from support.kubernetes.resources import Object
from support.kubernetes.store import Store
from support.kubernetes.webhooks.calling import Caller, CallError, Services
from support.kubernetes.webhooks.conditions import ConditionError, met
from support.kubernetes.webhooks.contract import Response
from support.kubernetes.webhooks.hook import Hook, hooks
from support.kubernetes.webhooks.matching import Match, exempt, match
from support.kubernetes.webhooks.review import review

_ANNOTATION = re2.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_KINDS: Final = {True: "mutation", False: "validating"}
_LEAST: Final = 400


class Webhooks:
    """Admission by the webhooks of a store."""

    def __init__(self, store: Store, registry: Registry, services: Services) -> None:
        self._store = store
        self._registry = registry
        self._caller = Caller(services)

    async def close(self) -> None:
        """Keep no connection."""
        await self._caller.close()

    async def mutate(self, about: Attributes) -> None:
        """Let mutating webhooks change `about.object`, one by one; once more those who have to see it again."""
        if exempt(about):
            return
        found = list(hooks(self._store, mutating=True))
        again = await self._round(about, found, 0)
        await self._round(about, again, 1)

    async def _round(self, about: Attributes, asked: list[Hook], number: int) -> list[Hook]:
        """Those of `asked` who were asked before somebody else changed the object, and want to know."""
        before: list[Hook] = []
        again: list[Hook] = []
        for hook in asked:
            matched = self._matched(hook, about)
            if matched is None:
                continue
            if await self._changes(matched, about, f"round_{number}_index_{hook.place}"):
                again += before
                before = []
            if hook.reinvoked:
                before.append(hook)
        return sorted(again, key=lambda each: each.place)

    async def _changes(self, matched: Match, about: Attributes, at: str) -> bool:
        """Whether a webhook changed the object, which the audit log has also where it failed or refused."""
        hook, mutated = matched.hook, False
        try:
            called = await self._called(matched, about, at)
            mutated = called is not None and _changed(hook, called, about, at)
        finally:
            said = {"configuration": hook.configuration, "webhook": hook.name, "mutated": mutated}
            about.audit[f"mutation.webhook.admission.k8s.io/{at}"] = json.dumps(said)
        return mutated

    async def validate(self, about: Attributes) -> None:
        """Let validating webhooks refuse `about`, all at once; the first who does is heard."""
        if exempt(about):
            return
        matched = [self._matched(each, about) for each in hooks(self._store, mutating=False)]
        asked = [
            self._called(each, about, f"round_0_index_{index}")
            for index, each in enumerate(filter(None, matched))
        ]
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    def _matched(self, hook: Hook, about: Attributes) -> Match | None:
        """As what `hook` is to be asked, if at all."""
        matched = match(hook, about, self._store, self._registry)
        if matched is None or not (conditions := hook.spec.get("matchConditions")):
            return matched
        try:
            return matched if met(conditions, review(matched, about, "")["request"], about) else None
        except ConditionError as error:
            if hook.ignores_failure:
                return None
            raise forbidden(about.resource, about.name, str(error)) from error

    async def _called(self, matched: Match, about: Attributes, at: str) -> Response | None:
        """The answer of a webhook that allows; None if it failed and that is ignored."""
        hook = matched.hook
        if about.dry_run and hook.spec["sideEffects"] not in {"None", "NoneOnDryRun"}:
            raise bad_request(f'admission webhook "{hook.name}" does not support dry run')
        try:
            response = await self._caller.call(matched, about)
        except CallError as error:
            if not hook.ignores_failure:
                raise _internal(f'failed calling webhook "{hook.name}": {error}') from error
            about.audit[f"failed-open.{_KINDS[hook.mutating]}.webhook.admission.k8s.io/{at}"] = hook.name
            return None
        _note(hook, response, about)
        if not response.allowed:
            raise denial(hook.name, response.status)
        return response


def _note(hook: Hook, response: Response, about: Attributes) -> None:
    """Keep what is said beside the verdict."""
    about.warnings += response.warnings
    for key, value in response.annotations.items():
        if _ANNOTATION.fullmatch(key):
            about.audit.setdefault(f"{hook.name}/{key}", value)


def _changed(hook: Hook, response: Response, about: Attributes, at: str) -> bool:
    """Whether the patch of `response` changes the object; then it is changed."""
    before = about.object
    if response.patch:
        if before is None:
            why = "attempted to modify the object, which is not supported for this operation"
            raise _internal(f'admission webhook "{hook.name}" {why}')
        try:
            about.object = jsonpatch.applied(before, response.patch)
        except PatchError as error:
            raise _internal(str(error)) from error
        said = {"configuration": hook.configuration, "webhook": hook.name}
        patch = {**said, "patch": response.patch, "patchType": "JSONPatch"}
        about.audit[f"patch.webhook.admission.k8s.io/{at}"] = json.dumps(patch)
    return about.object != before


def denial(name: str, status: Object | None) -> Failure:
    """What a client is told of a webhook's refusal (`errors/statuserror.go`)."""
    found = status or {}
    refused = f'admission webhook "{name}" denied the request'
    said = found.get("message") or found.get("reason")
    return Failure(
        max(found.get("code") or 0, _LEAST),
        found.get("reason", ""),
        f"{refused}: {said}" if said else f"{refused} without explanation",
        **(found.get("details") or {}),
    )


def _internal(message: str) -> Failure:
    return Failure(500, "InternalError", f"Internal error occurred: {message}")
