"""What a signature has to cover and to say, and fields that say it in another way or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.errors import Unauthenticated
from switchover.trust.signed.fields import write_bytes
from unit.trust.signed.messages import BASE_URL, GET, NOW, Message, reason, signed, signer, verifier


def told(text: str, by: str = "s") -> Message:
    """A message with a signature of these parameters, which holds."""
    values = signed(GET).headers
    names = [name.strip('"') for name in text[1 : text.index(")")].split(" ") if name]
    derived = {"@method": "GET", "@target-uri": BASE_URL + GET.target}
    lines = [f'"{name}": {derived.get(name) or values.get(name, "")}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {text}'])
    signature = signer()._key.sign(base.encode())
    return Message(
        "GET",
        GET.target,
        {**values, "signature-input": f"{by}={text}", "signature": f"{by}={write_bytes(signature)}"},
        b"",
    )


ALL = '("@method" "@target-uri" "content-digest")'
RIGHT = f';created={NOW};expires={NOW + 30};nonce="n";keyid="ed";alg="ed25519";tag="switchover"'


@pytest.mark.parametrize(
    "text",
    [
        ALL + RIGHT,
        '("content-digest" "@target-uri" "@method" "accept")' + RIGHT,
        ALL + f';tag="switchover";alg="ed25519";keyid="ed";nonce="n";expires={NOW + 30};created={NOW}',
        ALL + RIGHT.replace('"n"', '"' + "n" * 128 + '"'),
    ],
)
async def test_order_does_not_matter(text: str) -> None:
    assert (await verifier().verify(told(text).incoming())).name == "web"
    assert (await verifier().verify(told(text, by="another-label").incoming())).name == "web"


@pytest.mark.parametrize(
    "components",
    [
        "()",
        '("@method")',
        '("@method" "@target-uri")',
        '("@method" "content-digest")',
        '("@target-uri" "content-digest")',
        '("@method" "@path" "content-digest")',
        '("@method" "@request-target" "content-digest")',
        '("@method" "@target-uri" "content-digest" "content-digest")',
        '("@method" "@target-uri" "content-digest" "@request-target")',
        '("@method" "@target-uri" "content-digest" "@authority";req)',
        '("@method" "@target-uri" "content-digest" "@query-param";name="b")',
        '("@method" "@target-uri" "content-digest" "@Path")',
        '("@method" "@target-uri" "content-digest" "@status")',
        '("@method" "@target-uri" "content-digest" "@signature-params")',
        '("@method" "@target-uri" "content-digest" "x-absent")',
        '("@method" "@target-uri" "content-digest" "Accept")',
        '("@method" "@target-uri" "content-digest" "")',
        '("@method" "@target-uri" "content-digest";sf)',
        '("@method";req "@target-uri" "content-digest")',
        '("@method" "@target-uri" "content-digest" "accept";bs)',
        '("@method" "@target-uri" "content-digest" "a\\"b")',
    ],
)
async def test_a_signature_over_less_or_over_something_else_is_refused(components: str) -> None:
    assert await reason(told(components + RIGHT)) == "components"


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        (RIGHT.replace(";tag", ";gat"), "missing"),
        (RIGHT.replace('"switchover"', '"other"'), "missing"),
        (RIGHT.replace('"switchover"', "switchover"), "missing"),
        ("", "missing"),
        *[
            (";".join(part for part in RIGHT.split(";") if not part.startswith(name)), "parameters")
            for name in ("created", "expires", "nonce", "keyid", "alg")
        ],
        (RIGHT + ";extra=1", "parameters"),
        (RIGHT.replace(f"={NOW};", f'="{NOW}";'), "parameters"),
        (RIGHT.replace(f"={NOW + 30};", ";"), "parameters"),
        (RIGHT.replace('"n"', "1"), "parameters"),
        (RIGHT.replace('"n"', '""'), "parameters"),
        (RIGHT.replace('"n"', '"' + "n" * 129 + '"'), "parameters"),
        (RIGHT.replace('"ed"', "ed"), "parameters"),
        (RIGHT.replace('"ed25519"', "1"), "parameters"),
        (RIGHT.replace(f"={NOW};", f"={NOW + 30};"), "lifetime"),
        (RIGHT.replace(f"={NOW};", f"={NOW + 31};"), "lifetime"),
        (RIGHT.replace(f"={NOW};", "=0;"), "lifetime"),
        (RIGHT.replace(f"={NOW};", f"=-{NOW};"), "lifetime"),
        (RIGHT.replace(f"={NOW + 30};", "=999999999999999;"), "lifetime"),
        (RIGHT.replace(f"={NOW};", f"={NOW}.0;"), "parameters"),
        (RIGHT.replace(f"={NOW};", f"=0{NOW};"), "malformed"),
        (RIGHT.replace(f"={NOW};", f"={NOW};created={NOW};"), "malformed"),
        (RIGHT.replace('keyid="ed"', 'keyid="nobody";keyid="ed"'), "malformed"),
    ],
)
async def test_parameters_are_exactly_ours(parameters: str, why: str) -> None:
    assert await reason(told(ALL + parameters)) == why


async def test_somebody_elses_signature_beside_ours_does_not_matter() -> None:
    message = signed()
    beside = message.changed(
        signature_input=message.headers["signature-input"] + ', gate=("@status";req);tag="gate"',
        signature=message.headers["signature"] + ", gate=:AA==:",
    )
    assert (await verifier().verify(beside.incoming())).name == "web"


async def test_of_two_signatures_with_our_tag_neither_counts() -> None:
    first, second = signed(by=signer()), signed(by=signer("hmac"))
    both = first.changed(
        signature_input=first.headers["signature-input"] + ", t" + second.headers["signature-input"][1:],
        signature=first.headers["signature"] + ", t" + second.headers["signature"][1:],
    )
    assert await reason(both) == "ambiguous"


@pytest.mark.parametrize(
    "parts",
    [
        {"signature": "t=:AA==:"},
        {"signature": "s=:AA==:, t=:AA==:"},
        {"signature": "s=:AA=:"},
        {"signature": "s"},
        {"signature_input": "s"},
        {"signature_input": "s=1"},
        {"signature_input": "s=()" + ", a=()" * 2000},
        {"signature_input": "("},
        {"signature_input": "é"},
        {"signature_input": ""},
        {"signature_input": "x" * 1_000_000},
        {"signature": "s=:" + "A" * 1_000_000 + ":"},
    ],
)
async def test_fields_that_cannot_be_read_are_refused(parts: dict[str, str]) -> None:
    assert await reason(signed().changed(**parts)) == "malformed"


async def test_a_signed_digest_that_cannot_be_read_is_refused() -> None:
    made = signer()
    for digest, why in (("nothing", "malformed"), ("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:", "digest")):
        text = f'("@method" "@target-uri" "content-digest"){RIGHT}'
        base = f'"@method": GET\n"@target-uri": {BASE_URL}/\n"content-digest": {digest}\n"@signature-params": {text}'
        signature = f"s={write_bytes(made._key.sign(base.encode()))}"
        fields = {"content-digest": digest, "signature-input": f"s={text}", "signature": signature}
        assert await reason(Message("GET", "/", fields, b"")) == why


PIECES = st.sampled_from([*'sa=();, "@m\\:A1-?', "é", "\n", '"@method"', "RIGHT", ";created=1", ":AA==:"])
NOISE = st.lists(PIECES).map(lambda pieces: "".join(pieces).replace("RIGHT", ALL + RIGHT))
FIELDS = NOISE | st.text(st.characters(max_codepoint=255)) | st.binary().map(lambda noise: noise.decode("latin-1"))


@given(st.dictionaries(st.sampled_from(["signature", "signature-input", "content-digest", "x"]), FIELDS), FIELDS)
async def test_noise_is_refused_and_nothing_else_happens(headers: dict[str, str], target: str) -> None:
    for message in (Message("GET", target, headers, b""), signed().changed(**headers)):
        try:
            await verifier().verify(message.incoming())
        except Unauthenticated:
            continue
        assert not headers.keys() & {"signature", "signature-input", "content-digest"}
