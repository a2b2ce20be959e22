"""Between a job and its row: the only place that knows how each field is kept."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import RowMapping

from storage.models import Destination, Job, Status, Upload

_OF_DESTINATION = tuple(field.name for field in dataclasses.fields(Destination))


def row_of(job: Job) -> dict[str, Any]:
    """The columns of a job."""
    values = {field.name: getattr(job, field.name) for field in dataclasses.fields(job)}
    destination = values.pop("destination")
    values |= {name: getattr(destination, name) for name in _OF_DESTINATION}
    values["traits"] = sorted(job.traits)
    values["uploads"] = [dataclasses.asdict(upload) for upload in job.uploads]
    values["params"] = dict(job.params)
    return values


_FROM_ROW: Mapping[str, Callable[[Any], Any]] = {
    "status": Status,
    "traits": frozenset,
    "uploads": lambda rows: tuple(Upload(**row) for row in rows),
}


def job_of(row: RowMapping) -> Job:
    """The job that a row of all columns holds."""
    values: dict[str, Any] = dict(row)
    destination = Destination(**{name: values.pop(name) for name in _OF_DESTINATION})
    for name, convert in _FROM_ROW.items():
        values[name] = convert(values[name])
    return Job(destination=destination, **values)
