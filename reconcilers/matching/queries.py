"""What to type into a service's search."""

from reconcilers.matching.normalise import compact, fold, latin
from reconcilers.matching.parse import normal_isrc, parse
from reconcilers.recording import Recording

_LONGEST = 200


def queries(recording: Recording, service_name: str, attempt: int = 0) -> str | None:
    """The query of that attempt, 0 first; None when there is none left (or nothing to look for). At most two each.

    An empty answer to an ISRC query proves nothing, so the words follow it.
    """
    asked = {"spotify": _spotify, "youtubeMusic": _youtube}.get(str(service_name))
    formulations = asked(recording) if asked is not None else []
    return formulations[attempt] if 0 <= attempt < len(formulations) else None


def _spotify(recording: Recording) -> list[str]:
    title, artist, version = _parts(recording)
    plain = _line(artist, title, version)
    isrc = normal_isrc(recording.isrc)
    if isrc:
        return _unlike(f"isrc:{isrc}", plain)
    if artist and title:
        # The fields want every word as Spotify writes it ("&" is no "and"); plain words find what they find, and more.
        return _unlike(plain, f'track:"{_quoted(_line(title, version))}" artist:"{_quoted(artist)}"')
    return _unlike(plain)


def _youtube(recording: Recording) -> list[str]:
    title, artist, version = _parts(recording)
    plain = _line(artist, title, version)
    return _unlike(
        plain, latin(_line(title, artist)) if latin(plain) != fold(plain) else _line(recording.title, recording.artist)
    )


def _parts(recording: Recording) -> tuple[str, str, str]:
    parsed = parse(recording.title, recording.artists)
    words = sorted(parsed.version.union(recording.version))
    return parsed.title, parsed.artists[0] if parsed.artists else "", _line(parsed.qualifier, *words)


def _line(*parts: str) -> str:
    return " ".join(" ".join(parts).split())[:_LONGEST].strip()


def _quoted(text: str) -> str:
    return text.replace('"', " ").strip()


def _unlike(*formulations: str) -> list[str]:
    kept: dict[str, str] = {}
    for formulation in formulations:
        if compact(formulation):
            kept.setdefault(" ".join(formulation.casefold().split()), formulation)
    return list(kept.values())
