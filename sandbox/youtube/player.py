"""What a player is told about a video: what it is, whether it may be played, and where its sound is."""

from sandbox import media
from sandbox.youtube import renderers as r
from sandbox.youtube.resources import published
from sandbox.youtube.state import Refused, YouTubeState
from sandbox.youtube.videos import Video
from sandbox.youtube.wire import Json, thumbnails

LINK_LIFETIME = 21_540
_SABR_CLIENTS = ("WEB", "WEB_REMIX", "MWEB")

_REFUSALS: dict[str, Json] = {
    "bot": {"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm you’re not a bot"},
    "age": {
        "status": "LOGIN_REQUIRED",
        "reason": "Sign in to confirm your age",
        "desktopLegacyAgeGateReason": 1,
    },
    "geo": {"status": "UNPLAYABLE", "reason": "Video unavailable"},
    "unavailable": {"status": "ERROR", "reason": "Video unavailable"},
    "private": {"status": "LOGIN_REQUIRED", "reason": "This video is private"},
    "busy": {"status": "UNPLAYABLE", "reason": "This content isn't available, try again later."},
}
_GEO = "The uploader has not made this video available in your country"


def details(video: Video) -> Json:
    """The video as a player describes it; the length is a string of seconds."""
    return {
        "videoId": video.id,
        "title": video.title,
        "lengthSeconds": str(video.duration),
        "channelId": video.channel_id,
        "author": video.channel_title,
        "shortDescription": video.description,
        "viewCount": "1000000",
        "keywords": [*video.artists, video.title],
        "thumbnail": {"thumbnails": thumbnails(video.id)},
        "allowRatings": True,
        "isCrawlable": True,
        "isPrivate": False,
        "isLiveContent": False,
        "isOwnerViewing": False,
        "isUnpluggedCorpus": False,
        "musicVideoType": r.music_type(video),
    }


def verdict(state: YouTubeState, video_id: str, told: Refused | None = None) -> Json:
    """The playability status: OK, what the video's own state says, or the refusal that was `told`."""
    fate = state.library.fate(video_id)
    reason = told or state.refused.get(video_id) or state.refused.get("*")
    if fate != "ok":
        reason = "private" if fate == "private" else "unavailable"
    if reason is None:
        return {"status": "OK", "playableInEmbed": True}
    status = dict(_REFUSALS[reason])
    if reason == "geo":
        message = {"reason": r.text(status["reason"]), "subreason": r.text(_GEO)}
        status["errorScreen"] = {"playerErrorMessageRenderer": message}
    return status


def music_player(state: YouTubeState, video_id: str) -> Json:
    """The player of music.youtube.com: a description, without media."""
    video, status = state.library.get(video_id), verdict(state, video_id)
    answer: Json = {"responseContext": {}, "playabilityStatus": status}
    if video is not None:
        links = {"urlCanonical": f"https://music.youtube.com/watch?v={video.id}", "title": video.shown}
        answer |= {"videoDetails": details(video), "microformat": {"microformatDataRenderer": links}}
    return answer


def web_player(state: YouTubeState, video_id: str, client: str, told: Refused | None = None) -> Json:
    """The player of www.youtube.com: media too, with links for clients that still get them."""
    video, status = state.library.get(video_id), verdict(state, video_id, told)
    answer: Json = {"responseContext": {}, "playabilityStatus": status}
    if video is None:
        return answer | ({"videoDetails": {"videoId": video_id}} if status["status"] == "OK" else {})
    answer["videoDetails"] = details(video)
    answer["microformat"] = {"playerMicroformatRenderer": _microformat(video)}
    if status["status"] == "OK":
        answer["streamingData"] = _streams(state, video, links=client not in _SABR_CLIENTS)
    return answer


def sound(video: Video, itag: int) -> bytes | None:
    """The video's sound: itag 140 is AAC in fragmented MP4, 251 Opus in WebM; None for any other."""
    match itag:
        case 140:
            return media.dash_m4a(video.id, video.duration)
        case 251:
            return media.webm(video.id, video.duration)
        case _:
            return None


def _streams(state: YouTubeState, video: Video, links: bool) -> Json:
    expires = int(state.clock.now()) + LINK_LIFETIME
    formats = [
        _format(video, 140, 'audio/mp4; codecs="mp4a.40.2"', "AUDIO_QUALITY_MEDIUM", "44100"),
        _format(video, 251, 'audio/webm; codecs="opus"', "AUDIO_QUALITY_MEDIUM", "48000"),
    ]
    answer: Json = {"expiresInSeconds": str(LINK_LIFETIME), "adaptiveFormats": formats}
    base = "https://rr1---sn-sandbox.googlevideo.com/videoplayback"
    for each in formats:
        if links:
            each["url"] = f"{base}?expire={expires}&id={video.id}&itag={each['itag']}&clen={each['contentLength']}"
    if not links:
        answer["serverAbrStreamingUrl"] = f"{base}?expire={expires}&id={video.id}&sabr=1"
    return answer


def _format(video: Video, itag: int, mime: str, quality: str, rate: str) -> Json:
    data = sound(video, itag) or b""
    bitrate = len(data) * 8 // max(1, video.duration)
    return {
        "itag": itag,
        "mimeType": mime,
        "bitrate": bitrate,
        "averageBitrate": bitrate,
        "contentLength": str(len(data)),
        "approxDurationMs": str(video.duration * 1000),
        "quality": "tiny",
        "audioQuality": quality,
        "audioSampleRate": rate,
        "audioChannels": 1,
        "projectionType": "RECTANGULAR",
    }


def _microformat(video: Video) -> Json:
    return {
        "title": {"simpleText": video.title},
        "description": {"simpleText": video.description},
        "lengthSeconds": str(video.duration),
        "externalChannelId": video.channel_id,
        "ownerChannelName": video.channel_title,
        "category": "Music",
        "isFamilySafe": True,
        "isUnlisted": False,
        "uploadDate": published(video),
        "publishDate": published(video),
        "availableCountries": ["DE", "FR", "GB", "IR", "US"],
        "viewCount": "1000000",
    }
