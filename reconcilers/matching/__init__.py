"""Which recording is meant: facts from what people wrote, identity, and the choice among search results.

Pure functions over `Recording` and `Candidate`: no network, no files, no clock.
"""

from reconcilers.matching.compare import Band, Verdict, compare
from reconcilers.matching.decide import Decision, Outcome, decide
from reconcilers.matching.identify import PostFacts, identify
from reconcilers.matching.keys import keys
from reconcilers.matching.legible import legible
from reconcilers.matching.normalise import compact, fold, latin, skeleton
from reconcilers.matching.parse import Parsed, normal_isrc, parse, recording
from reconcilers.matching.policy import MatchPolicy
from reconcilers.matching.queries import queries
from reconcilers.matching.rows import from_row
from reconcilers.matching.rules import RULES
from reconcilers.matching.score import Scored
from reconcilers.matching.split import split
from reconcilers.matching.upload import upload

__all__ = [
    "RULES",
    "Band",
    "Decision",
    "MatchPolicy",
    "Outcome",
    "Parsed",
    "PostFacts",
    "Scored",
    "Verdict",
    "compact",
    "compare",
    "decide",
    "fold",
    "from_row",
    "identify",
    "keys",
    "latin",
    "legible",
    "normal_isrc",
    "parse",
    "queries",
    "recording",
    "skeleton",
    "split",
    "upload",
]
