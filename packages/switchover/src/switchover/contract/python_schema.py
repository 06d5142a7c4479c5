"""JSON Schema of Python annotations that says more about what a port has to know, and no more than is certain."""

from __future__ import annotations

from typing import Any, Final

from pydantic import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonRef, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from switchover.contract.schemas.formats import LOCAL_TIME
from switchover.contract.shapes.shape import NOT_FINITE

_CONSTRAINED: Final = frozenset(
    {"str", "bytes", "int", "float", "decimal", "list", "set", "frozenset", "tuple", "dict", "url"}
)
_CONSTRAINTS: Final = frozenset(
    {
        "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minItems", "maxItems", "minProperties", "maxProperties",
    }
)  # fmt: skip

_SAID_ONLY: Final = frozenset({"title", "description"})


class PortJsonSchema(GenerateJsonSchema):
    """Offsets of times, members that are always written, members that are only written, and bounds that nothing enforces.

    Writing checks types and nothing else. So of what is written, bounds are only said where reading has enforced them: in models.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_validated = False
        self._is_closed = False

    def emit_warning(self, kind: Any, detail: str) -> None:
        """A member of a union that cannot cross makes the union one that cannot."""
        if kind == "skipped-choice":
            raise PydanticInvalidForJsonSchema(detail)
        super().emit_warning(kind, detail)

    # -- what is certain about values that are written ---------------------------------------------------------------

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """The schema of any part; see the class."""
        found = super().generate_inner(schema)
        if found.get("format") == "password" and found.get("writeOnly") is True:
            raise PydanticInvalidForJsonSchema("a secret is written as asterisks; use str")
        if self.mode == "serialization" and not self._is_validated and schema["type"] in _CONSTRAINED:
            return {key: value for key, value in found.items() if key not in _CONSTRAINTS}
        return found

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A pydantic model: validated when it is made, and written with the members it declares."""
        return self._of_class(super().model_schema, schema, is_validated=True)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """A dataclass: pydantic's own are validated when they are made, others are not."""
        is_validated = "__pydantic_validator__" in vars(schema["cls"])
        return self._of_class(super().dataclass_schema, schema, is_validated=is_validated)

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        """A TypedDict: never validated."""
        return self._of_class(super().typed_dict_schema, schema, is_validated=False)

    def _of_class(self, make: Any, schema: Any, *, is_validated: bool) -> JsonSchemaValue:
        before = self._is_validated, self._is_closed
        self._is_validated, self._is_closed = is_validated, _forbids_more(schema.get("cls"))
        try:
            found: JsonSchemaValue = make(schema)
        finally:
            self._is_validated, self._is_closed = before
        if self.mode == "serialization" and "properties" in found:
            found.setdefault("additionalProperties", False)
        return found

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """NaN passes no bound, and infinity not both."""
        found = super().float_schema(schema)
        lower, upper = ({"ge", "gt"} & set(schema), {"le", "lt"} & set(schema))
        is_finite = schema.get("allow_inf_nan") is False or (self._is_validated and lower and upper)
        return found if is_finite or self.mode == "validation" else {**found, NOT_FINITE: True}

    # -- texts ---------------------------------------------------------------------------------------------------------

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        """RFC 3339 has no time without an offset, Python has."""
        constraint = schema.get("tz_constraint")
        if constraint == "naive":
            return {"type": "string", "format": "date-time without an offset"}
        if constraint is None and self.mode == "serialization":
            return {"type": "string"}
        return {"type": "string", "format": "date-time"}

    def time_schema(self, schema: core_schema.TimeSchema) -> JsonSchemaValue:
        """A time of the day has an offset or none; both are read unless the annotation says which."""
        constraint = schema.get("tz_constraint")
        forms = {"time": constraint != "naive", LOCAL_TIME: constraint != "aware"}
        found = [{"type": "string", "format": form} for form, is_possible in forms.items() if is_possible]
        if len(found) == 1:
            return found[0]
        return {"type": "string"} if self.mode == "serialization" else {"anyOf": found}

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        """A negative one is written with a sign, which RFC 3339, appendix A, does not have."""
        return {"type": "string", "format": "duration"} if self.mode == "validation" else {"type": "string"}

    # -- members -------------------------------------------------------------------------------------------------------

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - pydantic's own signature
    ) -> bool:
        """Members of models and dataclasses are always written."""
        if self.mode == "serialization" and field["type"] != "typed-dict-field":
            return not field.get("serialization_exclude", False)
        return super().field_is_required(field, total)

    def model_fields_schema(self, schema: core_schema.ModelFieldsSchema) -> JsonSchemaValue:
        """With the computed members, which are passed over when they are read."""
        return self._with_computed(super().model_fields_schema(schema), schema)

    def dataclass_args_schema(self, schema: core_schema.DataclassArgsSchema) -> JsonSchemaValue:
        """With the computed members, which are passed over when they are read."""
        return self._with_computed(super().dataclass_args_schema(schema), schema)

    def _with_computed(self, found: JsonSchemaValue, schema: Any) -> JsonSchemaValue:
        if self.mode == "validation" and not self._is_closed:
            for field in schema.get("computed_fields", ()):
                name = field.get("alias", field["property_name"])
                found["properties"].setdefault(name, {**self.generate_inner(field["return_schema"]), "readOnly": True})
        return found

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Where keys have a pattern, there are no others. What keys may be stands here, as an enumeration is compared by its values."""
        found = super().dict_schema(schema)
        if "$ref" in (keys := found.get("propertyNames", {})):
            known = self.get_schema_from_definitions(JsonRef(keys["$ref"])) or keys
            found["propertyNames"] = {key: value for key, value in known.items() if key not in _SAID_ONLY}
        if keys := found.get("propertyNames"):
            found["propertyNames"] = _as_written(keys)
        return {**found, "additionalProperties": False} if "patternProperties" in found else found

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Without the discriminator: the tags stand in the alternatives, and one that is a default is not always written."""
        found = super().tagged_union_schema(schema)
        found.pop("discriminator", None)
        return found

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """`x: str = None`: a default that the type does not allow only says "absent"."""
        found = super().default_schema(schema)
        if found.get("default", ...) is None and not _is_nullable(schema["schema"]):
            found.pop("default")
        return found

    # -- what cannot cross ---------------------------------------------------------------------------------------------

    def is_subclass_schema(self, schema: core_schema.IsSubclassSchema) -> JsonSchemaValue:
        """Classes."""
        raise PydanticInvalidForJsonSchema("it is a class")

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        """Classes of any kind (`type`), and whatever else pydantic knows by its class alone."""
        if schema["cls"] is type:
            raise PydanticInvalidForJsonSchema("it is a class")
        return super().is_instance_schema(schema)

    def generator_schema(self, schema: core_schema.GeneratorSchema) -> JsonSchemaValue:
        """Values that can be read once."""
        raise PydanticInvalidForJsonSchema("it can be gone through only once; use list or Sequence")


def _as_written(keys: JsonSchemaValue) -> JsonSchemaValue:
    """Names of members are text: the key 1 of an enumeration is written "1"."""
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in keys.get("enum", ["text"])):
        return keys
    return {**keys, "type": "string", "enum": [str(value) for value in keys["enum"]]}


def _forbids_more(cls: Any) -> bool:
    """Does a class refuse members that it does not declare?"""
    config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    return bool(config.get("extra") == "forbid")


def _is_nullable(schema: CoreSchema) -> bool:
    return schema["type"] in ("nullable", "none", "any", "definition-ref", "union")
