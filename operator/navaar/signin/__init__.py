"""Signing in at the services: from a person's consent to the keys of a Secret.

Nothing in here knows a terminal or a cluster. No message holds a token, a code or a cookie.
"""
