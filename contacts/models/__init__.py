"""Everything stored about contacts. Fetch through `contacts.policy`: it alone knows who may see what."""

from .bulk import BulkAction, BulkItem, UndoStep
from .contact import Contact, ContactSearch, ContactTag, ContactUserObjectPermission, Kind, Tag
from .imports import Import, ImportRow, SavedMapping
from .parts import (
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactPhoto,
    ContactRemark,
    ContactWebsite,
)
from .work import AccessRequest, FollowUp, Note

__all__ = [
    "AccessRequest",
    "BulkAction",
    "BulkItem",
    "Contact",
    "ContactAddress",
    "ContactEmail",
    "ContactOtherField",
    "ContactPhone",
    "ContactPhoto",
    "ContactRemark",
    "ContactSearch",
    "ContactTag",
    "ContactUserObjectPermission",
    "ContactWebsite",
    "FollowUp",
    "Import",
    "ImportRow",
    "Kind",
    "Note",
    "SavedMapping",
    "Tag",
    "UndoStep",
]
