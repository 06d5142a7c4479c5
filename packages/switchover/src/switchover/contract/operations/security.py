"""Who may call an operation: its security requirements, held against what a credential source can send and a verifier can judge.

Which credential travels is decided where a port is wired (`credentials=`, `verifier=`): a bearer token, a header with a key, a signature. So of the
alternatives that a contract offers, at least one has to be made of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from switchover.contract.findings import Notes
from switchover.contract.node import Node
from switchover.contract.operations.parameters import CALLER_HEADER

_TOKENS: Final = frozenset({"oauth2", "openIdConnect"})
_KEY_PLACES: Final = {"header": "the header", "query": "the query parameter", "cookie": "the cookie"}


@dataclass(frozen=True, eq=False)
class _Demand:
    """One scheme of an alternative.

    Attributes:
        refusal: why no credential meets it; "" if one does.
        reserve: what the port cannot see to itself; "" if nothing.
        is_known: is there such a scheme?
    """

    node: Node
    refusal: str = ""
    reserve: str = ""
    is_known: bool = True


def needs_caller(root: Node, operation: Node, notes: Notes) -> bool:
    """Does every way to call an operation need credentials? What cannot be honoured of these ways is noted.

    OpenAPI 3.1, section 4.8.10: the operation's `security` replaces the document's; an empty alternative means that nobody has to.
    """
    owner = operation if "security" in operation.value else root
    listed = owner.get("security")
    alternatives = [_demands(root, item) for item in listed.elements()] if listed is not None else []
    met = [demands for demands in alternatives if not any(demand.refusal for demand in demands)]
    # Where none can be met, every reason keeps the operation from being bound; where one can, the others are passed over.
    for demand in (demand for demands in alternatives for demand in demands if demand.refusal):
        if not met or not demand.is_known:
            notes.error(demand.node, demand.refusal)
        else:
            notes.warn(demand.node, f"{demand.refusal}; another way in is used")
    if met and all(any(demand.reserve for demand in demands) for demands in met):
        for demand in met[0]:
            if demand.reserve:
                notes.warn(demand.node, demand.reserve)
    return bool(alternatives) and all(alternatives)


def names_caller(root: Node, operation: Node) -> bool:
    """Does every way to call an operation name who the service acts for, in the header `x-switchover-caller`?"""
    owner = operation if "security" in operation.value else root
    listed = owner.get("security")
    alternatives = listed.elements() if listed is not None else []
    named = [
        any(scheme is not None and _is_caller(scheme) for _, scheme in _schemes(root, alternative))
        for alternative in alternatives
    ]
    return bool(named) and all(named)


def _demands(root: Node, alternative: Node) -> list[_Demand]:
    return [_demand(alternative.at(name), name, scheme) for name, scheme in _schemes(root, alternative)]


def _schemes(root: Node, alternative: Node) -> Iterator[tuple[str, Node | None]]:
    components = root.get("components")
    declared = components.get("securitySchemes") if components is not None else None
    for name in alternative.value:
        yield name, declared.get(name) if declared is not None else None


def _demand(place: Node, name: str, scheme: Node | None) -> _Demand:
    if scheme is None:
        return _Demand(place, f"asks for {name!r}, which is no scheme in components/securitySchemes", is_known=False)
    kind = str(scheme.value.get("type"))
    if kind in _TOKENS or (kind == "http" and str(scheme.value.get("scheme")).lower() == "bearer"):
        return _Demand(place, reserve=_of_scopes(place))
    if kind == "http" and str(scheme.value.get("scheme")).lower() == "basic":
        return _Demand(place, reserve=_OF_BASIC.format(name=name))
    if kind == "apiKey" and str(scheme.value.get("in")) in _KEY_PLACES:
        return _Demand(place, reserve=_of_key(name, scheme))
    if kind == "mutualTLS":
        return _Demand(place, reserve=_OF_TLS.format(name=name))
    return _Demand(place, f"asks for {name!r}, {_called(scheme)}, which no credential of a port is; {_INSTEAD}")


_INSTEAD: Final = "offer a bearer token (http bearer, oauth2, openIdConnect), http basic or an apiKey"
_OF_BASIC: Final = "asks for {name!r}, HTTP Basic: `credentials=` has to send it (BasicAuth), and `verifier=` to judge it (BasicAuthVerifier)"
_OF_TLS: Final = "asks for {name!r}, mutual TLS, which is the transport's: give it a client certificate (`verify=`), and end TLS before the service"


def _of_scopes(place: Node) -> str:
    scopes = place.value if isinstance(place.value, list) else []
    if not scopes:
        return ""
    return f"asks for the scopes {', '.join(map(str, scopes))}: `credentials=` has to bring them, and `verifier=` to judge them"


def _of_key(name: str, scheme: Node) -> str:
    if _is_caller(scheme):
        return ""
    place = _KEY_PLACES[scheme.value["in"]]
    return f"asks for {name!r}, a key in {place} {scheme.value.get('name')}: `credentials=` has to send it there, and `verifier=` to judge it"


def _is_caller(scheme: Node) -> bool:
    kind, place, name = (scheme.value.get(key) for key in ("type", "in", "name"))
    return kind == "apiKey" and place == "header" and str(name).lower() == CALLER_HEADER


def _called(scheme: Node) -> str:
    kind, place, how = (scheme.value.get(key) for key in ("type", "in", "scheme"))
    if kind == "apiKey":
        return f"an apiKey in {place}"
    return f"http {how}" if kind == "http" else f"of type {kind!r}"
