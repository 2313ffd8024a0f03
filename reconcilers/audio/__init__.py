"""Audio for the channel: fetched from YouTube, made to fit Telegram, tagged; in a process of its own."""

from reconcilers.audio.process import Worker
from reconcilers.audio.scratch import workdir
from reconcilers.audio.source import Audio, AudioSource

__all__ = ["Audio", "AudioSource", "Worker", "workdir"]
