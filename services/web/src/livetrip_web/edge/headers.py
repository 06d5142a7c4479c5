"""What every answer tells a browser to refuse."""

from __future__ import annotations

from collections.abc import Iterable

Header = tuple[bytes, bytes]


def security_headers(photo_origins: Iterable[str], *, is_secure: bool) -> list[Header]:
    """Headers of every answer; pages may fetch from here and from where photos are, and nothing else.

    Sources: CSP Level 3, Referrer Policy, Permissions Policy, HTML section 7.1.3 (cross-origin opener policy), RFC 6797.
    """
    photos = " ".join(("'self'", *photo_origins))
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {photos}",
            f"connect-src {photos}",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
    told = [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    if is_secure:
        told.append((b"strict-transport-security", b"max-age=31536000"))
    return told
