"""Requests to an S3 storage, signed (AWS Signature Version 4), by botocore's signer.

Of the signers that there are, botocore's signs every header it is given. That is what an upload's address is about: the type, the
length and the checksum of what may be sent. obstore signs method, key and expiry alone. Nothing else of botocore is used: no client, no
configuration files, no environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore.auth import UNSIGNED_PAYLOAD, S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

LONGEST_SECONDS: Final = 7 * 24 * 3600
"""The most that Signature Version 4 allows."""


class S3Signer:
    """Signs addresses for others, and this process's own requests.

    Arguments:
        access_key_id, secret_access_key: of whoever may do what the addresses allow.
        region: of the storage.
    """

    def __init__(self, access_key_id: str, secret_access_key: str, region: str) -> None:
        self._credentials = Credentials(access_key_id, secret_access_key)
        self._region = region

    def __repr__(self) -> str:
        return f"S3Signer({self._credentials.access_key!r}, ***, {self._region!r})"

    def address(self, method: str, url: str, *, seconds: float, headers: Mapping[str, str] | None = None) -> str:
        """The address that allows this one method on this one object, with exactly these headers.

        It is good for `seconds` from now on: whole ones, at least one and at most a week.
        """
        request = AWSRequest(method=method, url=url, headers=dict(headers or {}))
        expires = min(max(1, int(seconds)), LONGEST_SECONDS)
        S3SigV4QueryAuth(self._credentials, "s3", self._region, expires=expires).add_auth(request)
        return str(request.url)

    def headers(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """All headers of a request that is made now, the proof among them, so that its address can be seen by anyone."""
        request = AWSRequest(method=method, url=url, headers=dict(headers or {}))
        _HeaderSigner(self._credentials, "s3", self._region).add_auth(request)
        return dict(request.headers.items())


class _HeaderSigner(S3SigV4Auth):
    """Bodies are not signed: hashing 64 MiB would keep the event loop waiting, and nothing of them is trusted afterwards."""

    def payload(self, request: AWSRequest) -> str:
        return UNSIGNED_PAYLOAD
