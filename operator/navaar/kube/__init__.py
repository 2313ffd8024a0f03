"""The API server: its client, what it refuses, lists and watches, Leases, Events."""
