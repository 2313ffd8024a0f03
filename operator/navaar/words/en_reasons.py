"""English: what is told of a reason whose condition repeats an exception's words, which are not for a chat."""

WORDS = {
    "place.InvalidSpec": "The spec can't be used as it is. Why: `kubectl describe musicsync`.",
    "place.Forbidden.sync": "The operator lacks a right in the cluster. Give its service account the chart's Role.",
}
