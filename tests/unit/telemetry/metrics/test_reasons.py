"""Every word that a verifier of the kit refuses with is counted under its own name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from support.processes import ROOT
from switchover.telemetry.metrics.reasons import OTHER, REASONS, known
from switchover.trust.signed.nonces import Claim

KIT = ROOT / "packages" / "switchover" / "src" / "switchover"
REFUSING = {"Untrusted", "refusal", "Unauthenticated", "Forbidden", "RepeatedCredential", "Unjudged"}


def said() -> Iterator[str]:
    """The words in the sources of the verifiers."""
    for path in (*(KIT / "trust").rglob("*.py"), *(KIT / "port" / "serve").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSING:
                given = [word.value for word in node.keywords if word.arg == "reason"]
                given += node.args if node.func.id in ("Untrusted", "refusal") else []
                yield from (
                    part.value
                    for whole in given
                    for part in ast.walk(whole)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def test_the_words_are_those_of_the_verifiers() -> None:
    words = {*said(), *(claim.value for claim in Claim if claim is not Claim.TAKEN)}
    assert len(words) > 20
    elsewhere = {"key_ambiguous", "key_unknown", "unspecified", OTHER}
    assert words | elsewhere == set(REASONS)


def test_other_words_are_counted_together() -> None:
    assert known("expired") == "expired"
    assert known("key 4711 of mallory") == OTHER
