"""What can be asked: the parameters of each endpoint, read strictly and refused in sentences."""

import difflib
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_origin

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from navaar.http.cursor import LIMIT as CURSOR_LIMIT
from navaar.http.problem import Problem, bad
from reconcilers.model import Phase, State
from reconcilers.services.protocol import ServiceName

MANY = 50
PAGE, MOST = 100, 500
SHOWN = 60
"""Characters of what somebody sent that are repeated to them."""

_OLD_WORDS = {
    "pending": "Syncing",
    "identifying": "Syncing",
    "searching": "Syncing",
    "retry_scheduled": "Syncing",
    "unsynced": "Removed",
}
"""What the older service called a status, where that isn't a phase by the same name."""

_OLD_NAMES = {
    "direction": "`origin`, where a song was first seen, with `service` and `state`, where it goes",
    "offset": "`cursor`, with what `next` was in the last answer",
    "page": "`cursor`, with what `next` was in the last answer",
    "q": "`text`",
    "id": "the path /api/tracks/NAMESPACE/NAME",
    "token": "the header Authorization: a token in an address ends up in logs",
    "access_token": "the header Authorization: a token in an address ends up in logs",
}

E = TypeVar("E", bound=StrEnum)


class Level(StrEnum):
    """How much a line matters."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Sort(StrEnum):
    """What Tracks are ordered by; what is equal is ordered by name."""

    NAME = "name"
    NAME_DOWN = "-name"
    CREATED = "created"
    CREATED_DOWN = "-created"
    CHANGED = "changed"
    CHANGED_DOWN = "-changed"
    TITLE = "title"
    TITLE_DOWN = "-title"
    ARTIST = "artist"
    ARTIST_DOWN = "-artist"


def _any_case(kind: type[E], others: Mapping[str, str] = {}) -> BeforeValidator:
    """Words of an enumeration, however they are capitalised."""
    known = {str(word).lower(): str(word) for word in kind} | dict(others)
    return BeforeValidator(
        lambda value: (
            [known.get(word.lower(), word) for word in value]
            if isinstance(value, list)
            else known.get(str(value).lower(), value)
        )
    )


Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", examples=["music"])]
Name = Annotated[str, Field(max_length=253, pattern=r"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$", examples=["friday-tapes"])]
Path = Annotated[str, Field(max_length=200, examples=["placements.spotify.state"])]


class Question(BaseModel):
    """What every endpoint can be asked: which fields."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, defer_build=True)

    fields: Annotated[list[Path], Field(max_length=MANY)] = []
    """Only these fields of the answer, or of each item where it has items; dots lead into them."""


class Scoped(Question):
    """A question about some of the namespaces."""

    namespace: Annotated[list[Namespace], Field(max_length=MANY)] = []
    """Only these namespaces."""

    sync: Annotated[list[Name], Field(max_length=MANY)] = []
    """Only MusicSyncs of these names, and what belongs to them."""


class Paged(Scoped):
    """A question that is answered page by page."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE
    """How many items at most, from 1 to 500."""

    cursor: Annotated[str, Field(max_length=CURSOR_LIMIT)] = ""
    """Where to go on: `next` of the last answer, with the same parameters."""


class AboutTracks(Paged):
    """A question about Tracks.

    What is asked for twice over, or separated by commas, is either; different parameters narrow each other.
    """

    service: Annotated[list[ServiceName], _any_case(ServiceName), Field(max_length=MANY)] = []
    """Only Tracks with a placement in one of these places; with `state`, with such a one."""

    state: Annotated[list[State], _any_case(State), Field(max_length=MANY)] = []
    """Only Tracks that stand so somewhere, or in the places that `service` names."""

    origin: Annotated[list[ServiceName], _any_case(ServiceName), Field(max_length=MANY)] = []
    """Only songs that were first seen there."""

    text: Annotated[str, Field(max_length=200)] = ""
    """Only Tracks in whose artist, title or album every one of these words stands, in any script; case, width, accents and
    the letter forms of Arabic and Persian don't matter."""

    sort: Annotated[Sort, _any_case(Sort)] = Sort.NAME
    """In which order; with a minus, the other way round."""


class AboutAllTracks(AboutTracks):
    """A question about Tracks of any phase."""

    phase: Annotated[
        list[Phase],
        _any_case(Phase, _OLD_WORDS),
        Field(max_length=MANY, validation_alias=AliasChoices("phase", "status")),
    ] = []
    """Only Tracks in one of these phases, as `kubectl get tracks` shows it."""


class AboutLogs(Paged):
    """A question about the log of this process."""

    track: Annotated[list[Name], Field(max_length=MANY)] = []
    """Only lines about these Tracks."""

    level: Annotated[Level, _any_case(Level)] = Level.DEBUG
    """Only lines that matter at least that much."""

    text: Annotated[str, Field(max_length=200)] = ""
    """Only lines with this in their message, in any case."""


Q = TypeVar("Q", bound=Question)


def read(kind: type[Q], pairs: list[tuple[str, str]]) -> Q:
    """The parameters of an address. Raises Problem with a sentence for each that can't be used."""
    names = parameters(kind)
    given: dict[str, Any] = {}
    for name, value in pairs:
        field = names.get(name)
        if field is not None and get_origin(kind.model_fields[field].annotation) is list:
            given.setdefault(name, []).extend(part.strip() for part in value.split(",") if part.strip())
        elif name in given:
            raise bad(f"{_shown(name)} is given twice: say it once.")
        else:
            given[name] = value
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise _refused(kind, error) from None


def parameters(kind: type[Question]) -> dict[str, str]:
    """The parameters by the names that people write, and the fields that they are."""
    found: dict[str, str] = {}
    for name, field in kind.model_fields.items():
        choices = field.validation_alias.choices if isinstance(field.validation_alias, AliasChoices) else [name]
        found.update({str(choice): name for choice in choices})
    return found


def _refused(kind: type[Question], error: ValidationError) -> Problem:
    said = [_sentence(kind, one) for one in error.errors(include_url=False, include_context=True)[:5]]
    return bad(" ".join(dict.fromkeys(said)))


def _sentence(kind: type[Question], error: ErrorDetails) -> str:
    name, value = str(error["loc"][0]), error["input"]
    names = parameters(kind)
    if error["type"] == "extra_forbidden":
        if name in _OLD_NAMES:
            return f"There is no parameter {name} here: what it asked is asked with {_OLD_NAMES[name]}."
        near = difflib.get_close_matches(name, names, 1)
        hint = f" Do you mean {near[0]}?" if near else ""
        return f"There is no parameter {_shown(name)} here.{hint} There are: {', '.join(names)}."
    field = kind.model_fields[names[name]]
    why = error["msg"][:1].lower() + error["msg"][1:]
    return f"{name} can't be {_shown(str(value)) or 'empty'}: {why}. {' '.join((field.description or '').split())}"


def _shown(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[: SHOWN + 1])
    return printable if len(printable) <= SHOWN else printable[:SHOWN] + "…"
