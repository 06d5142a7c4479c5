"""Where a contract says that it is served."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from switchover.contract.document import Document, Node
from switchover.errors import ContractError

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
    try:
        path = urlsplit(filled).path
    except ValueError as error:
        raise ContractError(
            f"{document.name} cannot be used:", [server.finding(f"has the url {url!r}: {error}")]
        ) from error
    return posixpath.normpath(f"/{path}").rstrip("/").replace("//", "/")


def _default(server: Node, name: str) -> str:
    variables: Any = server.value.get("variables")
    variable = variables.get(name) if isinstance(variables, Mapping) else None
    default = variable.get("default") if isinstance(variable, Mapping) else None
    if not isinstance(default, str):
        message = f"has the variable {{{name}}} without a default"
        raise ContractError(f"{server.file} cannot be used:", [server.finding(message)])
    return default
