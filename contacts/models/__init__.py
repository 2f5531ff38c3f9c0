"""Everything stored about contacts. Fetch through `contacts.policy`: it alone knows who may see what."""

from .blocks import Block
from .bulk import BulkAction, BulkItem, UndoStep
from .contact import Contact, ContactSearch, ContactTag, ContactUserObjectPermission, Kind, Tag
from .departments import CleanUpReminder, DepartmentLink, JoinedContact
from .imports import Import, ImportRow, SavedMapping
from .lists import List, ListItem, ListUserObjectPermission
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
    "Block",
    "BulkAction",
    "BulkItem",
    "CleanUpReminder",
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
    "DepartmentLink",
    "FollowUp",
    "Import",
    "ImportRow",
    "JoinedContact",
    "Kind",
    "List",
    "ListItem",
    "ListUserObjectPermission",
    "Note",
    "SavedMapping",
    "Tag",
    "UndoStep",
]
