"""HTML from the templates beside it. Whatever is put into them is escaped, and a name that isn't there is an error."""

import re
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from navaar.api.instant import read, written
from navaar.page.assets import address
from navaar.page.underway import key
from navaar.people.delivery import says
from navaar.people.links import address as link
from navaar.people.span import short
from navaar.people.tone import CONDITIONS, PHASES, SIGNS
from reconcilers.services.protocol import ServiceName


def render(template: str, context: Mapping[str, Any]) -> str:
    """The page."""
    return _environment().get_template(template).render(context)


def song_address(namespace: str, name: str) -> str:
    """The page of a song."""
    return f"/songs/{quote(namespace, safe='')}/{quote(name, safe='')}"


def sync_address(namespace: str, name: str) -> str:
    """The page of a MusicSync."""
    return f"/syncs/{quote(namespace, safe='')}/{quote(name, safe='')}"


def songs_address(**query: str) -> str:
    """The songs that are asked for; what is empty is left out."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"/songs?{asked}" if asked else "/songs"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("navaar.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(ago=_ago, instant=_instant, number=lambda value: f"{value:,}", service=ServiceName)
    made.globals.update(
        asset=address,
        link=link,
        song_address=song_address,
        sync_address=sync_address,
        songs_address=songs_address,
        signs=SIGNS,
        phases=PHASES,
        conditions=CONDITIONS,
        says=says,
        delivery_key=key,
    )
    return made


def _shown(value: Any) -> Any:
    """Texts without what would turn the rest of the line around, and what no page can show: titles come from anybody."""
    return _UNSEEN.sub("", value) if type(value) is str else value


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")


def _seconds(moment: float | str) -> float:
    return read(moment) if isinstance(moment, str) else moment


def _ago(moment: float | str) -> str:
    """How long ago, or until then, shortly."""
    return short(abs(time.time() - _seconds(moment)))


def _instant(moment: float | str) -> str:
    return written(round(_seconds(moment)))
