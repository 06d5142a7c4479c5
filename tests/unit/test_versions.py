"""A version of a contract in a header and in a report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.versions import ContractVersion
from unit.port.desk import contract

DIGEST = "sha256:" + "0123456789abcdef" * 4
SHORT = "sha256:0123456789abcdef"

ascii_texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=100)


@given(ascii_texts)
def test_a_version_is_read_from_header_and_report_as_it_was_written(text: str) -> None:
    version = ContractVersion.of(DIGEST, {"version": text})
    assert version == ContractVersion(text, SHORT)
    assert ContractVersion.of_header(version.header) == version
    assert ContractVersion.of_json(json.loads(json.dumps(version.to_json()))) == version
    version.header.encode("ascii")


@pytest.mark.parametrize("info", [None, {}, {"version": "größe"}, {"version": "1\n2"}, {"version": "x" * 101}])
def test_what_a_header_cannot_carry_is_left_out_of_it(info: Any) -> None:
    assert ContractVersion.of(DIGEST, info).header == SHORT


def test_the_header_is_an_item_of_rfc_9651() -> None:
    assert ContractVersion.of(DIGEST, {"version": '1.4.0-"rc\\'}).header == rf'{SHORT};version="1.4.0-\"rc\\"'


@pytest.mark.parametrize(
    "value", ["", "1.4.0", "sha256:0123", f"{SHORT}0", f'{SHORT};version="', f"{SHORT};version=1", f"{SHORT}, {SHORT}",
              f'{SHORT};version="{"x" * 201}"', f'{SHORT};version="\\a"', f"{SHORT}\n"],
)  # fmt: skip
def test_a_header_of_another_form_names_no_version(value: str) -> None:
    assert ContractVersion.of_header(value) is None


@pytest.mark.parametrize(
    "value", [None, [], "1.4.0", {}, {"digest": SHORT}, {"digest": DIGEST, "version": "1"}, {"digest": SHORT, "version": 1},
              {"digest": SHORT, "version": "\n"}],
)  # fmt: skip
def test_a_report_of_another_form_names_no_version(value: Any) -> None:
    assert ContractVersion.of_json(value) is None


def test_members_that_a_later_release_adds_are_passed_over() -> None:
    assert ContractVersion.of_json({"digest": SHORT, "version": "1", "since": 7}) == ContractVersion("1", SHORT)


def test_a_contract_knows_its_version() -> None:
    document = contract().document
    assert document.contract_version.version == "1.0.0"
    assert document.digest.startswith(document.contract_version.digest)
