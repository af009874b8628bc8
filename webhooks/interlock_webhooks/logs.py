"""The service's log: JSON lines on standard error."""

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger


def json_log() -> FilteringBoundLogger:
    """A log that writes each entry as one line of JSON, also those of the HTTP server and of libraries."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_line),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_line)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    return log


def _line(entry: Any, **_options: Any) -> str:  # noqa: ANN401 - structlog's signature
    return msgspec.json.encode(entry, enc_hook=str).decode()
