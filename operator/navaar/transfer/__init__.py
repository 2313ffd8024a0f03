"""What comes in from files of others, and what goes out for Git: readers of formats, makers of manifests.

Pure: files are given as text or as streams, and nothing here knows a cluster or a command line.
"""
