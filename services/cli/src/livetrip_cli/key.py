"""`livetrip key`: make keys, and what of them the serving side is given."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from pathlib import Path

from livetrip_adapters import SettingsError
from livetrip_adapters.trust.files import read_text
from switchover.trust import key_hash

SUMMARY = "make a key, hash one for the serving side, or show the public half of a private one"
DESCRIPTION = """\
Make a key, hash one for the serving side, or show the public half of a private one.

  livetrip key new                       a key: for LIVETRIP_SERVICE_KEY, or an API key
  livetrip key hash < key.txt            its hash, for LIVETRIP_TRUST_CALLERS_FILE
  livetrip key public key.pem            the key set of a private key, for LIVETRIP_TRUST_JWT_KEY_SET_FILE
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to make, and of what."""
    what = parser.add_subparsers(title="what", metavar="WHAT", required=True)
    what.add_parser("new", help="a new key").set_defaults(make=_new)
    # Not as an argument: those are seen by everyone on the machine, and kept by shells.
    what.add_parser("hash", help="the hash of the API key on standard input").set_defaults(make=_hash)
    public = what.add_parser("public", help="the public half of a private key, as a key set (RFC 7517)")
    public.add_argument("file", type=Path, help="the private key, a PEM without a password")
    public.add_argument("--kid", help="identifier of the key (default: its thumbprint, RFC 7638)")
    public.set_defaults(make=_public)


def run(options: argparse.Namespace) -> int:
    """Print it."""
    try:
        print(options.make(options))
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return 0


def _new(_options: argparse.Namespace) -> str:
    return secrets.token_urlsafe(32)


def _hash(_options: argparse.Namespace) -> str:
    return key_hash(sys.stdin.readline().rstrip("\r\n"))


def _public(options: argparse.Namespace) -> str:
    try:
        from switchover.trust.signing_key import SigningKey  # noqa: PLC0415 - needed here alone

        key = SigningKey.of(read_text(options.file), kid=options.kid)
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed here (pip install 'livetrip-adapters[trust]')") from error
    return json.dumps({"keys": [key.public_jwk()]}, indent=2)
