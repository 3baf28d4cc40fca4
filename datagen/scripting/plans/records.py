"""Records of what code has just made: without the checks that data from outside needs.

    Turn --trusted--> a maker of turns, called as the class is; a tenth of a validation's time

A type checker holds the calls to the fields, a test the records to what validation makes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import BaseModel

from datagen.types import Record

P = ParamSpec("P")
R = TypeVar("R", bound=Record)
_new = object.__new__
_set_values = BaseModel.__dict__["__dict__"].__set__
_set_names = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__
_NOT_GIVEN = object()
_MAKER = """
def make(*, {parameters}):
    made = new(record)
    set_values(made, {{{values}}})
    set_names(made, names)
    set_extra(made, None)
    set_private(made, None)
    return made
"""


def trusted(record: Callable[P, R]) -> Callable[P, R]:
    """Return what makes records of a class from fields that are right; others have defaults.

    Its code is written out, field by field, as that of a dataclass is: a third faster than to merge
    two dicts.
    """
    assert isinstance(record, type)
    assert issubclass(record, Record)
    known: dict[str, Any] = {
        "record": record,
        "new": _new,
        "set_values": _set_values,
        "set_names": _set_names,
        "set_extra": _set_extra,
        "set_private": _set_private,
        "names": set(record.model_fields),
        "not_given": _NOT_GIVEN,
    }
    parameters, values = [], []
    for name, field in record.model_fields.items():
        value, default = name, f"default_{name}"
        if field.is_required():
            parameters.append(name)
        elif field.default_factory is not None:
            known[default] = field.default_factory
            parameters.append(f"{name}=not_given")
            value = f"{default}() if {name} is not_given else {name}"
        else:
            known[default] = field.default
            parameters.append(f"{name}={default}")
        values.append(f"{name!r}: {value}")
    source = _MAKER.format(parameters=", ".join(parameters), values=", ".join(values))
    exec(source, known)  # names of fields alone
    return cast("Callable[P, R]", known["make"])


def changed(record: R, **fields: object) -> R:
    """Return a record with some fields changed, to values that are right."""
    return _filled(_new(type(record)), record.__dict__ | fields, record.model_fields_set)


def _filled(made: R, values: dict[str, object], names: set[str]) -> R:
    """Fill a blank record; ``names`` is not changed by anybody, so many share it."""
    _set_values(made, values)
    _set_names(made, names)
    _set_extra(made, None)
    _set_private(made, None)
    return made
