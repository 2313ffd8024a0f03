"""Values that people write on the command line, read strictly and refused in sentences."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from reconcilers.services.protocol import ServiceName


class Place(click.ParamType[Any]):
    """A place: `telegram`, `youtubeMusic`, `spotify`, and what people call them."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "ServiceName":
        """The place. Raises UsageError."""
        from navaar.people.links import service_named

        try:
            return service_named(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Entry(click.ParamType[Any]):
    """An id or address of a song in a place."""

    name = "entry"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "tuple[ServiceName, str]":
        """The place and the id. Raises UsageError."""
        from navaar.people.links import named

        try:
            return named(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Span(click.ParamType[float]):
    """A span of time, in seconds: `30m`, `2h`, `7d`."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds. Raises UsageError."""
        from navaar.people.span import parsed

        if isinstance(value, (int, float)):
            return float(value)
        try:
            return parsed(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


PLACE, ENTRY, SPAN = Place(), Entry(), Span()
