"""How a query ends before it is answered."""

from __future__ import annotations

from uuid import UUID

from haetae.errors import Refused


class Cancelled(Refused):
    """The query was cancelled: by somebody, or because its caller went away. There is no answer and never will be."""

    def __init__(self, query_id: UUID) -> None:
        super().__init__("The query was cancelled.", status=409, kind="query-cancelled", query_id=query_id)
