"""Two services and everyone who calls them, for journeys of trust."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from livetrip_adapters import BackendMode, Settings
from livetrip_adapters.trust import read_credentials
from support.issuer import AUDIENCE, Issuer
from support.processes import livetrip, running_api
from support.signing import SigningKey
from support.trust import key_set, private_pem, public_pem, written
from switchover.port.wire import WireRequest
from switchover.trust import key_hash

Environment = dict[str, str]

OLD, NEW = "an-api-key-of-yesterday-0123456789", "an-api-key-of-today-0123456789abcd"


def callers(folder: Path) -> Path:
    """Everyone who may call, by each kind; `job` may not act for users."""
    return written(
        folder / "callers.toml",
        f"""
        [web]
        may_act_for_users = true
        oidc = {{ client_id = "web-rs256", sub = "web-rs256" }}
        api-key = ["{key_hash(OLD)}", "{key_hash(NEW)}"]
        signed = {{ web-1 = "web.pem" }}

        [web-of-tomorrow]
        may_act_for_users = true
        oidc = {{ client_id = "web-es256" }}

        [job]
        may_act_for_users = false
        oidc = {{ client_id = "job-es256" }}
        """,
    )


class World:
    """The services and their callers: one accepts tokens of the issuer, API keys and signatures, the other tokens of the callers' own."""

    def __init__(self, folder: Path, issuer: Issuer, stack: ExitStack) -> None:
        self.folder = folder
        self.issuer = issuer
        self.web, self.stranger = SigningKey.make("web-1", "ES256"), SigningKey.make("web-1", "ES256")
        public_pem(self.web, folder / "web.pem")
        everyone = {"LIVETRIP_TRUST_CALLERS_FILE": str(callers(folder))}
        own = written(folder / "own.toml", '[web]\nmay_act_for_users = true\nprivate-key-jwt = { sub = "web" }\n')
        self.addresses = {
            "issuer": self._start(
                stack,
                "issuer",
                LIVETRIP_TRUST="oidc,api-key,signed",
                LIVETRIP_TRUST_OIDC_ISSUER=issuer.url,
                LIVETRIP_TRUST_OIDC_AUDIENCE=AUDIENCE,
                LIVETRIP_TRUST_SIGNED_BASE_URL="https://diary.internal",
                LIVETRIP_TRUST_ALLOW="127.0.0.0/8,::1",
                **everyone,
            ),
            "own": self._start(
                stack,
                "own",
                LIVETRIP_TRUST="private-key-jwt",
                LIVETRIP_TRUST_JWT_ISSUER="livetrip",
                LIVETRIP_TRUST_JWT_AUDIENCE="diary",
                LIVETRIP_TRUST_JWT_KEY_SET_FILE=str(key_set(folder / "jwks.json", self.web)),
                LIVETRIP_TRUST_CALLERS_FILE=str(own),
            ),
        }

    def _start(self, stack: ExitStack, name: str, **environment: str) -> str:
        folder = self.folder / name
        folder.mkdir()
        return stack.enter_context(running_api(folder, "--port", "0", **environment)).address

    def call(
        self, environment: Environment, operation: str, arguments: Any = None, *, user: str = "aiko", at: str = "issuer"
    ) -> subprocess.CompletedProcess[str]:
        """`livetrip call` in service mode."""
        return livetrip(
            "call", operation, "--user", user, "--json", json.dumps(arguments or {}), cwd=self.folder,
            **{"BACKEND_MODE": "service", "LIVETRIP_SERVICE_URL": self.addresses[at], **environment},
        )  # fmt: skip

    def settings(self, environment: Environment, *, at: str = "issuer") -> Settings:
        """The settings of a caller in this process, as its environment makes them."""
        kind, source, problems = read_credentials(environment)
        assert problems == []
        return Settings(
            backend_mode=BackendMode.SERVICE, service_url=self.addresses[at], trust=kind, credentials=source
        )

    def oidc(self, client: str, **given: str) -> Environment:
        """A client of the issuer's, with its secret or its key in a file."""
        known = self.issuer.clients[client]
        environment = {
            "LIVETRIP_TRUST": "oidc",
            "LIVETRIP_TRUST_OIDC_ISSUER": self.issuer.url,
            "LIVETRIP_TRUST_OIDC_RESOURCE": AUDIENCE,
            "LIVETRIP_TRUST_OIDC_CLIENT_ID": client,
        }
        if known.key is None:
            secret = written(self.folder / f"{client}.secret", f"{known.secret}\n")
            proof = {"LIVETRIP_TRUST_OIDC_CLIENT_SECRET_FILE": str(secret)}
        else:
            pem = private_pem(known.key, self.folder / f"{client}.pem")
            proof = {"KEY_FILE": str(pem), "KEY_ID": known.key.kid}
            proof = {f"LIVETRIP_TRUST_OIDC_CLIENT_{name}": value for name, value in proof.items()}
        return {**environment, **proof, **given}

    def job_token(self) -> str:
        """A token of the service that may not act for users."""
        _, source, _ = read_credentials(self.oidc("job-es256"))
        assert source is not None
        source.refresh_blocking()
        [(_, value)] = source.headers(WireRequest("GET", "/"))
        return value.removeprefix("Bearer ")

    def own_token(self, key: SigningKey, **given: str) -> Environment:
        """A caller that issues its tokens itself."""
        pem = private_pem(key, self.folder / "own.pem")
        values = {"ISSUER": "livetrip", "AUDIENCE": "diary", "SUBJECT": "web", "KEY_FILE": str(pem), "KEY_ID": "web-1"}
        return {
            "LIVETRIP_TRUST": "private-key-jwt",
            **{f"LIVETRIP_TRUST_JWT_{name}": value for name, value in {**values, **given}.items()},
        }

    def signed(self, key: SigningKey, **given: str) -> Environment:
        """A caller that signs each request."""
        pem = private_pem(key, self.folder / "signing.pem")
        values = {"BASE_URL": "https://diary.internal", "KEY_ID": "web-1", "KEY_FILE": str(pem)}
        return {
            "LIVETRIP_TRUST": "signed",
            **{f"LIVETRIP_TRUST_SIGNED_{name}": value for name, value in {**values, **given}.items()},
        }
