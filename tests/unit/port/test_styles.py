"""Parameters as text: what is written is read as it was, or is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchover.contract import Parameter
from switchover.errors import MalformedRequest
from switchover.port import styles
from switchover.port.received import View, reader
from switchover.port.styles import ABSENT, UnreadableError, UnwritableError
from switchover.port.wire import Received
from unit.port.parameters import SCALARS, TEXT, every_parameter

PARAMETERS = every_parameter()
EVERY = pytest.mark.parametrize("name", PARAMETERS)
QUICK = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sent(parameter: Parameter, value: Any) -> Received:
    """A request with this parameter, as a server gets it."""
    received = Received(["things", "-"], "", [], None)
    match parameter.place:
        case "path":
            received.segments = ["things", styles.write_path(parameter, value)]
        case "query":
            received.query = "&".join(styles.write_query(parameter, value))
        case "header":
            received.headers = [(b"x-y", styles.write_header(parameter, value).encode())]
        case "cookie":
            received.headers = [(b"cookie", "; ".join(styles.write_cookie(parameter, value)).encode())]
    return received


def read(parameter: Parameter, received: Received) -> Any:
    return reader(parameter, 1)(View(received))


def is_same(a: Any, b: Any) -> bool:
    return repr(a) == repr(b) or (
        isinstance(a, dict) and isinstance(b, dict) and repr(sorted(a.items())) == repr(sorted(b.items()))
    )


@EVERY
@QUICK
@given(data=st.data())
def test_what_is_written_is_read_or_refused(name: str, data: st.DataObject) -> None:
    parameter, values = PARAMETERS[name]
    value = data.draw(values)
    try:
        received = sent(parameter, value)
    except UnwritableError as error:
        assert str(error)
        return
    got = read(parameter, received)
    assert is_same(got, value) or (got is ABSENT and parameter.place == "query" and value in ([], {}))


@EVERY
@QUICK
@given(data=st.data())
def test_any_text_is_read_or_refused(name: str, data: st.DataObject) -> None:
    parameter, _ = PARAMETERS[name]
    text = data.draw(
        TEXT
        | st.text()
        | st.sampled_from(["%zz", "%ff", ";x%20y", ".a.b", "x%20y=1&x%20y=2", "{}", "[1", "x%20y%5Ba%5D=1"])
    )
    header = text.encode("utf-8")
    received = Received(
        ["things", text], text, [(b"x-y", header), (b"cookie", b"x%20y=" + header), (b"cookie", b'x%20y="a"')], None
    )
    try:
        read(parameter, received)
    except (UnreadableError, MalformedRequest) as error:
        assert str(error)


PLAIN_VALUES = {"string": "a b", "integer": 1, "number": -1.5, "boolean": True, "mixed": "a"}


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name.split(" ", 2)[2] in SCALARS])
def test_plain_values_are_never_refused(name: str) -> None:
    value = PLAIN_VALUES[name.split(" ", 2)[2]]
    assert read(PARAMETERS[name][0], written(name, value)) == value


def written(name: str, value: Any) -> Received:
    return sent(PARAMETERS[name][0], value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("path simple array of string", ["a", "b,c"], None),
        ("path simple array of string", ["a b", "c"], "a%20b,c"),
        ("path label array of integer", [1, 2], ".1,2"),
        ("path label* array of integer", [1, 2], ".1.2"),
        ("path matrix integer", 5, ";x%20y=5"),
        ("path matrix array of integer", [1, 2], ";x%20y=1,2"),
        ("path matrix* array of integer", [1, 2], ";x%20y=1;x%20y=2"),
        ("path matrix* object", {"string": "a", "integer": 1}, ";string=a;integer=1"),
        ("path simple object", {"string": "a", "integer": 1}, "string,a,integer,1"),
        ("path simple* object", {"string": "a", "integer": 1}, "string=a,integer=1"),
        ("path json object", {"integer": 1}, "%7B%22integer%22%3A1%7D"),
    ],
)
def test_paths_look_as_openapi_shows_them(name: str, value: Any, expected: str | None) -> None:
    # OpenAPI 3.1, section 4.8.12.4, Style Examples. A comma is encoded, so it separates nothing.
    assert written(name, value).segments[1] == (expected or "a,b%2Cc")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("query form* array of integer", [1, 2], "x%20y=1&x%20y=2"),
        ("query form array of integer", [1, 2], "x%20y=1,2"),
        ("query form* object", {"string": "a", "integer": 1}, "string=a&integer=1"),
        ("query form object", {"string": "a", "integer": 1}, "x%20y=string,a,integer,1"),
        ("query spaceDelimited array of integer", [1, 2], "x%20y=1%202"),
        ("query pipeDelimited array of integer", [1, 2], "x%20y=1%7C2"),
        ("query deepObject* object", {"string": "a", "integer": 1}, "x%20y%5Bstring%5D=a&x%20y%5Binteger%5D=1"),
        ("query json integer", 1, "x%20y=1"),
        ("query form* boolean", True, "x%20y=true"),
        ("query form* number", 1e22, "x%20y=1e%2B22"),
    ],
)
def test_queries_look_as_openapi_shows_them(name: str, value: Any, expected: str) -> None:
    assert written(name, value).query == expected


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("query pipeDelimited array of integer", "x+y=1|2", [1, 2]),
        ("query pipeDelimited array of integer", "x%20y=1%7c2", [1, 2]),
        ("query spaceDelimited array of string", "x%20y=a+b%20c", ["a", "b", "c"]),
        ("query form string", "x%20y=a+b&&=c", "a b"),
        ("query form array of string", "x%20y=", []),
        ("query form* array of string", "x%20y", [""]),
    ],
)
def test_queries_of_other_clients_are_read(name: str, query: str, expected: Any) -> None:
    assert read(PARAMETERS[name][0], Received([], query, [], None)) == expected


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("path simple string", "", "is empty, or dots alone"),
        ("path simple string", "..", "is empty, or dots alone"),
        ("path simple string", "\ud800", "is not valid Unicode"),
        ("path label* array of string", ["a.b"], "has an element with '.' in it"),
        ("query spaceDelimited array of string", ["a b"], "has an element with ' ' in it"),
        ("query form array of string", [""], "would not arrive as it was in style form"),
        ("query form* mixed", "1", "would not arrive as it was in style form"),
        ("query form* string", None, "is None, which a parameter cannot carry"),
        ("query form* string", {"a": {}}, "is not a value that can be written"),
        ("query form* integer", 10**5000, "is not a number that can be written"),
        ("query form* integer", 10**4100, "has more than 4000 digits"),
        ("query json integer", 10**5000, "has a number that cannot be written"),
        ("header simple string", "é", "has characters that a header cannot carry"),
        ("header simple string", " a", "has characters that a header cannot carry"),
        ("header simple array of string", ["a,b"], "has an element with ',' in it"),
        ("header simple array of string", ["a", " b"], "would not arrive as it was"),
        ("header simple* open object", {"a=1": "x", "a=2": "y"}, "would not arrive as it was"),
        ("cookie form* array of string", ["a"], "which an exploded cookie cannot carry"),
    ],
    ids=lambda value: "a number" if isinstance(value, int) else None,
)
def test_what_a_style_cannot_carry_is_refused_with_the_reason(name: str, value: Any, why: str) -> None:
    with pytest.raises(UnwritableError) as caught:
        written(name, value)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("path label string", "a", "has to start with '.'"),
        ("path matrix string", "a", "has to start with ';x y='"),
        ("path matrix string", ";z=1", "has to be ';x y=…'"),
        ("path matrix integer", ";x%20y=1;x%20y=2", "is there 2 times"),
        ("path matrix* object", ";a=1;a=2", "has a name more than once"),
        ("path simple object", "a,1,b", "has to be names and values in turn"),
        ("path simple* object", "a=1,a=2", "has a name more than once"),
        ("path simple string", "%f", "is not percent-encoded UTF-8"),
        ("path simple string", "%ff", "is not percent-encoded UTF-8"),
        ("path simple string", "é", "is not percent-encoded UTF-8"),
        ("path json object", "%7B", "is not JSON"),
        ("path json number", "NaN", "is not JSON"),
    ],
)
def test_what_is_not_in_a_style_is_refused_with_the_reason(name: str, raw: str, why: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(PARAMETERS[name][0], Received(["things", raw], "", [], None))
    assert why in str(caught.value)


def test_a_parameter_that_is_there_twice_is_refused() -> None:
    with pytest.raises(UnreadableError, match="is there 2 times"):
        read(PARAMETERS["query form* string"][0], Received([], "x%20y=1&x%20y=2", [], None))


def test_a_query_that_is_not_percent_encoded_is_malformed() -> None:
    for query in ("x%20y=%zz", "%ff=1", "x%20y=é"):
        with pytest.raises(MalformedRequest, match="The query is not percent-encoded UTF-8"):
            read(PARAMETERS["query form* string"][0], Received([], query, [], None))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("x%20y=a", "a"),
        ('x%20y="a"', "a"),
        ("z=1; x%20y=a%22", 'a"'),
        ("x%20y", ABSENT),
        ("", ABSENT),
        ('x%20y="', '"'),
    ],
)
def test_cookies_are_read_with_and_without_quotes(header: str, expected: Any) -> None:
    assert (
        read(PARAMETERS["cookie form* string"][0], Received([], "", [(b"cookie", header.encode())], None)) == expected
    )


def test_headers_that_are_there_twice_are_one_list() -> None:
    received = Received([], "", [(b"x-y", b"1, 2"), (b"x-y", b"3")], None)
    assert read(PARAMETERS["header simple array of integer"][0], received) == [1, 2, 3]
    assert read(PARAMETERS["header simple string"][0], Received([], "", [], None)) is ABSENT
