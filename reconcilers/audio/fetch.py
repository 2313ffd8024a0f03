"""One song from YouTube to a file that Telegram takes: download, remux or encode, tag, check."""

from dataclasses import replace
from pathlib import Path

from reconcilers.audio import media, tags
from reconcilers.audio.download import download
from reconcilers.audio.failures import DISK_FULL, is_disk_full
from reconcilers.audio.job import Done, FetchError, Job
from reconcilers.delivery import Report, Step

# How far the file may be from what YouTube says, in seconds.
TOLERANCE = 2.0


def fetch(job: Job, report: Report) -> Done:
    """Does the job; what it leaves in the folder is the file and its cover. Raises `FetchError`."""
    try:
        return _fetch(job, report)
    except Exception as error:
        # The libraries word it each in its own way, and some take it for a damaged file.
        if is_disk_full(error):
            raise replace(DISK_FULL) from None
        raise


def _fetch(job: Job, report: Report) -> Done:
    folder = Path(job.folder)
    found = download(job, report)
    report(Step.CONVERTING, 0, None)
    path = folder / "audio.m4a"
    media.to_m4a(found.path, path, found.duration, job.largest)
    found.path.unlink(missing_ok=True)
    report(Step.TAGGING, 0, None)
    cover = media.square_jpeg(found.picture) if found.picture else None
    duration = tags.write(path, job.title, job.performer, job.album, cover)
    if found.duration and abs(duration - found.duration) > TOLERANCE:
        raise FetchError(
            "item", "Damaged", f"The audio lasts {duration:.0f} s where YouTube promised {found.duration:.0f} s."
        )
    if path.stat().st_size > job.largest:
        raise media.too_large(path.stat().st_size, duration, job.largest)
    if cover is None:
        return Done(str(path), duration)
    picture = folder / "cover.jpg"
    picture.write_bytes(cover)
    return Done(str(path), duration, str(picture))
