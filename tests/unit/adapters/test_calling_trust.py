"""What a calling process proves itself with, by its environment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livetrip_adapters import Settings, SettingsError, load_settings
from livetrip_adapters.trust import Kind, read_credentials
from livetrip_adapters.trust.files import MAX_BYTES
from livetrip_adapters.trust.variables import VARIABLES
from support.processes import KEY
from support.signing import SigningKey
from support.trust import private_pem, written
from switchover import ApiKey, GcpIdentityToken, MessageSigner, OidcClientCredentials, PrivateKeyJwt, SharedKey

SECRET = "a-secret-that-must-not-show-anywhere"
OIDC = {
    "LIVETRIP_TRUST": "oidc",
    "LIVETRIP_TRUST_OIDC_ISSUER": "https://login.example",
    "LIVETRIP_TRUST_OIDC_CLIENT_ID": "web",
}
JWT = {
    "LIVETRIP_TRUST": "private-key-jwt",
    "LIVETRIP_TRUST_JWT_ISSUER": "web",
    "LIVETRIP_TRUST_JWT_AUDIENCE": "diary",
}
SIGNED = {
    "LIVETRIP_TRUST": "signed",
    "LIVETRIP_TRUST_SIGNED_BASE_URL": "https://diary.internal",
    "LIVETRIP_TRUST_SIGNED_KEY_ID": "web-1",
}


def problems(environment: dict[str, str]) -> str:
    _, source, found = read_credentials(environment)
    assert source is None or found == []
    text = "\n".join(found)
    assert SECRET not in text
    return text


def told(environment: dict[str, str]) -> list[str]:
    """What a sound environment describes itself as."""
    _, source, found = read_credentials(environment)
    assert found == []
    assert source is not None
    assert SECRET not in f"{source!r} {source.described()}"
    return source.described()


def test_every_kind_makes_what_it_names(tmp_path: Path) -> None:
    pem = str(private_pem(SigningKey.make("k", "ES256"), tmp_path / "key.pem"))
    made = {
        "shared-key": ({"LIVETRIP_SERVICE_KEY": KEY}, SharedKey),
        "oidc": ({**OIDC, "LIVETRIP_TRUST_OIDC_CLIENT_SECRET": SECRET}, OidcClientCredentials),
        "gcp": ({"LIVETRIP_TRUST_GCP_AUDIENCE": "https://diary.example"}, GcpIdentityToken),
        "private-key-jwt": ({**JWT, "LIVETRIP_TRUST_JWT_KEY_FILE": pem}, PrivateKeyJwt),
        "api-key": ({"LIVETRIP_TRUST_API_KEY": KEY}, ApiKey),
        "signed": ({**SIGNED, "LIVETRIP_TRUST_SIGNED_KEY_FILE": pem}, MessageSigner),
    }
    assert set(made) == {kind.value for kind in Kind} - {"open"}
    for name, (environment, expected) in made.items():
        kind, source, found = read_credentials({**environment, "LIVETRIP_TRUST": name})
        assert (kind, found) == (Kind(name), [])
        assert isinstance(source, expected)


def test_a_shared_key_alone_is_enough_and_may_come_from_a_file(tmp_path: Path) -> None:
    key = str(written(tmp_path / "key", f"{KEY}\n"))
    for environment in ({"LIVETRIP_SERVICE_KEY": KEY}, {"LIVETRIP_SERVICE_KEY_FILE": key}):
        kind, source, found = read_credentials(environment)
        assert (kind, found) == (Kind.SHARED_KEY, [])
        assert isinstance(source, SharedKey)


def test_nothing_named_is_nothing_made() -> None:
    assert read_credentials({}) == (None, None, [])
    assert read_credentials({"LIVETRIP_TRUST": "open"}) == (Kind.OPEN, None, [])


def test_secrets_come_from_files(tmp_path: Path) -> None:
    secret = str(written(tmp_path / "secret", f"{SECRET}\r\n"))
    assert "a client secret" in told({**OIDC, "LIVETRIP_TRUST_OIDC_CLIENT_SECRET_FILE": secret})[0]
    assert told({"LIVETRIP_TRUST": "api-key", "LIVETRIP_TRUST_API_KEY_FILE": secret}) == [
        "an API key, in the header x-api-key"
    ]
    assert "hmac-sha256" in told({**SIGNED, "LIVETRIP_TRUST_SIGNED_KEY_FILE": secret})[0]


def test_a_client_may_prove_itself_with_a_key_and_ask_for_what_an_issuer_wants(tmp_path: Path) -> None:
    pem = str(private_pem(SigningKey.make("k", "RS256"), tmp_path / "key.pem"))
    described = told(
        {
            **OIDC,
            "LIVETRIP_TRUST_OIDC_CLIENT_KEY_FILE": pem,
            "LIVETRIP_TRUST_OIDC_CLIENT_KEY_ID": "k-1",
            "LIVETRIP_TRUST_OIDC_AUDIENCE": "diary",
            "LIVETRIP_TRUST_OIDC_RESOURCE": "https://diary.example/api",
            "LIVETRIP_TRUST_OIDC_SCOPE": "diary",
        }
    )
    assert "private_key_jwt, RS256, kid k-1" in described[0]
    assert described[1] == "audience diary, resource https://diary.example/api, scope diary"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LIVETRIP_TRUST": SECRET}, "LIVETRIP_TRUST: names what is no kind of trust; there are open, shared-key, "),
        ({"LIVETRIP_TRUST": "oidc,oidc"}, "LIVETRIP_TRUST: names a kind of trust twice"),
        ({"LIVETRIP_TRUST": "oidc, gcp"}, "LIVETRIP_TRUST: names several kinds; whoever calls proves itself in one"),
        ({"LIVETRIP_TRUST": " "}, "LIVETRIP_TRUST: is set to nothing; give it a value or unset it"),
        ({"LIVETRIP_TRUST": "shared-key"}, "LIVETRIP_SERVICE_KEY: is missing, and so is LIVETRIP_SERVICE_KEY_FILE"),
        ({"LIVETRIP_SERVICE_KEY": "short"}, "LIVETRIP_SERVICE_KEY: a service key must be at least 32"),
        ({"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_SERVICE_KEY_FILE": "x"}, "is set, and so is LIVETRIP_SERVICE_KEY_FILE"),
        ({"LIVETRIP_TRUST": "gcp"}, "LIVETRIP_TRUST_GCP_AUDIENCE: is missing"),
        ({"LIVETRIP_TRUST": "gcp", "LIVETRIP_TRUST_GCP_AUDIENCE": ""}, "LIVETRIP_TRUST_GCP_AUDIENCE: is set to nothing"),
        (
            {"LIVETRIP_TRUST": "gcp", "LIVETRIP_TRUST_GCP_AUDIENCE": "a", "LIVETRIP_TRUST_GCP_METADATA_HOST": "/"},
            "LIVETRIP_TRUST_GCP: the metadata server is host[:port]",
        ),
        ({"LIVETRIP_TRUST": "api-key"}, "LIVETRIP_TRUST_API_KEY: is missing, and so is LIVETRIP_TRUST_API_KEY_FILE"),
        ({"LIVETRIP_TRUST": "api-key", "LIVETRIP_TRUST_API_KEY": SECRET[:20]}, "LIVETRIP_TRUST_API_KEY: an API key must be"),
        (
            {"LIVETRIP_TRUST": "api-key", "LIVETRIP_TRUST_API_KEY": KEY, "LIVETRIP_TRUST_API_KEY_HEADER": "cookie"},
            "LIVETRIP_TRUST_API_KEY: 'cookie' is no header for a key",
        ),
        (OIDC, "LIVETRIP_TRUST_OIDC_CLIENT_KEY_FILE: one of them has to be set"),
        ({**OIDC, "LIVETRIP_TRUST_OIDC_CLIENT_KEY_ID": "k"}, "LIVETRIP_TRUST_OIDC_CLIENT_KEY_ID: is set, and"),
        (
            {**OIDC, "LIVETRIP_TRUST_OIDC_CLIENT_SECRET": SECRET, "LIVETRIP_TRUST_OIDC_CLIENT_KEY_FILE": "/nowhere"},
            "they are both set; only one can be meant",
        ),
        (
            {**OIDC, "LIVETRIP_TRUST_OIDC_ISSUER": "http://x", "LIVETRIP_TRUST_OIDC_CLIENT_SECRET": SECRET},
            "LIVETRIP_TRUST_OIDC: ",
        ),
        (JWT, "LIVETRIP_TRUST_JWT_KEY_FILE: is missing"),
        ({**JWT, "LIVETRIP_TRUST_JWT_LIFETIME_SECONDS": "long"}, "LIFETIME_SECONDS: has to be a whole number of seconds"),
        ({**SIGNED, "LIVETRIP_TRUST_SIGNED_KEY_FILE": "/nowhere"}, "the file /nowhere cannot be read: No such file"),
        ({**SIGNED, "LIVETRIP_TRUST_SIGNED_KEY_FILE": "a\0b"}, "LIVETRIP_TRUST_SIGNED_KEY_FILE: names what is no path"),
        (
            {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_TRUST_OIDC_SCOPE": "x"},
            "LIVETRIP_TRUST_OIDC_SCOPE: is set, and LIVETRIP_TRUST does not name oidc; only one can be meant",
        ),
        (
            {"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_TRUST_OIDC_ISUER": SECRET},
            "LIVETRIP_TRUST_OIDC_ISUER: is not known; is LIVETRIP_TRUST_OIDC_ISSUER meant?",
        ),
        ({"LIVETRIP_SERVICE_KEY": KEY, "LIVETRIP_TRUST_@": SECRET}, "LIVETRIP_TRUST_@: is not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_precisely(environment: dict[str, str], said: str) -> None:
    assert said in problems(environment)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff" * 40, "is no text in UTF-8"),
        (b"k" * (MAX_BYTES + 1), f"is longer than {MAX_BYTES} bytes"),
        (SECRET[:20].encode(), "a service key must be at least 32"),
    ],
)
def test_a_file_that_holds_no_key_is_told_without_what_it_holds(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    assert said in problems({"LIVETRIP_SERVICE_KEY_FILE": str(path)})


def test_a_key_that_cannot_sign_is_told_without_being_repeated(tmp_path: Path) -> None:
    pem = str(written(tmp_path / "key.pem", f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"))
    assert "LIVETRIP_TRUST_JWT: this is no private key" in problems({**JWT, "LIVETRIP_TRUST_JWT_KEY_FILE": pem})
    assert "LIVETRIP_TRUST_SIGNED: " in problems({**SIGNED, "LIVETRIP_TRUST_SIGNED_KEY_FILE": pem})


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = problems(
        {
            "LIVETRIP_TRUST": "private-key-jwt",
            "LIVETRIP_TRUST_JWT_LIFETIME_SECONDS": "x",
            "LIVETRIP_TRUST_JWT_KEY_FILE": "/nowhere",
            "LIVETRIP_TRUST_GCP_AUDIENCE": "x",
            "LIVETRIP_TRUST_TYPO": "x",
        }
    )
    for name in ("JWT_ISSUER", "JWT_AUDIENCE", "JWT_KEY_FILE", "JWT_LIFETIME_SECONDS", "GCP_AUDIENCE", "TYPO"):
        assert f"LIVETRIP_TRUST_{name}: " in found


def test_what_the_serving_side_reads_is_no_stranger() -> None:
    serving = {name: "x" for name, variable in VARIABLES.items() if "calling" not in variable.sides}
    assert len(serving) > 5
    assert problems({"LIVETRIP_SERVICE_KEY": KEY, **serving}) == ""


def test_a_missing_extra_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pem = str(private_pem(SigningKey.make("k", "ES256"), tmp_path / "key.pem"))
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    said = problems({**JWT, "LIVETRIP_TRUST_JWT_KEY_FILE": pem})
    assert "is not installed here (pip install 'livetrip-adapters[trust]')" in said


# -- as part of the settings


Set = Callable[..., Settings]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Set:
    """The settings of an environment, in service mode unless it says otherwise."""

    def load(**environment: str) -> Settings:
        for name, value in {"BACKEND_MODE": "service", "LIVETRIP_SERVICE_URL": "http://x", **environment}.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return load


def test_settings_carry_the_credentials_and_no_secret_shows(loaded: Set) -> None:
    settings = loaded(**OIDC, LIVETRIP_TRUST_OIDC_CLIENT_SECRET=SECRET)
    assert isinstance(settings.credential_source(), OidcClientCredentials)
    assert SECRET not in f"{settings!r} {settings}"


def test_trust_and_everything_else_are_told_together(loaded: Set) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(**OIDC, LIVETRIP_SERVICE_URL="diary", LIVETRIP_FIDELITY="x", LIVETRIP_TRUST_TYPO=SECRET)
    text = str(caught.value)
    for name in ("OIDC_CLIENT_SECRET", "TYPO"):
        assert f"  - LIVETRIP_TRUST_{name}" in text
    for name in ("SERVICE_URL", "FIDELITY"):
        assert f"  - LIVETRIP_{name}: " in text
    assert SECRET not in text


def test_problems_of_trust_alone_are_told(loaded: Set) -> None:
    with pytest.raises(SettingsError, match="LIVETRIP_TRUST_GCP_AUDIENCE: is missing"):
        loaded(LIVETRIP_TRUST="gcp")


def test_the_way_back_to_the_monolith_is_not_barred_by_trust(loaded: Set) -> None:
    settings = loaded(BACKEND_MODE="monolith", LIVETRIP_TRUST="oidc,typo", LIVETRIP_TRUST_TYPO="x")
    assert settings.credential_source() is None


def test_an_environment_cannot_put_credentials_there_by_name(loaded: Set) -> None:
    settings = loaded(BACKEND_MODE="monolith", LIVETRIP_CREDENTIALS="x")
    assert settings.credentials is None
