"""Notifications: people are told, in a chat or by a webhook, what needs them, and when it is well again.

For the person at home, who has no Alertmanager. What is told when is a pure function (`decision`) of what was told before
(`memory`), of how the MusicSync stands (`standing`), and of the time.
"""
