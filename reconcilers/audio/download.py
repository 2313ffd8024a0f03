"""From YouTube to a file, by yt-dlp. Imported by the worker only: yt-dlp takes a second and 50 MB."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yt_dlp

from reconcilers.audio.failures import understood
from reconcilers.audio.job import FetchError, Job
from reconcilers.audio.media import rate_for
from reconcilers.delivery import Report, Step

# 140 is AAC in MP4 at 128 kbit/s: what Telegram plays without another encoding. Then any AAC, then anything.
FORMAT = "140/bestaudio[ext=m4a]/bestaudio"
# Pictures without the black bars of the 4:3 sizes.
_WIDE = 1.6
_LARGEST_PICTURE = 5_000_000
# Bytes of a second of sound; more than any format that is asked for has.
_DENSEST = 64_000


@dataclass(frozen=True, slots=True)
class Download:
    """A file as YouTube has it. `duration` is what YouTube says, in seconds; `picture` is an undecoded image."""

    path: Path
    duration: float | None
    picture: bytes | None


class _Silent:
    """yt-dlp's logger: what matters comes as an exception, and the rest holds signed addresses."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...


def download(job: Job, report: Report) -> Download:
    """Fetches the job's audio into its folder. Raises `FetchError`."""
    refusals: list[FetchError] = []

    def refuse(info: Mapping[str, Any], *, incomplete: object) -> None:
        refusals.extend(_refusals(info, job))
        if refusals:
            # yt-dlp lets this one pass, but makes another of it without what it holds.
            raise yt_dlp.utils.DownloadCancelled

    try:
        with yt_dlp.YoutubeDL({**_options(job, report), "match_filter": refuse}) as client:
            info = client.extract_info(f"https://www.youtube.com/watch?v={job.video_id}", download=True)
            picture = _picture(client, info or {})
    except yt_dlp.utils.YoutubeDLError as error:
        raise (refusals[0] if refusals else understood(str(error))) from None
    finally:
        _jar(job).unlink(missing_ok=True)
    files = [Path(each["filepath"]) for each in (info or {}).get("requested_downloads") or ()]
    if not files or not files[0].is_file():
        raise FetchError(
            "item", "FetchFailed", "The audio could not be fetched: YouTube gave no file, or far too large a one."
        )
    duration = (info or {}).get("duration")
    return Download(files[0], float(duration) if duration else None, picture)


def _options(job: Job, report: Report) -> dict[str, Any]:
    options: dict[str, Any] = {
        "format": FORMAT,
        "outtmpl": {"default": str(Path(job.folder) / "source.%(ext)s")},
        "cachedir": job.cache,
        "logger": _Silent(),
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "noplaylist": True,
        "fixup": "never",
        "updatetime": False,
        "overwrites": True,
        # Where YouTube doesn't say how long a video is, nothing else keeps a download within bounds.
        "max_filesize": int(job.longest * _DENSEST),
        "retries": 2,
        "fragment_retries": 2,
        "extractor_retries": 1,
        "socket_timeout": 20,
        "sleep_interval_requests": job.pause,
        "allowed_extractors": ["youtube"],
        "progress_hooks": [lambda said: _progress(said, report)],
    }
    if os.environ.get("SSL_CERT_FILE"):
        # Otherwise yt-dlp trusts certifi's authorities only.
        options["compat_opts"] = {"no-certifi"}
    if job.cookies:
        # yt-dlp writes the jar back.
        _jar(job).touch(mode=0o600)
        _jar(job).write_text(job.cookies)
        options["cookiefile"] = str(_jar(job))
    return options


def _jar(job: Job) -> Path:
    return Path(job.folder) / "cookies.txt"


def _refusals(info: Mapping[str, Any], job: Job) -> Iterator[FetchError]:
    """Why a video is not to be downloaded, known before it is."""
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming", "post_live"):
        yield FetchError("item", "NotYet", "The video is a broadcast that hasn't ended.")
    duration = info.get("duration") or 0
    if duration > job.longest:
        message = (
            f"The recording lasts {_clock(duration)}, and spec.telegram.audio.maxDuration allows {_clock(job.longest)}."
        )
        yield FetchError("item", "TooLong", message, permanent=True)
        return
    try:
        rate_for(duration, job.largest)
    except FetchError as failure:
        yield failure


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _progress(said: Mapping[str, Any], report: Report) -> None:
    done, total = said.get("downloaded_bytes"), said.get("total_bytes") or said.get("total_bytes_estimate")
    if done is not None:
        # What is estimated may turn out to be too little.
        report(Step.DOWNLOADING, int(done), max(int(total), int(done)) if total else None)


def _picture(client: Any, info: Mapping[str, Any]) -> bytes | None:
    """The best picture that can be had in two tries; none is no failure."""
    pictures = [each for each in info.get("thumbnails") or () if each.get("url")]
    for picture in sorted(pictures, key=_worth, reverse=True)[:2]:
        try:
            with client.urlopen(picture["url"]) as answer:
                content: bytes = answer.read(_LARGEST_PICTURE)
        except (yt_dlp.utils.YoutubeDLError, yt_dlp.networking.exceptions.RequestError, OSError):
            continue
        if content:
            return content
    return None


def _worth(picture: Mapping[str, Any]) -> tuple[bool, bool, bool, int]:
    """Sizes that are known to exist, then without bars, then large enough, then not wastefully large."""
    width, height = picture.get("width") or 0, picture.get("height") or 0
    return bool(width and height), bool(height) and width / height >= _WIDE, height >= 180, -abs(height - 480)
