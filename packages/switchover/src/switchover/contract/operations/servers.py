"""Where a contract says that it is served."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from switchover.contract.document import Document, Node
from switchover.errors import ContractError

_PATH: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_ORIGIN: Final = re.compile(r"https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]*)?(?=/|$)")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")


def base_path(document: Document) -> str:
    """The path of the first server, without a slash at its end; "" where none is given. Variables have their defaults.

    OpenAPI 3.1, section 4.8.5: without servers, it is the root; a relative address is relative to where the contract is served.

    Raises:
        ContractError: the address is none.
    """
    servers = document.root.value.get("servers")
    if not isinstance(servers, list) or not servers or not isinstance(servers[0], dict):
        return ""
    server, url = document.root.at("servers").at(0), servers[0].get("url")
    if not isinstance(url, str):
        return ""
    filled = _VARIABLE.sub(lambda found: _default(server, found[1]), url)
    if (problem := url_problem(filled)) is not None:
        raise ContractError(
            f"{document.name} cannot be used:", [server.finding(f"has the url {url!r}, which {problem}")]
        )
    path = urlsplit(filled).path
    return posixpath.normpath(f"/{path}").rstrip("/").replace("//", "/")


def url_problem(url: str) -> str | None:
    """Why nothing can be served there; None if it can: at a path, or at a path of an http(s) origin (RFC 3986, section 3)."""
    origin = _ORIGIN.match(url)
    is_other = origin is None and _SCHEME.match(url) is not None
    if is_other or not _PATH.fullmatch(url, origin.end() if origin else 0):
        return "is neither a path nor an http(s) URL without query (RFC 3986)"
    return None


def _default(server: Node, name: str) -> str:
    variables: Any = server.value.get("variables")
    variable = variables.get(name) if isinstance(variables, Mapping) else None
    default = variable.get("default") if isinstance(variable, Mapping) else None
    if not isinstance(default, str):
        message = f"has the variable {{{name}}} without a default"
        raise ContractError(f"{server.file} cannot be used:", [server.finding(message)])
    return default
