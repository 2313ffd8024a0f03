"""Tracks and MusicSyncs in memory, the same as the API server has them, and the one writer of Tracks."""
