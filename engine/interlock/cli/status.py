"""What the exit status of every command means."""

from enum import IntEnum


class Status(IntEnum):
    """The three ways in which a command ends."""

    PASSED = 0
    """Everything is allowed, passed or evaluated."""

    FAILED = 1
    """Something is denied, failed, or gave an evaluation error."""

    BROKEN = 2
    """Something could not be read, loaded or understood, so there is no answer on it."""
