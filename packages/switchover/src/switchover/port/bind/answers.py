"""The documented successes and the return type of a method."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

from switchover.contract import Answer, Media
from switchover.port.answers import AnswerCodec
from switchover.port.bind.arguments import Arguments, members_of
from switchover.port.bind.body import PLAIN_TYPES
from switchover.port.matching import match, name_of
from switchover.port.values import ValueCodec


def bound_answers(answers: tuple[Answer, ...], arguments: Arguments) -> list[AnswerCodec]:
    """Every documented success, as (a member of) the return type."""
    hint = arguments.method.hints["return"]
    options = [hint] if len(_forms(answers)) <= 1 else members_of(hint)
    used: set[int] = set()
    found = [codec for answer in answers if (codec := _answer(answer, options, used, arguments)) is not None]
    for index, option in enumerate(options):
        if index not in used and len(found) == len(answers):
            arguments.found.append(f"may return {name_of(option)}, which no documented answer carries")
    return found


def _answer(answer: Answer, options: list[Any], used: set[int], arguments: Arguments) -> AnswerCodec | None:
    """The first of the return types that can stand for an answer; one that stands for no other answer yet, if there is any."""
    refused: list[str] = []
    for index, option in sorted(enumerate(options), key=lambda item: item[0] in used):
        codec, found = _codec(answer, option, arguments)
        if not found:
            used.add(index)
            return AnswerCodec.of(answer, codec, _predicate(option, codec))
        refused += found
    arguments.found += [f"answer {answer.status}: {message}" for message in refused]
    return None


def _codec(answer: Answer, option: Any, arguments: Arguments) -> tuple[ValueCodec | None, list[str]]:
    content = answer.content
    if content is None:
        is_nothing = option is None or option is NoneType
        return None, [] if is_nothing else [f"has no body, and {name_of(option)} is returned"]
    if content.media is not Media.JSON:
        is_meant = option is PLAIN_TYPES[content.media]
        return None, [] if is_meant else [f"is {content.media_type}, and {name_of(option)} is returned"]
    found = match(content.shape, option)
    if found.differences:
        return None, list(found.differences)
    return arguments.codec(found, content.schema, content.shape, "answer", omits_unset=False), []


def _forms(answers: tuple[Answer, ...]) -> set[Any]:
    """The different bodies among the answers: one return type stands for all answers with the same body."""
    return {
        None if answer.content is None else (answer.content.media, answer.content.schema.resolved().uri)
        for answer in answers
    }


def _predicate(option: Any, codec: ValueCodec | None) -> Callable[[Any], bool]:
    if codec is not None:
        return codec.is_instance
    if option is None or option is NoneType:
        return lambda result: result is None
    return lambda result: isinstance(result, option)
