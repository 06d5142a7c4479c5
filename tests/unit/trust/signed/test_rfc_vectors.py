"""The examples of RFC 9421, appendix B.2, and of RFC 9530, held against what signs and verifies here."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from switchover.trust.signed.covering import signature_base
from switchover.trust.signed.digest import content_digest, is_digest_of
from switchover.trust.signed.fields import read_byte_sequences, read_signature_inputs
from switchover.trust.signed.keys import signing_key, verifying_key

DATE = "Tue, 20 Apr 2021 02:07:55 GMT"
REQUEST_DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
RESPONSE_DIGEST = "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"

REQUEST = {
    '"date"': DATE,
    '"@method"': "POST",
    '"@path"': "/foo",
    '"@query"': "?param=Value&Pet=dog",
    '"@query-param";name="Pet"': "dog",
    '"@authority"': "example.com",
    '"content-type"': "application/json",
    '"content-digest"': REQUEST_DIGEST,
    '"content-length"': "18",
}
RESPONSE = {
    '"@status"': "200",
    '"content-type"': "application/json",
    '"content-digest"': RESPONSE_DIGEST,
    '"content-length"': "23",
}

RSA_PSS = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
P256 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----
"""
ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
ED25519_SEED = base64.b64decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=")
SECRET = base64.b64decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")

B21 = (
    'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    "sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG"
    "52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HEL"
    "jVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:",
)
B22 = (
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    "sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT"
    "8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcs"
    "Ik4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==:",
)
B23 = (
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
    ';created=1618884473;keyid="test-key-rsa-pss"',
    "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fU"
    "xN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvf"
    "rs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:",
)
B24 = (
    'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:",
)
B25 = (
    'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
)
B26 = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
)

VECTORS = [
    pytest.param(B21, REQUEST, RSA_PSS, id="B.2.1 nothing covered"),
    pytest.param(B22, REQUEST, RSA_PSS, id="B.2.2 selective"),
    pytest.param(B23, REQUEST, RSA_PSS, id="B.2.3 everything"),
    pytest.param(B24, RESPONSE, P256, id="B.2.4 a response"),
    pytest.param(B25, REQUEST, SECRET, id="B.2.5 hmac"),
    pytest.param(B26, REQUEST, ED25519, id="B.2.6 ed25519"),
]


def base_and_signature(vector: tuple[str, str], values: dict[str, str]) -> tuple[bytes, bytes]:
    [(label, given)] = read_signature_inputs(vector[0]).items()
    base = signature_base([(component, values[component]) for component in given.components], given.text)
    return base, read_byte_sequences(vector[1])[label]


@pytest.mark.parametrize(("vector", "values", "key"), VECTORS)
def test_the_signatures_of_the_rfc_hold(vector: tuple[str, str], values: dict[str, str], key: str | bytes) -> None:
    base, signature = base_and_signature(vector, values)
    verify = verifying_key(key).verify
    assert verify(base, signature)
    assert not verify(base + b" ", signature)
    assert not verify(base, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not verify(base, signature[:-1])
    assert not verify(base, b"")


def test_what_is_signed_the_same_each_time_is_signed_as_the_rfc_does() -> None:
    base, signature = base_and_signature(B25, REQUEST)
    assert signing_key(SECRET).sign(base) == signature
    base, signature = base_and_signature(B26, REQUEST)
    assert signing_key(Ed25519PrivateKey.from_private_bytes(ED25519_SEED)).sign(base) == signature


def test_the_parameters_of_the_rfc_are_read() -> None:
    given = read_signature_inputs(B22[0])["sig-b22"]
    assert given.components == ('"@authority"', '"content-digest"', '"@query-param";name="Pet"')
    assert given.parameters == {"created": 1618884473, "keyid": "test-key-rsa-pss", "tag": "header-example"}
    assert read_signature_inputs(B21[0])["sig-b21"].components == ()


def test_the_digests_of_the_rfcs_hold() -> None:
    assert is_digest_of(REQUEST_DIGEST, b'{"hello": "world"}')
    assert is_digest_of(RESPONSE_DIGEST, b'{"message": "good dog"}')
    assert not is_digest_of(REQUEST_DIGEST, b'{"message": "good dog"}')
    # RFC 9530, appendix B.1 and B.2
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
