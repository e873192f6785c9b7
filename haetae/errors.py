"""The error tree: what went wrong decides what happens next.

HaetaeError
├── Transient       a peer is away or slow: leave the message pending, retry with backoff
├── Poison          this input can never succeed: dead letter, with its cause
├── Misconfigured   the process cannot start like this: print and exit
└── Refused         the caller asked for something that is not given: an HTTP status and a public message

Each error carries its subject as keyword arguments (`camera_id=...`), never a URL with credentials, a crop or an embedding.
"""


class HaetaeError(Exception):
    """The root. `subject` names what the error is about; it may be logged."""

    def __init__(self, message: str, **subject: object) -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject

    def __str__(self) -> str:
        about = ", ".join(f"{name}={value}" for name, value in self.subject.items())
        return f"{self.message} ({about})" if about else self.message


class Transient(HaetaeError):
    """A peer is away, frozen or overloaded. Trying again later can succeed."""


class Poison(HaetaeError):
    """This input can never be processed, however often it is tried."""


class Misconfigured(HaetaeError):
    """The process cannot run as it is configured."""


class Refused(HaetaeError):
    """The caller's request is not fulfilled; becomes an RFC 9457 problem.

    `kind` is the stable last part of the problem's `type`, such as "no-person-in-photo"; the message is public.
    """

    def __init__(self, message: str, *, status: int, kind: str, **subject: object) -> None:
        super().__init__(message, **subject)
        self.status = status
        self.kind = kind
