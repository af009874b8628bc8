"""Clusters of Valkey servers, started by the tests themselves."""

import atexit
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from support.process import eventually
from support.valkeys import Server, own_folder, valkey_binary

_SLOTS = 16384
_AGREES_WITHIN = 30


class Node(Server):
    """A server of a cluster, which has no slots yet."""

    def __init__(self, folders: ExitStack) -> None:
        self.port, self.bus = free_ports(2)
        options = {
            "port": self.port,
            "cluster-port": self.bus,
            "bind": "127.0.0.1",
            "cluster-enabled": "yes",
            "cluster-node-timeout": 1000,
            # A replica has what its primary has without waiting for more to join.
            "repl-diskless-sync-delay": 0,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        super().__init__(valkey_binary(), folders.enter_context(own_folder()), words)
        folders.callback(self.kill)
        self.url = f"valkey://127.0.0.1:{self.port}"
        self.id = str(self.say("CLUSTER", "MYID"))

    def say(self, *words: str | int) -> object:
        """What it answers."""
        answer: object = self.client.execute_command(*words)  # type: ignore[no-untyped-call]
        return answer.decode() if isinstance(answer, bytes) else answer

    def serves(self, known: int) -> bool:
        """That it sees a server for each slot, and knows that many nodes."""
        told = str(self.say("CLUSTER", "INFO")).split()
        return "cluster_state:ok" in told and f"cluster_known_nodes:{known}" in told

    def follows(self) -> bool:
        """That it has all that its primary has."""
        role = self.say("ROLE")
        return isinstance(role, list) and b"connected" in role


class Cluster:
    """Two primaries, each with half of the slots."""

    def __init__(self, folders: ExitStack) -> None:
        self._folders = folders
        self.nodes = [Node(folders), Node(folders)]
        self.url = self.nodes[0].url
        for place, node in enumerate(self.nodes):
            node.say("CLUSTER", "ADDSLOTSRANGE", place * _SLOTS // 2, (place + 1) * _SLOTS // 2 - 1)
        self._meet(self.nodes[1])

    def replicate(self, primary: Node) -> Node:
        """A new node that has all that `primary` has."""
        replica = Node(self._folders)
        self.nodes.append(replica)
        self._meet(replica)
        replica.say("CLUSTER", "REPLICATE", primary.id)
        eventually(replica.follows, _AGREES_WITHIN)
        return replica

    def owner(self, slot: int) -> tuple[Node, Node]:
        """The one of the two primaries that has `slot`, and the other one."""
        first, second = self.nodes[:2]
        return (first, second) if slot < _SLOTS // 2 else (second, first)

    def flush(self) -> None:
        """Forget everything."""
        for node in self.nodes:
            node.say("FLUSHALL")

    def _meet(self, node: Node) -> None:
        self.nodes[0].say("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus)
        eventually(lambda: all(each.serves(len(self.nodes)) for each in self.nodes), _AGREES_WITHIN)


@contextmanager
def clustered() -> Iterator[Cluster]:
    """A cluster of one's own."""
    with ExitStack() as folders:
        yield Cluster(folders)


@cache
def cluster() -> Cluster:
    """The cluster of this process, whose slots stay where they are."""
    until_then = ExitStack()
    atexit.register(until_then.close)
    return Cluster(until_then)


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses, chosen at once so that they differ."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
