"""What keeps a camera from being seen."""

from __future__ import annotations

from enum import StrEnum

from haetae.errors import Transient


class TroubleKind(StrEnum):
    """The cause, as an operator would look for it."""

    UNREACHABLE = "unreachable"  # no connection
    NO_ANSWER = "no-answer"  # connected, and the camera says nothing
    UNAUTHORISED = "unauthorised"
    REFUSED = "refused"  # the camera answered with an error
    REDIRECTED = "redirected"  # the camera sends us to another address: never followed
    NO_MEDIA = "no-media"  # playing, and nothing comes
    UNREADABLE = "unreadable"  # data comes, and no picture can be decoded from it
    UNSUPPORTED = "unsupported"  # a codec or protocol that is not spoken here
    LOST = "lost"  # the connection ended


class CameraTrouble(Transient):
    """The camera cannot be seen now; trying again later can succeed. The message is for the operator, without credentials."""

    def __init__(self, message: str, kind: TroubleKind) -> None:
        super().__init__(message)
        self.kind = kind
