"""Records of what code has just made: without the checks that data from outside needs.

    Turn --trusted--> a maker of turns, called as the class is; a tenth of a validation's time

A type checker holds the calls to the fields, a test the records to what validation makes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from datagen.types import Record

P = ParamSpec("P")
R = TypeVar("R", bound=Record)
_new, _set = object.__new__, object.__setattr__


def trusted(record: Callable[P, R]) -> Callable[P, R]:
    """Return what makes records of a class from fields that are right; others have defaults."""
    assert isinstance(record, type)
    assert issubclass(record, Record)
    fields = record.model_fields
    blank = {
        name: None if field.is_required() or field.default_factory else field.default
        for name, field in fields.items()
    }
    fresh = {name: field.default_factory for name, field in fields.items() if field.default_factory}
    names = set(fields)

    def make(*_: P.args, **given: P.kwargs) -> R:
        return _filled(cast("R", _new(record)), blank | given, names)

    def make_fresh(*_: P.args, **given: P.kwargs) -> R:
        own = {name: default() for name, default in fresh.items()}  # type: ignore[call-arg]
        return _filled(cast("R", _new(record)), blank | own | given, names)

    return make_fresh if fresh else make


def changed(record: R, **fields: object) -> R:
    """Return a record with some fields changed, to values that are right."""
    return _filled(_new(type(record)), record.__dict__ | fields, record.model_fields_set)


def _filled(made: R, values: dict[str, object], names: set[str]) -> R:
    """Fill a blank record; ``names`` is not changed by anybody, so many share it."""
    _set(made, "__dict__", values)
    _set(made, "__pydantic_fields_set__", names)
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made
