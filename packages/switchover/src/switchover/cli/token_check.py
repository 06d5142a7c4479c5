"""`switchover check --token -`: which rule refuses a token, said offline. The token is never printed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from switchover.cli.settings import UsageError, imported_function

if TYPE_CHECKING:
    from switchover.trust.oidc import OidcVerifier
    from switchover.trust.oidc.key_set import KeySet

_EXTRA: Final = "a token cannot be examined without cryptography; pip install 'switchover[oidc]'"
_LONGEST: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one set of rules says of a token."""

    whose: str
    refusals: tuple[str, ...]
    unchecked: tuple[str, ...]


def check(options: argparse.Namespace) -> int:
    """Say which rules refuse the token on standard input; 1 if any does."""
    if options.token != "-":  # noqa: S105 - standard input, by convention
        raise UsageError(
            "a token is a secret, and others see the arguments of a command:"
            " write `--token -` and give the token on standard input"
        )
    try:
        verdicts = list(_verdicts(options, _token()))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("cryptography", "httpx"):
            raise
        raise UsageError(_EXTRA) from error
    is_refused = any(verdict.refusals for verdict in verdicts[-1:])
    if options.json:
        checks = [
            {"rules": each.whose, "refusals": list(each.refusals), "unchecked": list(each.unchecked)}
            for each in verdicts
        ]
        print(json.dumps({"ok": not is_refused, "checks": checks}, indent=2))
        return int(is_refused)
    for verdict in verdicts:
        state = "FAILED " if verdict.refusals else "ok     "
        print(f"{'token':<11} {state}  {verdict.whose}: {_headline(verdict)}")
        for line in (*verdict.refusals, *(f"not checked: {each}" for each in verdict.unchecked)):
            print(f"{'':<22}{line}")
    return int(is_refused)


def _headline(verdict: Verdict) -> str:
    count = len(verdict.refusals)
    if count:
        return "1 rule refuses it" if count == 1 else f"{count} rules refuse it"
    return "no rule that could be checked refuses it" if verdict.unchecked else "no rule refuses it"


def _token() -> bytes:
    text = sys.stdin.buffer.read(_LONGEST + 1).strip()
    if text[:7].lower() == b"bearer ":
        text = text[7:].strip()
    if not text:
        raise UsageError("no token came on standard input")
    if len(text) > _LONGEST:
        raise UsageError(f"what came on standard input must be one token, got more than {_LONGEST} bytes")
    return text


def _verdicts(options: argparse.Namespace, token: bytes) -> Iterator[Verdict]:
    """By the verifiers that were named; otherwise by the strict rules, then by the issuer's preset."""
    keys = _keys(options.keys) if options.keys is not None else None
    if options.verifier is not None:
        judges = list(_verifiers(_made(options.verifier)))
        if not judges:
            raise UsageError(f"{options.verifier} must give an OidcVerifier, or an AnyOf that has one")
        yield from _by_verifiers(judges, token, keys)
        return
    from switchover.trust.oidc import OidcIssuer  # noqa: PLC0415 - an extra
    from switchover.trust.oidc.examination import read_unverified_claims  # noqa: PLC0415
    from switchover.trust.oidc.known_issuers import suggest_preset  # noqa: PLC0415

    claims = read_unverified_claims(token)
    identifier = claims.get("iss")
    named = identifier if isinstance(identifier, str) and identifier else "(an issuer)"
    audience = options.audience or _audience(claims)
    yield _by_issuer("the strict rules", OidcIssuer(named), audience, token, keys)
    if (preset := suggest_preset(named)) is not None:
        yield _by_issuer(preset[0], preset[1], audience, token, keys)


def _by_issuer(whose: str, issuer: Any, audience: str, token: bytes, keys: KeySet | None) -> Verdict:
    from switchover.trust.oidc.claims import ClaimRules  # noqa: PLC0415 - an extra
    from switchover.trust.oidc.examination import Examiner  # noqa: PLC0415

    rules = ClaimRules.of(issuer, audience, leeway_seconds=30)
    examiner = Examiner(issuer, rules, None, keys, issuer.max_token_bytes)
    found = examiner.examine(token, time.time())
    return Verdict(whose, found.refusals, found.unchecked)


def _by_verifiers(judges: list[OidcVerifier], token: bytes, keys: KeySet | None) -> Iterator[Verdict]:
    found = [(judge, judge.examine(token, keys)) for judge in judges]
    # The one that refuses least is most likely the one that is meant; it decides the exit code.
    for judge, said in sorted(found, key=lambda pair: -len(pair[1].refusals)):
        yield Verdict(repr(judge), said.refusals, said.unchecked)


def _audience(claims: dict[str, Any]) -> str:
    """The token's own first audience: without a verifier, there is nothing to hold it against."""
    given = claims.get("aud")
    first = given[0] if isinstance(given, list) and given else given
    if isinstance(first, str) and first:
        return first
    scope = claims.get("scope")
    return scope.split(" ")[0].rpartition("/")[0] or "api" if isinstance(scope, str) else "api"


def _made(reference: str) -> Any:
    root = Path.cwd()
    if ":" not in reference:
        raise UsageError(f"--verifier must be MODULE:FUNCTION, got {reference!r}")
    try:
        return imported_function(reference, root)()
    except UsageError:
        raise
    except (Exception, SystemExit) as error:  # it belongs to somebody else, and ends here
        raise UsageError(f"{reference} ended with {type(error).__name__}") from error


def _verifiers(value: Any) -> Iterator[OidcVerifier]:
    from switchover.trust.oidc import OidcVerifier  # noqa: PLC0415 - an extra

    if isinstance(value, OidcVerifier):
        yield value
    for inner in getattr(value, "verifiers", ()):
        yield from _verifiers(inner)


def _keys(path: str) -> KeySet:
    from switchover.trust.oidc.json_object import read_object  # noqa: PLC0415 - an extra
    from switchover.trust.oidc.key_set import KeySet  # noqa: PLC0415

    try:
        return KeySet(read_object(Path(path).read_bytes()))
    except ValueError as error:
        raise UsageError(f'{path} must be a key set, {{"keys": […]}}: {error}') from error
