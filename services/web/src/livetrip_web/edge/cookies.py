"""The cookies that are set, and how (RFC 6265bis; the prefix `__Host-`: section 4.1.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SESSION: Final = "session"
SIGNING_IN: Final = "signing-in"
NOTICE: Final = "notice"
LANGUAGE: Final = "language"
THEME: Final = "theme"


@dataclass(frozen=True, slots=True)
class CookieStyle:
    """How cookies are set. `is_secure`: for https alone, and for this host alone, which the browser is made to check."""

    is_secure: bool

    def name(self, name: str) -> str:
        """What a cookie is called on the wire."""
        return f"__Host-{name}" if self.is_secure else name

    def header(self, name: str, value: str, *, seconds: int | None = None) -> tuple[bytes, bytes]:
        """A `Set-Cookie` header; 0 seconds removes the cookie, None keeps it until the browser is closed."""
        lasting = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self.is_secure else ""
        return b"set-cookie", f"{self.name(name)}={value}; Path=/; HttpOnly; SameSite=Lax{lasting}{secure}".encode()
