"""What no policy is asked about, also where the API server asks; and who may be made such. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.registration.settings import EXEMPT_LABEL, Settings
from interlock_webhooks.text import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemptions:
    """The `namespaces` and the `user` that are exempt, and the namespaces that may be made so by a label."""

    namespaces: frozenset[str] = frozenset()
    user: str = ""
    may_be: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, *, is_registered: bool) -> "Exemptions":
        """Those of `settings`; of the system and of the service itself only where that registers itself."""
        if not is_registered:
            return cls(namespaces=settings.exempt, may_be=settings.may_be_exempt)
        return cls(
            namespaces=frozenset(settings.exempt_namespaces),
            user=settings.user,
            may_be=settings.may_be_exempt,
        )

    def reason(self, request: Mapping[str, Any]) -> str:
        """Why nobody is asked about `request`; empty where policies are."""
        namespace = request.get("namespace")
        if isinstance(namespace, str) and namespace in self.namespaces:
            return f"the namespace {quoted(namespace)} is exempt"
        user = request.get("userInfo")
        name = user.get("username") if isinstance(user, Mapping) else None
        return "it is the service's own" if name and name == self.user else ""

    def objection(self, request: Mapping[str, Any]) -> str:
        """Why `request` may not be granted, which is about a namespace; empty where it may."""
        if not _has_label(request.get("object")) or _has_label(request.get("oldObject")):
            return ""
        name = _metadata(request.get("object")).get("name")
        if isinstance(name, str) and name in self.may_be:
            return ""
        listed = ", ".join(map(quoted, sorted(self.may_be))) or "none"
        return (
            f"the namespace {quoted(str(name or ''))} may not have the label {quoted(EXEMPT_LABEL)}: no policy "
            f"would be asked about it, and the namespaces that may are {listed}; whoever runs Interlock lists "
            "them by `--may-be-exempt`"
        )


NOTHING_EXEMPT: Final = Exemptions()


def _has_label(item: object) -> bool:
    labels = _metadata(item).get("labels")
    return isinstance(labels, Mapping) and EXEMPT_LABEL in labels


def _metadata(item: object) -> Mapping[str, Any]:
    metadata = item.get("metadata") if isinstance(item, Mapping) else None
    return metadata if isinstance(metadata, Mapping) else {}
