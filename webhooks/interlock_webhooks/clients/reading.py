"""A file to the roster of clients in it, or to all that is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from interlock.documents.document import Document, read_documents
from interlock.documents.files import read_source
from interlock.documents.nodes import Path as Place
from interlock.errors import AuthorError, Problem
from interlock.loading.validate import shaped
from interlock.spans import Span
from interlock.spelling import quoted, suggestion
from interlock_webhooks.clients.document import ClientsDocument, ClientShape, ClientsSpec, WayShape
from interlock_webhooks.clients.endpoints import NAMES
from interlock_webhooks.clients.granting import client_of
from interlock_webhooks.clients.roster import IssuerSettings, Roster
from interlock_webhooks.clients.ways import Ways

_CLIENTS: Place = ("spec", "clients")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the service has to recognise clients by: a `--client-ca`, a connection to a cluster."""

    certificates: bool
    cluster: bool


def read_clients(file: Path, means: Means) -> Roster:
    """The clients of `file`. Raises AuthorError with all that is wrong."""
    return _roster(read_spec(file, means), file.parent)


def read_spec(file: Path, means: Means) -> ClientsSpec:
    """What `file` says, which holds one document. Raises AuthorError with all that is wrong."""
    source = read_source(file)
    if isinstance(source, Problem):
        raise AuthorError([source])
    reading = read_documents(source)
    problems = list(reading.problems)
    if len(reading.documents) != 1 and not problems:
        raise AuthorError([Problem(Span(source.file, 1, 1), "write one document of kind `Clients`")])
    for document in reading.documents:
        known = {problem.span for problem in problems}
        shape, wrong = shaped(document, ClientsDocument, known)
        problems += wrong
        if shape is not None and not problems:
            check = _Check(document, shape.spec, means)
            problems = list(check.problems())
            if not problems:
                return shape.spec
    raise AuthorError(problems)


def _roster(spec: ClientsSpec, folder: Path) -> Roster:
    ways = Ways()
    for shape in spec.clients:
        client = client_of(shape)
        for way in shape.recognized_by:
            ways.add(client, way)
    return ways.roster(tuple(_issuers(spec, folder)), spec.token_review.audiences)


def _issuers(spec: ClientsSpec, folder: Path) -> Iterator[IssuerSettings]:
    for shape in spec.issuers:
        yield IssuerSettings(
            name=shape.name,
            url=shape.url,
            audiences=shape.audiences,
            algorithms=shape.algorithms,
            keys_url=shape.keys_url,
            keys_file=None if shape.keys_file is None else str(folder / shape.keys_file),
            authority_file=None if shape.authority_file is None else str(folder / shape.authority_file),
        )


@dataclass(slots=True)
class _Check:
    """What takes two fields to tell."""

    document: Document
    spec: ClientsSpec
    means: Means
    digests: dict[str, str] = field(default_factory=dict)

    def problems(self) -> Iterator[Problem]:
        """All that is wrong."""
        yield from self._repeated(_CLIENTS, "client", "name", [client.name for client in self.spec.clients])
        issuers = self.spec.issuers
        yield from self._repeated(("spec", "issuers"), "issuer", "name", [each.name for each in issuers])
        yield from self._repeated(("spec", "issuers"), "issuer", "url", [each.url for each in issuers])
        for index, issuer in enumerate(issuers):
            if issuer.keys_url is not None and issuer.keys_file is not None:
                place = ("spec", "issuers", index, "keysFile")
                yield self.document.problem(place, "`keysUrl` is given, too: keep one of them")
        for index, client in enumerate(self.spec.clients):
            yield from self._client(client, (*_CLIENTS, index))

    def _repeated(self, place: Place, noun: str, key: str, values: list[str]) -> Iterator[Problem]:
        for index, value in enumerate(values):
            if value in values[:index]:
                message = f"second {noun} with the {key} {quoted(value)}: choose another one"
                yield self.document.problem((*place, index, key), message)

    def _client(self, client: ClientShape, place: Place) -> Iterator[Problem]:
        for index, endpoint in enumerate(client.may.call):
            if endpoint != "*" and endpoint not in NAMES:
                message = f"unknown endpoint {quoted(endpoint)}: {suggestion(endpoint, NAMES)}"
                yield self.document.problem((*place, "may", "call", index), message)
        for index, way in enumerate(client.recognized_by):
            yield from self._way(client, way, (*place, "recognizedBy", index))

    def _way(self, client: ClientShape, way: WayShape, place: Place) -> Iterator[Problem]:
        if len(way.model_fields_set) != 1:
            message = "write one of `certificate`, `token`, `jwt` and `tokenReview`, each way by itself"
            yield self.document.problem(place, message)
        if way.certificate is not None:
            if not (way.certificate.uris or way.certificate.dns_names):
                yield self.document.problem((*place, "certificate"), "write `uris` or `dnsNames`")
            if not self.means.certificates:
                message = "the service verifies no client certificates: start it with `--client-ca`"
                yield self.document.problem((*place, "certificate"), message)
        if way.token is not None and self.digests.setdefault(way.token.digest, client.name) != client.name:
            message = f"client {quoted(self.digests[way.token.digest])} has this token: make another one"
            yield self.document.problem((*place, "token", "digest"), message)
        if way.jwt is not None:
            names = [issuer.name for issuer in self.spec.issuers]
            if way.jwt.issuer not in names:
                message = f"unknown issuer {quoted(way.jwt.issuer)}: {suggestion(way.jwt.issuer, names)}"
                yield self.document.problem((*place, "jwt", "issuer"), message)
        if way.token_review is not None and not self.means.cluster:
            message = "the service is not connected to a cluster: start it again"
            yield self.document.problem((*place, "tokenReview"), message)
