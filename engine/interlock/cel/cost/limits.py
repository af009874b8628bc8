"""The limits that the Kubernetes API server sets, and the prices that it counts with."""

from typing import Final

PER_CALL_LIMIT: Final = 1_000_000
"""What one evaluation of one expression may cost, about half a second of the interpreter."""

LARGEST_TOTAL: Final = 1 << 25
"""The characters and elements of all that an expression can read, at most: several times what a request has."""

LARGEST_COUNT: Final = 400_000
"""The elements of all that an expression can read, at most."""

MOST_MADE: Final = 1 << 24
"""The characters and elements that one evaluation can make in all; Kubernetes' costs don't bound them."""

CHECK_FREQUENCY: Final = 100
"""After how many iterations the clock is looked at."""

MAX_REQUEST_SIZE: Final = 3 * 1024 * 1024
"""The bytes of a request, which sizes nobody limits are estimated from."""

AUTHORIZATION_CHECK: Final = 350_000
MAX_FORMAT_NAME: Final = 64
MAX_FORMAT_PATTERN: Final = 128

IDENT: Final = 1
LIST: Final = 10
MAP: Final = 30
STRUCT: Final = 40
TRAVERSAL: Final = 0.1
"""Of one character or byte."""
PATTERN: Final = 0.25
"""Of one character of a regular expression."""
