"""Accounts at the services: credentials from Secrets, one broker and one budget for each, kept through restarts."""
