"""Schemas, and values that are likely to fit them. Whether one does is for the JSON Schema engine to say."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "c")
MORE_NAMES = ("x", "y")
TEXTS = st.sampled_from(["", "a", "ab", "abc", "b1", "2026-01-01", "zzzzz"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 6), st.sampled_from([0.5, 1.0, 2.5, -1.5]), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
REFERENCES = tuple({"$ref": f"#/components/schemas/{name}"} for name in ("A", "B", "C"))

Schema = dict[str, Any]


def _some(**options: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.fixed_dictionaries({}, optional=options)


def _typed(kind: str, **options: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    kinds: st.SearchStrategy[Any] = st.sampled_from([kind, kind, [kind], [kind, "null"]])
    return st.tuples(_some(**options), kinds).map(lambda pair: {**pair[0], "type": pair[1]})


STRINGS = _typed(
    "string",
    minLength=st.integers(0, 2),
    maxLength=st.integers(1, 4),
    pattern=st.sampled_from(["^a", "b$"]),
    format=st.sampled_from(["date", "uuid"]),
)
BOUNDS = st.integers(-2, 5) | st.sampled_from([0.5, 2.5])
NUMBERS = st.one_of(
    *(
        _typed(
            kind,
            minimum=BOUNDS,
            maximum=BOUNDS,
            exclusiveMinimum=BOUNDS,
            exclusiveMaximum=BOUNDS,
            multipleOf=st.sampled_from([1, 2, 4, 0.5]),
        )
        for kind in ("integer", "number")
    )
)
ENUMS = st.one_of(
    st.lists(SCALARS, min_size=1, max_size=3, unique_by=repr).map(lambda values: {"enum": values}),
    SCALARS.map(lambda value: {"const": value}),
    st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(lambda values: {"type": "string", "enum": values}),
)
LEAVES = st.one_of(
    STRINGS, NUMBERS, ENUMS, _typed("boolean"), st.just({"type": "null"}), st.just({"type": ["string", "integer"]})
)


def _objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.tuples(
        _some(
            required=st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            additionalProperties=st.booleans() | inner,
            unevaluatedProperties=st.booleans(),
            minProperties=st.integers(0, 1),
            maxProperties=st.integers(1, 3),
            patternProperties=st.just({"^x": {"type": "integer"}}),
        ),
        st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=3),
    ).map(lambda pair: {**pair[0], "type": "object", "properties": pair[1]})


def _arrays(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return _typed(
        "array",
        items=inner | st.just(False),
        prefixItems=st.lists(inner, min_size=1, max_size=2),
        minItems=st.integers(0, 2),
        maxItems=st.integers(0, 3),
        uniqueItems=st.booleans(),
    )


def _composed(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.tuples(st.sampled_from(["allOf", "anyOf", "oneOf"]), st.lists(inner, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    )


def _negated(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.tuples(LEAVES, inner).map(lambda pair: {**pair[0], "not": pair[1]})


SCHEMAS: st.SearchStrategy[Schema] = st.recursive(
    LEAVES | st.sampled_from(REFERENCES),
    lambda inner: st.one_of(_objects(inner), _arrays(inner), _composed(inner), _objects(inner), _negated(inner)),
    max_leaves=8,
)


@st.composite
def weakened(draw: st.DrawFn, schema: Any) -> Any:
    """A schema close to another one, often but not always a weaker one."""
    if not isinstance(schema, dict):
        return schema
    match draw(st.sampled_from(["same", "drop", "inside", "anyOf", "wider", "oneOf"])):
        case "drop" if len(schema) > 1:
            gone = draw(st.sampled_from(sorted(schema)))
            return {key: value for key, value in schema.items() if key != gone}
        case "inside":
            key = draw(st.sampled_from(sorted(schema)))
            return {**schema, key: draw(_weaker_part(schema[key]))}
        case "anyOf" | "oneOf" as keyword:
            other: Any = draw(LEAVES)
            return {keyword: draw(st.permutations([schema, other]))}
        case "wider" if "minimum" in schema:
            return {**schema, "minimum": schema["minimum"] - 1}
    return schema


def _weaker_part(value: Any) -> st.SearchStrategy[Any]:
    match value:
        case dict() if value and all(name in (*NAMES, "^x") for name in value):
            return st.sampled_from(sorted(value)).flatmap(
                lambda name: weakened(value[name]).map(lambda part: {**value, name: part})
            )
        case dict():
            return weakened(value)
        case [dict(), *_]:
            return st.integers(0, len(value) - 1).flatmap(
                lambda index: weakened(value[index]).map(lambda part: [*value[:index], part, *value[index + 1 :]])
            )
        case int() | float() if not isinstance(value, bool):
            return st.sampled_from([value, value + 1, max(0, value - 1)])
    return st.just(value)


@st.composite
def values(draw: st.DrawFn, schema: Any, pool: Any, depth: int = 4) -> Any:
    """A value that is likely to fit a schema, without members that no part of the schema speaks of."""
    if depth == 0 or not isinstance(schema, dict):
        return draw(SCALARS)
    if "$ref" in schema:
        return draw(values(pool[schema["$ref"].rpartition("/")[2]], pool, depth - 1))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return draw(values(draw(st.sampled_from(schema[keyword])), pool, depth - 1))
    if "allOf" in schema:
        drawn = [draw(values(part, pool, depth - 1)) for part in schema["allOf"]]
        objects = [value for value in drawn if isinstance(value, dict)]
        merged: dict[str, Any] = {}
        for value in objects:
            merged.update(value)
        is_merged: bool = draw(st.booleans())
        return merged if objects and is_merged else draw(st.sampled_from(drawn))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if "const" in schema:
        return schema["const"]
    kinds = schema.get("type", ["string", "integer", "object", "array", "null", "boolean"])
    return draw(_of_kind(draw(st.sampled_from(kinds)) if isinstance(kinds, list) else kinds, schema, pool, depth))


def _of_kind(kind: str, schema: Schema, pool: Any, depth: int) -> st.SearchStrategy[Any]:
    match kind:
        case "object":
            return _object(schema, pool, depth)
        case "array":
            return _array(schema, pool, depth)
        case "integer":
            return st.integers(-3, 6)
        case "number":
            return st.integers(-3, 6) | st.sampled_from([0.5, 1.0, 2.5, -1.5])
        case "string":
            return TEXTS
        case "boolean":
            return st.booleans()
    return st.none()


@st.composite
def _object(draw: st.DrawFn, schema: Schema, pool: Any, depth: int) -> Any:
    named = schema.get("properties", {})
    found: dict[str, Any] = {}
    for name in dict.fromkeys([*named, *schema.get("required", ())]):
        if name in schema.get("required", ()) or draw(st.booleans()):
            found[name] = draw(values(named.get(name, {}), pool, depth - 1))
    extra = schema.get("additionalProperties")
    if "patternProperties" in schema and draw(st.booleans()):
        found["x"] = draw(st.integers(0, 3))
    if (isinstance(extra, dict) or extra is True) and draw(st.booleans()):
        found[draw(st.sampled_from(["y", *NAMES]))] = draw(
            values(extra, pool, depth - 1) if extra is not True else SCALARS
        )
    return found


@st.composite
def _array(draw: st.DrawFn, schema: Schema, pool: Any, depth: int) -> Any:
    found = [draw(values(item, pool, depth - 1)) for item in schema.get("prefixItems", ())]
    for _ in range(draw(st.integers(0, 2))):
        found.append(draw(values(schema.get("items", {}), pool, depth - 1)))
    return found


def only(value: Any) -> Schema:
    """The schema of one value and no other, spelled out."""
    match value:
        case dict():
            members = {name: only(item) for name, item in value.items()}
            return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
        case list():
            size = len(value)
            return {
                "type": "array",
                "prefixItems": list(map(only, value)),
                "items": False,
                "minItems": size,
                "maxItems": size,
            }
    return {"const": value}
