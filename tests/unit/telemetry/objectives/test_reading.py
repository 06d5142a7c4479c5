"""slo.toml: read strictly; whatever is in it, there are objectives or sentences that say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover.errors import ObjectivesError
from switchover.telemetry.objectives import Duration, Objective, Objectives, Percentage, load, parse

OPERATIONS = ["getTrip", "listTrips"]


def findings(text: str | bytes, operations: list[str] | None = OPERATIONS) -> list[str]:
    with pytest.raises(ObjectivesError) as caught:
        parse(text.encode() if isinstance(text, str) else text, "slo.toml", operations)
    return [str(item) for item in caught.value.items]


def test_an_empty_file_means_the_defaults() -> None:
    found = parse(b"")
    assert found == Objectives()
    assert found.of("getTrip") == Objective(Percentage.parse("1%"), Duration.parse("300ms"), Percentage.parse("99.9%"))
    assert found.window == Duration.parse("5m")


def test_everything_may_be_set() -> None:
    found = parse(
        b"""
        window = "10m"
        error_rate = "0.5%"
        p95 = "1s"
        availability = "99.95%"
        minimum_calls = 100
        authentication_failure_rate = "2%"
        surge = 3
        """
    )
    assert found == Objectives(
        default=Objective(Percentage.parse("0.5%"), Duration.parse("1s"), Percentage.parse("99.95%")),
        window=Duration.parse("10m"),
        minimum_calls=100,
        authentication_failure_rate=Percentage.parse("2%"),
        surge=3,
    )


def test_an_operation_has_what_it_does_not_set_from_the_default() -> None:
    found = parse(b'error_rate = "2%"\n[operations.getTrip]\np95 = "1s"\n', operations=OPERATIONS)
    assert found.of("getTrip") == Objective(error_rate=Percentage.parse("2%"), p95=Duration.parse("1s"))
    assert found.of("listTrips") == found.default == Objective(error_rate=Percentage.parse("2%"))


def test_operations_are_in_the_same_order_however_they_are_written() -> None:
    one, two = '[operations.a]\np95 = "1s"\n', '[operations.b]\np95 = "2s"\n'
    assert list(parse((one + two).encode()).operations) == list(parse((two + one).encode()).operations) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p95 = 300", 'p95: 300 has no unit; write a text in quotes, such as "300ms" or "5m"'),
        ('p95 = "300"', 'p95: "300" is no duration; write a whole number and a unit (ms, s, m, h, d), such as "300ms" or "5m"'),
        ('p95 = "6m"', 'p95: "6m" is out of range; it has to be from 1ms to 5m'),
        ('window = "2h"', 'window: "2h" is out of range; it has to be from 1s to 1h'),
        ('window = "999ms"', 'window: "999ms" is out of range; it has to be from 1s to 1h'),
        ("error_rate = 0.01", 'error_rate: 0.01 has no unit; write a text in quotes, such as "1%" or "99.95%"'),
        ('error_rate = "0%"', 'error_rate: "0%" is out of range; it has to be more than 0% and less than 100%'),
        ('error_rate = ["1%"]', 'error_rate: […] has no unit; write a text in quotes, such as "1%" or "99.95%"'),
        ("minimum_calls = 0", "minimum_calls: 0 is out of range; it has to be from 1 to 1000000"),
        ('minimum_calls = "10"', 'minimum_calls: "10" is no whole number; write one from 1 to 1000000, without quotes'),
        ("minimum_calls = true", "minimum_calls: true is no whole number; write one from 1 to 1000000, without quotes"),
        ("surge = 1.5", "surge: 1.5 is no whole number; write one from 2 to 10, without quotes"),
        ("surge = 11", "surge: 11 is out of range; it has to be from 2 to 10"),
        ("surge = 0x" + "f" * 5000, "surge: a number of more than 64 bits is out of range; it has to be from 2 to 10"),
        ("surge = 2026-11-20", "surge: 2026-11-20 is no whole number; write one from 2 to 10, without quotes"),
        ('erorr_rate = "1%"', "erorr_rate: is not known; did you mean error_rate?"),
        (
            "x = 1",
            "x: is not known; there are authentication_failure_rate, availability, error_rate, minimum_calls, operations, p95, surge, window",
        ),
        ('"a\\nb" = 1', "'a\\nb': is not known; there are "),
        ("operations = 3", 'operations: 3 is no table; write [operations.getTrip] and below it, say, p95 = "800ms"'),
        ("[operations]\ngetTrip = 3", 'operations.getTrip: 3 is no table; write [operations.getTrip] and below it, say, p95 = "800ms"'),
        ("[operations.getTrip]", "operations.getTrip: sets nothing; set one of error_rate, p95, availability, or leave it out"),
        ('[operations.getTrip]\nwindow = "1m"', "operations.getTrip.window: is not known; there are availability, error_rate, p95"),
        ("[operations.getTrip]\np95 = {a = 1}", "operations.getTrip.p95: {…} has no unit; write a text in quotes"),
        ('[operations.getTripp]\np95 = "1s"', "operations.getTripp: is not an operation of the contract; did you mean getTrip?"),
        ('[operations.zzz]\np95 = "1s"', "operations.zzz: is not an operation of the contract; there are getTrip, listTrips"),
        ('p95 = "' + "9" * 200 + '"', 'p95: "' + "9" * 59 + "… is no duration"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_where_and_what_would_be_right(text: str, said: str) -> None:
    assert any(finding.startswith(said) for finding in findings(text)), findings(text)


@pytest.mark.parametrize("availability", ["93%", "1%", "93.055%"])
def test_an_availability_whose_alert_could_never_fire_is_refused(availability: str) -> None:
    assert findings(f'availability = "{availability}"') == [
        f'availability: "{availability}" is too little: nothing could spend its error budget 14.4 times too fast,'
        " which is what the fastest alert waits for; it has to be at least 93.1%"
    ]


def test_the_least_availability_that_is_offered_is_taken() -> None:
    assert parse(b'availability = "93.1%"').default.availability == Percentage.parse("93.1%")


@pytest.mark.parametrize("name", ["", "a\\u0000b", "a\\nb", "a\\u2028b"])
def test_a_name_that_no_operation_has_is_refused(name: str) -> None:
    (finding,) = findings(f'[operations."{name}"]\np95 = "1s"', None)
    assert finding.endswith("is no name of an operation; an operationId is printable text")
    assert finding.isprintable()


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert (
        len(
            findings('p95 = 1\nsurge = 1\nx = 1\n[operations.getTrip]\np95 = 1\ny = 1\n[operations.nobody]\np95 = "1s"')
        )
        == 6
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"p95 = ", "Invalid value (at end of document)"),
        (b"surge = 2\np95 = ?", "Invalid value (at line 2, column 7)"),
        (b'p95 = "1s"\np95 = "2s"', "Cannot overwrite a value"),
        (b"\xff", "byte 0 is no UTF-8"),
        (b"x = " + b"[" * 50_000, "values are nested too deeply"),
        (b"x = " + b"9" * 5000, "integer string conversion"),
        (b"#" * 70_000, "it has 70000 bytes; objectives fit into 65536"),
    ],
)
def test_what_is_no_toml_is_told_with_line_and_column(data: bytes, said: str) -> None:
    (finding,) = findings(data)
    assert said in finding


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ObjectivesError, match=r"slo\.toml cannot be read\n  - No such file or directory"):
        load(tmp_path / "slo.toml")


def test_a_file_is_named_in_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("surge = 1")
    with pytest.raises(ObjectivesError, match=r"other\.toml cannot be used"):
        load(tmp_path / "other.toml")
    (tmp_path / "other.toml").write_text("surge = 2")
    assert load(tmp_path / "other.toml").surge == 2


# -- whatever is in it


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b".".join([b"a"] * 1200) + b" = 1")
@example(b"p95." + b".".join([b"a"] * 1200) + b" = 1")
@example(b"operations." + b".".join([b"a"] * 1200) + b" = 1")
def test_any_bytes_are_objectives_or_told_as_wrong(data: bytes) -> None:
    try:
        assert isinstance(parse(data), Objectives)
    except ObjectivesError as error:
        assert_precise(error)


VALUES = st.sampled_from(
    ['"1%"', '"99.9%"', '"0%"', '"101%"', '"300ms"', '"5m"', '"0s"', '"9999d"', '""', "0", "-1", "7", "1.5", "nan", "-inf",
     "true", "[]", "{}", "{a = {b = 1}}", "[[[1]]]", "1979-05-27", "07:32:00", "'''\n\n'''", '"\\u0007"', "0xffffffffffffffffff"]
)  # fmt: skip
KEYS = st.sampled_from(
    ["window", "error_rate", "p95", "availability", "minimum_calls", "surge", "authentication_failure_rate", "p59",
     "operations", "operations.getTrip", "operations.getTrip.p95", "operations.'ü x'.error_rate", "'\\'", '"a\\tb"']
)  # fmt: skip


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.sampled_from([None, OPERATIONS]))
def test_any_keys_with_any_values_are_objectives_or_told_as_wrong(
    values: dict[str, str], operations: list[str] | None
) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in values.items())
    try:
        found = parse(text.encode(), "slo.toml", operations)
    except ObjectivesError as error:
        assert_precise(error)
    else:
        assert set(found.operations) <= {"getTrip", "ü x"}


def assert_precise(error: ObjectivesError) -> None:
    """One printable line for each finding, and none of them endless."""
    assert error.items
    for item in error.items:
        assert str(item).isprintable(), item
        assert 0 < len(str(item)) < 400
    assert str(error).startswith("slo.toml ")


PERCENTAGES = st.integers(1, 99_999).map(lambda thousandths: f"{thousandths / 1000:.3f}%")
AVAILABILITIES = st.integers(93_100, 99_999).map(lambda thousandths: f"{thousandths / 1000:.3f}%")
LATENCIES = st.integers(1, 300_000).map(lambda milliseconds: f"{milliseconds}ms")


@given(PERCENTAGES, LATENCIES, AVAILABILITIES, st.integers(1, 1_000_000), st.integers(2, 10))
def test_what_is_right_is_read_as_it_is_written(
    error_rate: str, p95: str, availability: str, minimum: int, surge: int
) -> None:
    goal = f'error_rate = "{error_rate}"\np95 = "{p95}"\navailability = "{availability}"\n'
    found = parse(f"{goal}minimum_calls = {minimum}\nsurge = {surge}\n[operations.getTrip]\n{goal}".encode())
    expected = Objective(Percentage.parse(error_rate), Duration.parse(p95), Percentage.parse(availability))
    assert found.default == found.of("getTrip") == expected
    assert (found.minimum_calls, found.surge) == (minimum, surge)
