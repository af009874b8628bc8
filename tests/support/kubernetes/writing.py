"""Create, update, patch, apply and delete: each in the order in which the API server does it."""

from collections.abc import Callable
from typing import Any, Final

from support.kubernetes.applying import APPLY, Appliers, configuration, patched
from support.kubernetes.asked import Asked
from support.kubernetes.attributes import Attributes, Audited
from support.kubernetes.definitions import established
from support.kubernetes.discovery import CONNECTED, KINDS
from support.kubernetes.failures import Failure, conflict, forbidden
from support.kubernetes.preparing import changed, check, created, fit, shaped, timestamp
from support.kubernetes.reading import as_version, scale_of
from support.kubernetes.registry import Registry
from support.kubernetes.resources import DEFINITIONS, NAMESPACES, Object
from support.kubernetes.store import Store
from support.kubernetes.storing import Kept
from support.kubernetes.webhooks.dispatch import Webhooks

_RETRIES: Final = 5


class Writer:
    """What changes a store. `audit` is what the audit log has of it."""

    def __init__(self, store: Store, registry: Registry, webhooks: Webhooks) -> None:
        self._store = store
        self._kept = Kept(store, registry)
        self._webhooks = webhooks
        self.audit: list[Audited] = []
        self._appliers = Appliers()

    async def create(self, asked: Asked, body: Object) -> tuple[Object, list[str]]:
        """The new object, and warnings."""
        self._check_namespace(asked)
        resource = asked.resource
        shape, warnings = shaped(resource, fit(asked, body), asked.query.get("fieldValidation", "Warn"))
        about = _attributes("CREATE", asked, shape, None, "CreateOptions")
        about.warnings += warnings

        def settled(mutated: Object) -> Object:
            final, _ = shaped(resource, created(resource, mutated), "Ignore")
            check(resource, final)
            about.name = final["metadata"]["name"]
            return established(final) if resource == DEFINITIONS else final

        final = await self._admit(about, settled)
        return self._kept.added(asked, final), about.warnings

    async def update(self, asked: Asked, body: Object) -> tuple[Object, list[str]]:
        """The object after `body` took its place."""
        if asked.subresource == "scale":
            return await self.scale(asked, lambda _scale: body)
        fitted = fit(asked, body)
        return await self._change(asked, lambda _before: fitted, "UpdateOptions")

    async def patch(self, asked: Asked, content_type: str, body: bytes) -> tuple[Object, bool, list[str]]:
        """The object after the patch, and whether it is new."""
        if content_type == APPLY:
            return await self._apply(asked, body)
        if asked.subresource == "scale":
            found = await self.scale(asked, lambda scale: patched(asked, scale, content_type, body))
        else:
            found = await self._change(
                asked, lambda before: fit(asked, patched(asked, before, content_type, body)), "PatchOptions"
            )
        return found[0], False, found[1]

    async def scale(self, asked: Asked, make: Callable[[Object], Object]) -> tuple[Object, list[str]]:
        """The Scale after `make` changed it; the object's replicas follow."""
        resource = asked.resource
        before = self._store.get(resource, asked.namespace, asked.name)
        old = scale_of(resource, before)
        about = _attributes("UPDATE", asked, make(old), old, "UpdateOptions")
        scale = await self._admit(about, lambda scale: scale)
        path = (resource.scale or {"specReplicasPath": ".spec.replicas"})["specReplicasPath"]
        after = _set(before, path.strip(".").split("."), scale["spec"]["replicas"])
        final = changed(resource, before, after, "")
        check(resource, final)
        stored = final if asked.dry_run else self._kept.replaced(resource, before, final)
        return scale_of(resource, stored), about.warnings

    async def delete(self, asked: Asked, options: Object) -> tuple[Object, list[str]]:
        """What was deleted; with finalizers it is still there, and marked."""
        resource = asked.resource
        before = self._store.get(resource, asked.namespace, asked.name)
        wanted = (options.get("preconditions") or {}).get("uid")
        if wanted not in {None, before["metadata"]["uid"]}:
            raise conflict(resource, asked.name, f"Precondition failed: UID in precondition: {wanted}")
        about = _attributes("DELETE", asked, None, as_version(resource, before), "DeleteOptions")
        about.options |= options
        about.dry_run |= bool(options.get("dryRun"))
        await self._admit_end(about)
        if about.dry_run:
            return before, about.warnings
        if before["metadata"].get("finalizers"):
            before["metadata"].setdefault("deletionTimestamp", timestamp())
            return self._store.replace(resource, before), about.warnings
        return self._kept.removed(resource, before), about.warnings

    async def post(self, asked: Asked, body: Object) -> list[str]:
        """Warnings of those who let `body` be posted to a subresource."""
        connects = asked.subresource in CONNECTED
        about = _attributes("CONNECT" if connects else "CREATE", asked, body, None, "CreateOptions")
        await self._admit(about, lambda sent: sent)
        return about.warnings

    async def _apply(self, asked: Asked, body: bytes) -> tuple[Object, bool, list[str]]:
        try:
            self._store.get(asked.resource, asked.namespace, asked.name)
        except Failure:
            made, warnings = await self.create(asked, fit(asked, configuration(body)))
            new = True
        else:
            made, warnings = await self._change(
                asked, lambda before: fit(asked, self._appliers.apply(asked, before, body)), "PatchOptions"
            )
            new = False
        if not asked.dry_run:
            self._appliers.remember(asked, made, body)
        return made, new, warnings

    async def _change(
        self, asked: Asked, make: Callable[[Object], Object], options: str
    ) -> tuple[Object, list[str]]:
        """What `make` makes of what is there; once more where somebody else was faster and nobody minds."""
        for _ in range(_RETRIES):
            before = as_version(asked.resource, self._store.get(asked.resource, asked.namespace, asked.name))
            wanted = make(before)
            minds = options == "UpdateOptions" and "resourceVersion" in wanted["metadata"]
            about, final = await self._changed(asked, before, wanted, options)
            try:
                return self._kept.stored(asked, before, final), about.warnings
            except Failure as failure:
                if minds or failure.reason != "Conflict":
                    raise
        raise conflict(asked.resource, asked.name)

    async def _changed(
        self, asked: Asked, before: Object, wanted: Object, options: str
    ) -> tuple[Attributes, Object]:
        """What `wanted` comes to in place of `before`."""
        resource = asked.resource
        after = changed(resource, before, wanted, asked.subresource)
        shape, warnings = shaped(resource, after, asked.query.get("fieldValidation", "Warn"))
        about = _attributes("UPDATE", asked, shape, before, options)
        about.warnings += warnings

        def settled(mutated: Object) -> Object:
            final, _ = shaped(resource, changed(resource, before, mutated, asked.subresource), "Ignore")
            check(resource, final)
            return final

        return about, await self._admit(about, settled)

    async def _admit(self, about: Attributes, settled: Callable[[Object], Object]) -> Object:
        """What is stored of a new or changed object: first it may be changed, then it may be refused."""
        try:
            await self._webhooks.mutate(about)
            assert about.object is not None
            about.object = settled(about.object)
            await self._webhooks.validate(about)
        except Failure as failure:
            failure.warnings += about.warnings
            self.audit.append(_event(about, failure.code))
            raise
        self.audit.append(_event(about, 200))
        return about.object

    async def _admit_end(self, about: Attributes) -> None:
        """The same for what is deleted: there is nothing to be changed."""
        try:
            await self._webhooks.mutate(about)
            await self._webhooks.validate(about)
        except Failure as failure:
            failure.warnings += about.warnings
            self.audit.append(_event(about, failure.code))
            raise
        self.audit.append(_event(about, 200))

    def _check_namespace(self, asked: Asked) -> None:
        if not asked.namespace:
            return
        found = self._store.get(NAMESPACES, "", asked.namespace)
        if found["metadata"].get("deletionTimestamp"):
            why = f"unable to create new content in namespace {asked.namespace} because it is being terminated"
            raise forbidden(asked.resource, asked.name, why)


def _attributes(
    operation: str, asked: Asked, body: Object | None, old: Object | None, options: str
) -> Attributes:
    resource = asked.resource
    kind = KINDS.get(asked.subresource, (resource.group, resource.version, resource.kind))
    name = asked.name or ((body or {}).get("metadata") or {}).get("name", "")
    said: dict[str, Any] = {"kind": options, "apiVersion": "meta.k8s.io/v1"}
    return Attributes(
        operation=operation,
        resource=resource,
        subresource=asked.subresource,
        kind=kind,
        namespace=name if resource == NAMESPACES else asked.namespace,
        name=name,
        user=asked.user,
        object=body,
        old=old,
        dry_run=asked.dry_run,
        options=said | ({"dryRun": ["All"]} if asked.dry_run else {}),
    )


def _event(about: Attributes, code: int) -> Audited:
    return Audited(
        operation=about.operation,
        resource=about.resource.plural,
        subresource=about.subresource,
        namespace=about.namespace,
        name=about.name,
        username=about.user.name,
        code=code,
        annotations=dict(about.audit),
    )


def _set(body: Object, path: list[str], value: Any) -> Object:
    first, *rest = path
    return {**body, first: _set(body.get(first) or {}, rest, value) if rest else value}
