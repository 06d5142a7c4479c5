"""`switchover history`: the record of a rollout, and whether it holds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any

from switchover.cli.operating.places import require_known, store_of
from switchover.cli.operating.text import printable, table
from switchover.rollout.record import BrokenLink, Event, Unreadable, event_data, event_words, held_to


def history(options: argparse.Namespace) -> int:
    """Show the record; with --verify, the exit code is 1 if it does not hold."""
    with store_of(options) as store:
        require_known(store, options)
        record = store.record()
        findings, head = held_to(store, record) if options.verify else ((), "")
    shown = list(enumerate(record, 1))[-options.limit :] if options.limit else list(enumerate(record, 1))
    if options.json:
        print(json.dumps(_told(shown, findings, head, is_verified=options.verify), indent=2))
    else:
        print(_rendered(shown, len(record)))
        if options.verify:
            print("\n".join(["", *_judged(findings, len(record), head)]))
    return 1 if findings else 0


def _told(
    shown: Sequence[tuple[int, Event | Unreadable]],
    findings: Sequence[BrokenLink],
    head: str,
    *,
    is_verified: bool,
) -> dict[str, Any]:
    events = [
        {"position": position, "unreadable": entry.what}
        if isinstance(entry, Unreadable)
        else {"position": position, **event_data(entry), "windows": entry.windows, "windows_at": entry.windows_at}
        for position, entry in shown
    ]
    found = [{"position": link.position, "version": link.version, "what": link.what} for link in findings]
    return {"events": events} | ({"ok": not found, "findings": found, "head": head} if is_verified else {})


def _rendered(shown: Sequence[tuple[int, Event | Unreadable]], count: int) -> str:
    if not shown:
        return "nothing has been changed yet"
    rows = [("", "when", "who", "order", "why", "what")]
    for position, entry in shown:
        if isinstance(entry, Unreadable):
            rows.append((str(position), "UNREADABLE", "", "", "", entry.what))
        else:
            what = "; ".join(event_words(entry))
            rows.append((str(position), entry.at, entry.who, entry.action, entry.why, what))
    left = count - len(shown)
    return table(rows) + (f"\n({left} before these; --limit 0 shows all)" if left else "")


def _judged(findings: Sequence[BrokenLink], count: int, head: str) -> Iterator[str]:
    for link in findings:
        yield f"DOES NOT HOLD: {printable(str(link))}"
    if not findings:
        yield f"all {count} events hold, and lead to what is in force"
    if head:
        yield f"head: {head}"
        yield "keep it elsewhere: who can write the record can write all of it anew, and then it has another head"
