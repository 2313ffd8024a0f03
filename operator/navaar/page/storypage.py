"""One song's whole story, read from the API server now."""

from navaar.page.visit import Page, Visit
from navaar.people import acts
from navaar.people.failure import failures
from navaar.people.question import Answer
from navaar.people.song import song_of, sync_of
from navaar.people.story import story
from navaar.people.ways import ways


async def page(visit: Visit) -> Page:
    """The song of the address. Raises Problem if there is none."""
    namespace, name = visit.path["namespace"], visit.path["name"]
    track = await visit.sight.track(visit.caller, namespace, name, "the page Songs")
    key = (namespace, sync_of(track))
    sync = visit.declaring(key)
    told = story(track, sync, visit.now)
    failed = failures(track)
    mends = [
        Answer(f"Mend it in {failure.service.title}", failure.mend) for failure in failed if failure.mend is not None
    ]
    if sync is not None and any(failure.mend is None for failure in failed):
        mends += [Answer("Try again what failed", act) for act in acts.retry(track, f"{visit.now:.0f}")]
    context = {
        "story": told,
        "track": track,
        "questions": told.questions,
        "mends": mends,
        "ways": ways(track, told.chapters),
        "linked": key in visit.keys,
        "under_way": visit.under_way(key, name),
    }
    return Page("story.html", song_of(track), context, about=f"{namespace}/{sync_of(track)}/{name}", here="/songs")
