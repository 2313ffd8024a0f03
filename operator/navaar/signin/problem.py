"""What keeps a person from signing in."""


class SignInProblem(Exception):
    """It came to nothing. `message` is a sentence: what happened, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NoAnswer(SignInProblem):
    """The service said nothing to what a person put in: it may be right."""


class NotTheAnswer(SignInProblem):
    """What came is no answer to what was asked: the right one may still come."""
