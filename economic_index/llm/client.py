"""One client of the Messages protocol: bytes out, bytes in, no retries and no parsing of its own.

What to do about a fault is decided elsewhere. The key is passed in, and appears in no exception and no repr.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import TracebackType
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2

REHEARSAL_HEADER = "x-oei-rehearsal"
REHEARSAL_ID = "msg_rehearsal_"
"""How the id of a rehearsed message begins; all that marks it where no header comes with it."""
DRAW_HEADER = "x-oei-draw"
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0


class Unusable(Exception):
    """The other side is not what the engine needs; the message says why and names the remedy."""


class StatusFault(Exception):
    """An answer that is an error; its body may quote the request, so no message holds it."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        super().__init__(f"HTTP {status}")


@dataclass(frozen=True)
class Endpoint:
    """Where requests go, and with which key."""

    base_url: str
    api_key: str = field(repr=False)
    is_rehearsal: bool = False


@dataclass(frozen=True)
class Response:
    """A reply as it came."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class MessagesClient:
    """The vendor's async client on aiohttp, with our limits; one for a run and an event loop."""

    def __init__(self, endpoint: Endpoint, connections: int) -> None:
        import anthropic  # takes seconds: who asks no model does not wait for it

        self._endpoint, self._connections = endpoint, connections
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        self.sdk = anthropic.AsyncAnthropic(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url,
            max_retries=0,
            http_client=anthropic.DefaultAioHttpClient(limits=limits, verify=_trusted()),
        )
        self._url = f"{endpoint.base_url.rstrip('/')}/v1/messages"
        said = {**self.sdk.default_headers, **self.sdk.auth_headers}
        self._headers = {name: value for name, value in said.items() if isinstance(value, str)}

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        """Connections for tries, made within the event loop that uses them."""
        connector = aiohttp.TCPConnector(limit=self._connections, ssl=_trusted())
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=READ_TIMEOUT)
        return aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=self._headers, proxy=_proxy_for(self._url)
        )

    async def __aenter__(self) -> "MessagesClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back: the aiohttp backend does not do it by itself."""
        if "_session" in self.__dict__:
            await self._session.close()
        await self.sdk.close()

    async def send(self, body: bytes, deadline: float, draw: int = 0) -> Response:
        """One try, at most `deadline` seconds in all: the session's own timeout is for each read.

        The headers are those of the vendor's client, and so is the kind of connection; its request builder is passed
        by, because it takes as long for each request as the rest of the way together (docs/decisions/0003).

        Raises StatusFault for an answer that is an error, the transport's exceptions, TimeoutError, and Unusable.
        """
        headers = {DRAW_HEADER: str(draw)} if draw else None
        async with (
            asyncio.timeout(deadline),
            self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            content = await response.read()
        self.check_origin(response.headers)
        if response.status >= 300:
            raise StatusFault(response.status, response.headers, content)
        return Response(content, response.headers)

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """A rehearsed answer is never taken for a model's, nor the other way round. Raises Unusable."""
        if (REHEARSAL_HEADER in headers) != self._endpoint.is_rehearsal:
            asked, met = ("a rehearsal", "a model") if self._endpoint.is_rehearsal else ("a model", "a rehearsal")
            raise Unusable(
                f"The server at ANTHROPIC_BASE_URL answers as {met}, and OEI_ENGINE asks for {asked}: set OEI_ENGINE "
                "to what the server is. Nothing was stored."
            )


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that the vendor's client trusts, read once: that takes longer than a small round of requests."""
    return httpx2.create_ssl_context()


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this server, looked up once: for each try it would take long."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
