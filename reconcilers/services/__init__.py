"""The places that hold songs, behind one small protocol."""

from reconcilers.services.protocol import (
    Added,
    AddRequest,
    Head,
    Item,
    Listing,
    Post,
    Query,
    Service,
    ServiceName,
)

__all__ = ["AddRequest", "Added", "Head", "Item", "Listing", "Post", "Query", "Service", "ServiceName"]
