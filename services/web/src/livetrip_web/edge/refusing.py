"""What is answered before there are pages: a page as plain as can be, because style and scripts may be what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from litestar.types import Send

from livetrip_web.edge.headers import Header
from livetrip_web.words import preferred, say
from switchover.telemetry import TraceContext

_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{title} · {app}</title>
</head>
<body><main><h1>{title}</h1><p>{text}</p><p>{label}: <code>{trace}</code></p></main></body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to let nobody in.

    Attributes:
        status: HTTP status.
        word: what is said: `failure.WORD.title` and `.text`.
        headers: that go with it.
    """

    status: int
    word: str
    headers: tuple[Header, ...] = ()


ELSEWHERE: Final = Refusal(421, "elsewhere")
LARGE_HEAD: Final = Refusal(431, "head")
RESTARTING: Final = Refusal(503, "restarting", ((b"retry-after", b"5"),))


async def refuse(
    send: Send, refusal: Refusal, headers: Mapping[str, str], trace: TraceContext, dressing: list[Header]
) -> None:
    """Answer a request.

    Args:
        send: of the request.
        refusal: why.
        headers: of the request.
        trace: its position.
        dressing: headers that every answer has.
    """
    language = preferred(headers.get("accept-language", ""))
    body = _PAGE.format(
        language=language,
        app=say(language, "app.name"),
        title=say(language, f"failure.{refusal.word}.title"),
        text=say(language, f"failure.{refusal.word}.text"),
        label=say(language, "app.trace"),
        trace=trace.trace_id,
    ).encode()
    told = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"content-language", language.encode()),
        (b"cache-control", b"no-store"),
        *refusal.headers,
        *dressing,
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": told})
    await send({"type": "http.response.body", "body": body, "more_body": False})
