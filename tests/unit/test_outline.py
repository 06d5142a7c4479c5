"""Exceptions as they may be written down: classes and places, no words, no values."""

from __future__ import annotations

from switchover.errors import failure_of, outline, outlined


def deep(depth: int) -> None:
    if depth == 0:
        raise ValueError("secret")
    deep(depth - 1)


def caught(depth: int) -> ValueError:
    try:
        deep(depth)
    except ValueError as error:
        return error
    raise AssertionError


def test_it_names_class_file_line_and_function_innermost_first() -> None:
    text = outline(caught(1))
    assert text.startswith("builtins.ValueError at ")
    assert text.count("test_outline.py:") == 3
    assert [piece.rpartition(" in ")[2] for piece in text.split(" < ")] == ["deep", "deep", "caught"]
    assert "secret" not in text


def test_of_a_deep_stack_the_innermost_frames_are_told() -> None:
    (link,) = outlined(caught(50))
    assert len(link["stack"]) == 20
    assert all(frame.endswith(" in deep") for frame in link["stack"])


def test_an_exception_that_was_never_raised_has_no_stack() -> None:
    assert outline(KeyError("secret")) == "builtins.KeyError"


def test_causes_are_told_as_python_tells_them() -> None:
    cause, context = KeyError("secret"), OSError("secret")
    error = ValueError("secret")
    error.__context__ = context
    assert [link["type"] for link in outlined(error)] == ["builtins.ValueError", "builtins.OSError"]
    error.__cause__ = cause
    assert outline(error) == "builtins.ValueError; after builtins.KeyError"
    error.__cause__ = None
    assert outline(error) == "builtins.ValueError"


def test_a_group_is_told_with_what_it_holds() -> None:
    inner = ExceptionGroup("secret", [KeyError("secret")])
    error = ExceptionGroup("secret", [caught(0), inner])
    inner.exceptions[0].__context__ = OSError("secret")
    error.__context__ = TimeoutError("secret")
    assert [link["type"].partition(".")[2] for link in outlined(error)] == [
        "ExceptionGroup", "ValueError", "ExceptionGroup", "TimeoutError", "KeyError", "OSError",
    ]  # fmt: skip
    assert outlined(error)[1]["stack"][-1].endswith("in deep")
    assert "secret" not in outline(error)
    assert len(outlined(ExceptionGroup("many", [KeyError() for _ in range(20)]))) == 8


def test_circles_and_endless_chains_end() -> None:
    one, other = ValueError(), KeyError()
    one.__context__, other.__context__ = other, one
    assert len(outlined(one)) == 2
    first = last = Exception()
    for _ in range(20):
        last.__context__ = Exception()
        last = last.__context__
    assert len(outlined(first)) == 8


def test_a_record_carries_it_as_it_is() -> None:
    assert failure_of(KeyError("secret")) == {"exception": [{"type": "builtins.KeyError", "stack": []}]}
