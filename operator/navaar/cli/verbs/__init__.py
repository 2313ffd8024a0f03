"""One module for each verb: its `command`."""
