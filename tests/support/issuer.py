"""A real OIDC issuer: npm's `oidc-provider` as a process of its own on 127.0.0.1, stopped by its own pid.

Its keys are made here, so that a test can also sign what the issuer never would.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from support.node import installed, node
from support.processes import START_SECONDS, STOP_SECONDS, clean_environment
from support.signing import SigningKey

PEOPLE = {
    "account-of-aiko": {"name": "Aiko Kobayashi", "groups": ["staff", "写真係"]},
    "account-of-ben": {"name": "Ben", "groups": []},
}
"""Who has an account, and what is told of them: by UserInfo, as OpenID Connect Core 1.0, section 5.4, has it for codes."""
AUDIENCE = "https://diary.example/api"
"""The only resource (RFC 8707) that the issuer gives access to; it is the `aud` of its tokens."""
TOKEN_SECONDS = 600
"""How long its tokens live."""

_FOLDER = Path(__file__).parent / "oidc_provider"


@dataclass(frozen=True)
class IssuerClient:
    """A service that the issuer knows.

    Attributes:
        id: its `client_id`; in tokens also its `sub`.
        algorithm: what its access tokens are signed with.
        secret: for `client_secret_basic`, or None.
        key: for `private_key_jwt`, or None.
    """

    id: str
    algorithm: str
    secret: str | None = None
    key: SigningKey | None = None

    def configuration(self) -> dict[str, object]:
        """What the issuer has to know."""
        public = self.key.public_jwk if self.key else None
        return {"id": self.id, "algorithm": self.algorithm, "secret": self.secret, "publicKey": public}


@dataclass(frozen=True)
class IssuerApp:
    """An application that signs people in at the issuer's.

    Attributes:
        id: its `client_id`.
        origin: where it is; people are sent back below it, as the diary has it.
        secret: for `client_secret_basic`; None for a public client.
    """

    id: str
    origin: str
    secret: str | None = None

    def configuration(self) -> dict[str, object]:
        """What the issuer has to know."""
        back, out = f"{self.origin}/sign-in/callback", f"{self.origin}/signed-out"
        return {"id": self.id, "secret": self.secret, "redirectUri": back, "signedOutUri": out}


def _clients() -> dict[str, IssuerClient]:
    listed = [
        IssuerClient("web-rs256", "RS256", secret="a-secret-of-web-rs256-0123456789"),
        IssuerClient("web-es256", "ES256", secret="a-secret-of-web-es256-0123456789"),
        IssuerClient("job-rs256", "RS256", key=SigningKey.make("job-rs256-key", "ES256")),
        IssuerClient("job-es256", "ES256", key=SigningKey.make("job-es256-key", "RS256")),
    ]
    return {client.id: client for client in listed}


class Issuer:
    """The process, and what is known of it.

    Attributes:
        url: its issuer identifier; the same for as long as it exists, also after a restart.
        clients: by `client_id`: `web-rs256` and `web-es256` have a secret, `job-rs256` and `job-es256` a key.
        keys: what it signs with now, by algorithm.
        token_endpoint: where tokens are had.
    """

    def __init__(self, folder: Path) -> None:
        self.clients = _clients()
        self._apps: dict[str, IssuerApp] = {}
        self._path = folder / "issuer.json"
        self._log = folder / "issuer.log"
        self._port = self._rotations = 0
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()
        self.keys = self._new_keys()
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def token_endpoint(self) -> str:
        return f"{self.url}/token"

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it, or start it again on the same port with the same keys."""
        assert self._process is None, "the issuer is running"
        self._write()
        with self._log.open("ab") as stderr:
            process = subprocess.Popen(
                node("issuer.mjs", str(self._path)),
                cwd=installed(_FOLDER),
                env=clean_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self._process, self._lines = process, queue.Queue()
        threading.Thread(target=_relay, args=(process, self._lines), daemon=True).start()
        address = self._line("listening on ")
        self._port = int(address.rpartition(":")[2])

    def stop(self) -> None:
        """End the process; nothing listens at its port any more."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdin is not None
        process.stdin.close()

    def rotate(self, *, keep: bool = False) -> None:
        """Sign with new keys from now on; the old ones are published no more, or, with `keep`, still are."""
        old = list(self.keys.values()) if keep else []
        self.keys = self._new_keys()
        self._reload(*old)

    def admit(self, app: IssuerApp) -> None:
        """Know an application from now on, instead of one with the same id."""
        self._apps[app.id] = app
        self._reload()

    def _reload(self, *retired: SigningKey) -> None:
        self._write(*retired)
        process = self._process
        assert process is not None, "the issuer is not running"
        assert process.stdin is not None
        process.stdin.write("reload\n")
        process.stdin.flush()
        self._line("reloaded")

    def token(self, client: str = "web-rs256") -> str:
        """A new access token of a client with a secret."""
        known = self.clients[client]
        assert known.secret is not None, f"{client} has no secret"
        answer = httpx.post(
            self.token_endpoint,
            data={"grant_type": "client_credentials", "resource": AUDIENCE, "scope": "diary"},
            auth=(known.id, known.secret),
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        token = answer.json()["access_token"]
        assert isinstance(token, str)
        return token

    def _new_keys(self) -> dict[str, SigningKey]:
        self._rotations += 1
        names = ("RS256", "ES256")
        return {name: SigningKey.make(f"{name.lower()}-{self._rotations}", name) for name in names}

    def _write(self, *retired: SigningKey) -> None:
        keys = [key.private_jwk for key in (*self.keys.values(), *retired)]
        clients = [client.configuration() for client in self.clients.values()]
        apps = [app.configuration() for app in self._apps.values()]
        told = {
            "port": self._port, "keys": keys, "clients": clients, "apps": apps, "people": PEOPLE,
            "audience": AUDIENCE, "seconds": TOKEN_SECONDS,
        }  # fmt: skip
        self._path.write_text(json.dumps(told), "utf-8")

    def _line(self, start: str) -> str:
        """The rest of the next line that starts so; what the library says besides is passed over."""
        line = "…"
        while line and not line.startswith(start):
            try:
                line = self._lines.get(timeout=START_SECONDS)
            except queue.Empty:
                line = ""
        assert line, f"the issuer never said {start!r}: {self._log.read_text('utf-8')}"
        return line.removeprefix(start).strip()


def _relay(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    """Hand on what a process says; its end is an empty line."""
    assert process.stdout is not None
    with process.stdout as stdout:
        for line in stdout:
            lines.put(line)
    lines.put("")


@contextmanager
def running_issuer(folder: Path) -> Iterator[Issuer]:
    """An issuer with its files in `folder`."""
    issuer = Issuer(folder)
    try:
        yield issuer
    finally:
        issuer.stop()
