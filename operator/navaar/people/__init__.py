"""What people are told, and what they can do: plain values from what was read, for the command line, the bot and the page.

Resources are dictionaries as the API server gives them. Nothing here knows a terminal, HTTP, or a client of Kubernetes.
"""
