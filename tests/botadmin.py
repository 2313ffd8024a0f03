"""The person who talks to the bot in its tests, and the MusicSync that is hers."""

MINA = 7
SYNC = ("music", "friday-tapes")
