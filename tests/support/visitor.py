"""The pages as a process of their own, and somebody who visits them over HTTP without a screen: with cookies, redirects and forms."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from support.loopback import Asked, Told, loopback, told
from support.pages import Page
from support.processes import Running, clean_environment, running


def free_port() -> int:
    """One that nobody listens at now, where an address has to be known before there is anybody."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def shown_web(folder: Path, settings: Mapping[str, str], *, port: int = 0) -> Iterator[Running]:
    """`livetrip web`, with its files in `folder`."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "livetrip_cli", "web", "--port", str(port)]
    with running(command, folder, clean_environment(**settings)) as web:
        yield web


class Visitor:
    """One browser.

    Attributes:
        origin: of the diary.
        hops: every address it was redirected to, in order.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.client = httpx.Client(base_url=origin, timeout=30)
        self.hops: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def open(self, address: str) -> Page:
        """A page, at the end of all redirects."""
        return self._followed(self.client.get(address))

    def stopped(self, address: str, at: str) -> str:
        """The address that starts so and would be redirected to; it is not gone to."""
        answer = self.client.get(address)
        while answer.next_request is not None and not str(answer.next_request.url).startswith(at):
            answer = self._gone(answer.next_request)
        assert answer.next_request is not None, answer.text
        return str(answer.next_request.url)

    def submit(self, page: Page, action: str = "", **changes: str) -> Page:
        """Send a form of a page, with some fields filled in otherwise."""
        form = page.form(action)
        parts = urlsplit(page.url)
        headers = {"origin": f"{parts.scheme}://{parts.netloc}", "sec-fetch-site": "same-origin"}
        address = urljoin(page.url, form.action)
        return self._followed(self.client.post(address, data={**form.fields, **changes}, headers=headers))

    def is_in(self) -> bool:
        """Are pages of somebody's own shown?"""
        return self.open(f"{self.origin}/trips").path == "/trips"

    def cookie(self, name: str) -> str:
        """A cookie of the diary."""
        return next(cookie.value or "" for cookie in self.client.cookies.jar if cookie.name == name)

    def _gone(self, request: httpx.Request) -> httpx.Response:
        self.hops.append(str(request.url))
        return self.client.send(request)

    def _followed(self, answer: httpx.Response) -> Page:
        for _ in range(12):
            if answer.next_request is None:
                return Page(answer)
            answer = self._gone(answer.next_request)
        raise AssertionError("redirected without end")


@dataclass(frozen=True)
class PublicWeb:
    """Pages at https://diary.example, as the proxy sees them that ends TLS for them. `issuer`: where people are sent to sign in."""

    running: Running
    issuer: str

    def ask(self, method: str, path: str, *, cookie: str = "", **given: Any) -> httpx.Response:
        """Ask on behalf of a browser that is on a page of the diary."""
        headers = {"host": "diary.example", "origin": "https://diary.example", **({"cookie": cookie} if cookie else {})}
        return httpx.request(method, f"{self.running.address}{path}", headers=headers, timeout=30, **given)


@contextmanager
def public_web(folder: Path) -> Iterator[PublicWeb]:
    """Such pages, with an issuer that can be found and does nothing else."""
    with loopback(_discovery) as issuer:
        settings = {
            "LIVETRIP_WEB_URL": "https://diary.example",
            "LIVETRIP_WEB_SESSION_KEY": "k" * 32,
            "LIVETRIP_WEB_OIDC_ISSUER": issuer.url,
            "LIVETRIP_WEB_OIDC_CLIENT_ID": "diary",
        }
        with shown_web(folder, settings) as running:
            yield PublicWeb(running, issuer.url)


def _discovery(asked: Asked) -> Told:
    here = f"http://{asked.headers['host']}"
    return told({"issuer": here, "authorization_endpoint": f"{here}/auth", "token_endpoint": f"{here}/token"})
