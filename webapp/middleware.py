"""What every answer carries: the headers that keep a page to itself."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import async_only_middleware

Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


@async_only_middleware
def security_headers(get_response: Answer) -> Answer:
    """Allow our own scripts, styles and socket, and nothing else."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path != "/healthz":  # asked by machines that know no name
            request.get_host()  # raises DisallowedHost, which is answered with 400
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = await get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=request.csp_nonce))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")  # a lab's token is in its address
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def csp_nonce(request: HttpRequest) -> dict[str, str]:
    """Give templates the nonce of this answer's policy."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}
