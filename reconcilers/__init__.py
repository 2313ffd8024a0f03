"""The synchronisation itself: what is where, what should be where, and the steps in between. No Kubernetes in here."""
