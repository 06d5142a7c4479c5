"""An issuer that does one thing wrong signs nobody in, over HTTP: a plain page each, whose trace leads to the reason in the log."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from support.loopback import Told, told
from support.processes import Running
from support.sign_in_issuer import CLIENT, SECRET, SignInIssuer, sign_in_issuer
from support.signing import SigningKey
from support.visitor import Visitor, free_port, shown_web
from support.waiting import eventually


@dataclass(frozen=True)
class Diary:
    origin: str
    issuer: SignInIssuer
    web: Running

    def back(self, visitor: Visitor) -> str:
        """Where the issuer sends somebody back to."""
        address = visitor.stopped("/sign-in/issuer?next=/trips/new", self.issuer.url)
        return f"/sign-in/callback?{urlencode(self.issuer.authorize(address))}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diary]:
    port = free_port()
    with sign_in_issuer(time.time) as issuer:
        settings = {
            "LIVETRIP_WEB_URL": f"http://localhost:{port}",
            "LIVETRIP_WEB_OIDC_ISSUER": issuer.url,
            "LIVETRIP_WEB_OIDC_CLIENT_ID": CLIENT,
            "LIVETRIP_WEB_OIDC_CLIENT_SECRET": SECRET,
        }
        with shown_web(tmp_path_factory.mktemp("web"), settings, port=port) as web:
            yield Diary(f"http://localhost:{port}", issuer, web)


@pytest.fixture
def diary(running: Diary) -> Diary:
    """With an issuer that does everything right, until the test says otherwise."""
    issuer = running.issuer
    issuer.claims, issuer.header, issuer.answer, issuer.signs_with = {}, {}, None, None
    return running


def test_what_is_right_is_let_in(diary: Diary) -> None:
    with Visitor(diary.origin) as visitor:
        assert visitor.open(diary.back(visitor)).path == "/trips/new"


NOW = int(time.time())


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"claims": {"nonce": "of-another-sign-in"}}, "nonce"),
        ({"claims": {"nonce": None}}, "nonce"),
        ({"claims": {"aud": "another-client"}}, "audience"),
        ({"claims": {"aud": [CLIENT, "another-client"]}}, "authorized_party"),
        ({"claims": {"azp": "another-client"}}, "authorized_party"),
        ({"claims": {"iss": "https://mixed-up.example"}}, "issuer"),
        ({"claims": {"exp": NOW - 60}}, "expired"),
        ({"claims": {"exp": None}}, "times"),
        ({"claims": {"exp": "tomorrow"}}, "times"),
        ({"claims": {"iat": NOW - 3600}}, "not_now"),
        ({"claims": {"iat": NOW + 3600}}, "not_now"),
        ({"claims": {"sub": ""}}, "subject"),
        ({"claims": {"groups": [1]}}, "groups"),
        ({"header": {"alg": "none"}}, "algorithm"),
        ({"header": {"alg": "HS256"}}, "algorithm"),
        ({"header": {"alg": "ES384"}}, "algorithm"),
        ({"header": {"crit": ["exp"]}}, "header"),
        ({"header": {"kid": None}}, "header"),
        ({"signs_with": SigningKey.make("one", "ES256")}, "signature"),
        ({"answer": told({"access_token": "x"})}, "token_answer"),
        ({"answer": told({"id_token": ["x"]})}, "token_answer"),
        ({"answer": told({"id_token": "eyJhbGciOiJub25lIn0.e30."})}, "header"),
        ({"answer": Told(200, b"[" * 50_000)}, "token_answer"),
        ({"answer": Told(302, b"", {"location": "http://127.0.0.1:9/"})}, "code"),
    ],
)
def test_what_is_wrong_is_not(diary: Diary, wrong: dict[str, Any], reason: str) -> None:
    for name, value in wrong.items():
        setattr(diary.issuer, name, value)
    with Visitor(diary.origin) as visitor:
        page = visitor.open(diary.back(visitor))
        assert (page.status, "The sign-in did not work" in page.text) == (400, True)
        trace = re.search(r"<code>([0-9a-f]{32})</code>", page.html)
        assert trace is not None
        said = f"trace {trace[1]}: nobody was signed in: {reason}"
        # The log is written in the background.
        eventually(lambda: said in diary.web.log.read_text("utf-8"), what=said)
        assert "Traceback" not in diary.web.log.read_text("utf-8")
        assert not visitor.is_in()
