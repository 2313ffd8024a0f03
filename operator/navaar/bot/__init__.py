"""The bot: what its admins ask for in a chat, answered from the same store and by the same functions as the command line.

It writes what `kubectl` could write to a Track, and asks this process for passes: it needs no right that syncing doesn't.
"""
