"""How what is known gets to the file of a ledger: one group after the other, each answered when it is written.

A group has all steps of one turn of the event loop, and all that came while
the group before waited for the disk.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from interlock.ledger.stores.sqlite.file import LedgerFile
from interlock.ledger.stores.sqlite.group import Group
from interlock.ledger.stores.sqlite.memory import Memory


class Writer:
    """Writes to `file` what is put into `group`, in the event loop that it was made in."""

    def __init__(self, file: LedgerFile) -> None:
        self.group = Group()
        self._file = file
        self._memory: Memory | None = None
        self._is_due = False
        """Whether the next group is written without anybody asking for it."""
        self._loop = asyncio.get_running_loop()
        self._disk = ThreadPoolExecutor(1, "ledger")

    def known(self) -> Memory:
        """What the file says, and all that is going to be written to it; after a failure it is read again."""
        if self._memory is None:
            with self._file.usable():
                self._memory = self._file.memory()
        return self._memory

    def written(self) -> asyncio.Future[None]:
        """Done when all that was done until now is written; fails where nothing of it was done."""
        waiting = self._loop.create_future()
        self.group.waiting.append(waiting)
        self.schedule()
        return waiting

    def schedule(self) -> None:
        """Write the group at the end of the turn, or after the one that is being written."""
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._write)

    def close(self) -> None:
        """Write nothing any more."""
        self._disk.shutdown()

    def _write(self) -> None:
        """Write the group, and keep it here where that takes no waiting for the disk."""
        group, self.group = self.group, Group()
        try:
            if group.writes:
                self._put(group)
                if self._file.waits_for_disk:
                    self._disk.submit(self._keep, group)
                    return
                with self._file.usable():
                    self._file.commit(may_wait=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._finish(group, error)
        else:
            self._finish(group, None)

    def _put(self, group: Group) -> None:
        memory = self.known()
        with self._file.usable():
            self._file.write(group.statements(memory))
            if group.forgets is not None:
                group.forgotten = self._file.forget(group.forgets, memory)

    def _keep(self, group: Group) -> None:
        """Keep what was put, in the thread that waits for the disk."""
        failure = None
        try:
            with self._file.usable():
                self._file.commit(may_wait=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            failure = error
        self._loop.call_soon_threadsafe(self._finish, group, failure)

    def _finish(self, group: Group, failure: Exception | None) -> None:
        """Answer all who wait for `group`; after a failure nobody who built on it is told anything else."""
        self._is_due = False
        if failure is None:
            if self._memory is not None:
                group.leave(self._memory, self.group)
            group.answer()
        else:
            later, self.group, self._memory = self.group, Group(), None
            self._file.roll_back()
            group.fail(failure)
            later.fail(failure)
        if self.group.waiting or self.group.writes:
            # After those who were just answered, so that what they ask for next is in it.
            self.schedule()
