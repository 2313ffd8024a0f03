"""What can go wrong with the local control plane, as one family of exceptions."""


class ControlPlaneError(Exception):
    """The control plane can't be built, started or asked. The message says what to do about it."""


class BuildError(ControlPlaneError):
    """No usable Go toolchain, or the Go build failed."""


class StartError(ControlPlaneError):
    """A component stopped or was not ready in time. The message ends with the last lines of each log."""


class ApiError(ControlPlaneError):
    """The API server answered with an error, or not at all (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
