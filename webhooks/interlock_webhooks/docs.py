"""The page that shows the API, with all that it needs served from here.

No CDN: clusters are closed, and a policy engine's page must not run code that
others can change. The content security policy holds the browser to that.
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Response

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interlock API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/start.js" defer></script>
</head>
<body><div id="api"></div></body>
</html>
"""

# The validator would be a call to somebody else's server.
_START: Final = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
});
"""

# Swagger UI draws its icons from data: URLs in its stylesheet.
_HEADERS: Final = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def docs() -> APIRouter:
    """The routes of the page and its parts, none of them in the API's description."""
    static = files("fastapi_offline") / "static"
    parts = {
        "/docs": (_PAGE.encode(), "text/html"),
        "/docs/start.js": (_START.encode(), "text/javascript"),
        "/docs/swagger-ui.css": ((static / "swagger-ui.css").read_bytes(), "text/css"),
        "/docs/swagger-ui-bundle.js": ((static / "swagger-ui-bundle.js").read_bytes(), "text/javascript"),
    }
    router = APIRouter(include_in_schema=False)
    for path, (content, media_type) in parts.items():
        router.add_api_route(path, _serving(content, media_type), methods=["GET"])
    return router


def _serving(content: bytes, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return Response(content, media_type=media_type, headers=_HEADERS)

    return serve
