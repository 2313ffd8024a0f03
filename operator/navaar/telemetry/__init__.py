"""What is told of the process itself: metrics, logs, and how long the event loop is held up."""
