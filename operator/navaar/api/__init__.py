"""The custom resources: their types, their schemas, and their way to and from the planner's values."""
