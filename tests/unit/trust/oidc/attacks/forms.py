"""Tokens that can be read in several ways, or in none."""

from __future__ import annotations

import base64

from support.signing import base64url, compact_json
from unit.trust.oidc.attacks.rows import Rows, bearer
from unit.trust.oidc.tokens import claims, key


def _shapes() -> Rows:
    token = key().token(claims())
    header, payload, signature = token.split(".")
    shapes = {
        "nothing": "",
        "dots": "..",
        "many dots": "." * 100,
        "one part": header,
        "four parts": f"{token}.",
        "five parts": f"{token}.{payload}.{signature}",
        "empty header": f".{payload}.{signature}",
        "empty payload": f"{header}..{signature}",
        "two tokens": f"{token} {token}",
        "a comma": f"{token},{token}",
        "quoted": f'"{token}"',
        "twice the scheme": f"Bearer {token}",
        "two spaces": f" {token}",
        "space at the end": f"{token} ",
        "line feed at the end": f"{token}\n",
        "nul at the end": f"{token}\0",
        "byte order mark": f"\u00ef\u00bb\u00bf{token}",
        "reversed": token[::-1],
    }
    for name, text in shapes.items():
        reason = "signature" if name == "empty payload" else "malformed"
        yield f"shape: {name}", reason, bearer(text)
    for name, text in {
        "megabyte": "A" * 1_000_000,
        "megabyte of dots": "." * 1_000_000,
        "long signature": f"{header}.{payload}.{'A' * 9000}",
        "long claim": key().token(claims(padding="x" * 9000)),
        "long header": key().token(claims(), {"padding": "x" * 9000}),
    }.items():
        yield f"size: {name}", "too_long", bearer(text)
    for scheme in ("Basic", "Bearer:", "JWT", "Token", "Bear", "", "Bearer\t", "\u00a0Bearer"):
        yield f"scheme {scheme!r}", "scheme", f"{scheme} {token}"
    yield "no token", "scheme", "Bearer"


def _encodings() -> Rows:
    header, payload, signature = key().token(claims()).split(".")
    last = "AEIMQUYcgkosw048"
    # 256 bytes are 342 characters: the last one has four bits that mean nothing.
    other = "".join(chr(ord(signature[-1]) + 1) if signature[-1] in "AQgw" else "B" for _ in "x")
    yield "signature, last bits set", "malformed", bearer(f"{header}.{payload}.{signature[:-1]}{other}")
    yield "signature padded", "malformed", bearer(f"{header}.{payload}.{signature}==")
    yield "signature in plain base64", "malformed", bearer(f"{header}.{payload}.+/{signature[2:]}")
    yield "signature with a space", "malformed", bearer(f"{header}.{payload}.{signature[:9]} {signature[9:]}")
    yield "signature with a line", "malformed", bearer(f"{header}.{payload}.{signature[:9]}\n{signature[9:]}")
    yield "payload padded", "malformed", bearer(f"{header}.{payload}=.{signature}")
    yield "header of one character", "malformed", bearer(f"A.{payload}.{signature}")
    yield "header not ASCII", "malformed", bearer(f"\u00e9{header}.{payload}.{signature}")
    for text in (b'{"alg":"RS256","typ":"JWT","kid":"rs256"}', b'{"alg":"RS256","typ":"JWT","kid":"rs256"} '):
        spelled = base64url(text)
        if spelled[-1] in last and len(spelled) % 4:
            changed = spelled[:-1] + chr(ord(spelled[-1]) + 1)
            yield f"header, last bits set {len(text)}", "malformed", bearer(f"{changed}.{payload}.{signature}")
    assert base64.urlsafe_b64decode(f"{signature[:-1]}{other}==") == base64.urlsafe_b64decode(f"{signature}==")


def _json() -> Rows:
    """JSON that two readers could take differently; well signed, where it is the payload."""
    right = compact_json(claims())
    good = b'{"alg":"RS256","typ":"JWT","kid":"rs256"}'
    texts = {
        "a name twice": right[:-1] + b',"sub":"web-service"}',
        "a name twice, escaped": right[:-1] + b',"s\\u0075b":"admin"}',
        "a name twice, inside": right[:-1] + b',"x":{"a":1,"a":2}}',
        "NaN": right[:-1] + b',"x":NaN}',
        "Infinity": right[:-1] + b',"x":-Infinity}',
        "a huge number": right[:-1] + b',"x":' + b"9" * 4500 + b"}",
        "half a character": right[:-1] + b',"x":"\\ud800"}',
        "more than one value": right + right,
        "a comment": right[:-1] + b"/* */}",
        "a list": b"[" + right + b"]",
        "text": b'"text"',
        "null": b"null",
        "a number": b"1",
        "nothing": b"",
        "UTF-16": right.decode().encode("utf-16"),
        "not UTF-8": right[:-1] + b',"x":"\xff"}',
        "a byte order mark": b"\xef\xbb\xbf" + right,
        "deep lists": right[:-1] + b',"x":' + b"[" * 2000 + b"]" * 2000 + b"}",
        "deep objects": right[:-1] + b',"x":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
        "open brackets": b"[" * 5000,
        "a little too deep": right[:-1] + b',"x":' + b"[" * 16 + b"]" * 16 + b"}",
    }
    for name, text in texts.items():
        yield f"payload: {name}", "malformed", bearer(key().token_of(good, text))
    for name, text in {
        "alg twice": b'{"alg":"none","alg":"RS256","typ":"JWT","kid":"rs256"}',
        "kid twice": b'{"alg":"RS256","typ":"JWT","kid":"rs256","kid":"es256"}',
        "a list": b'["RS256"]',
        "text": b'"RS256"',
        "null": b"null",
        "deep": b'{"x":' + b"[" * 2000 + b"]" * 2000 + b"}",
        "not JSON": b"alg=RS256",
        "nothing": b"",
    }.items():
        yield f"header: {name}", "malformed", bearer(key().token_of(text, right))


def rows() -> Rows:
    """All of them."""
    yield from _shapes()
    yield from _encodings()
    yield from _json()
