"""Keys and files for tests of trust, made anew."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from support.signing import SigningKey


def private_pem(key: SigningKey, path: Path) -> Path:
    """The whole key in a file, as its owner keeps it."""
    path.write_bytes(
        key.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def public_pem(key: SigningKey, path: Path) -> Path:
    """The public half in a file."""
    path.write_bytes(
        key.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return path


def key_set(path: Path, *keys: SigningKey) -> Path:
    """The public halves in a file, as a key set."""
    path.write_text(json.dumps({"keys": [key.public_jwk for key in keys]}), "utf-8")
    return path


def written(path: Path, text: str) -> Path:
    """A file with some text."""
    path.write_text(text, "utf-8")
    return path
