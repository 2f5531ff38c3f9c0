from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts_project.accounts import notices
        from contacts_project.accounts.signals import user_deactivated

        from . import (
            lookups,  # noqa: F401  registers them
            nav_counts,
            notice_kinds,
        )
        from .activities import steps  # noqa: F401  its tellers, likewise
        from .asked_lists import AskedLists
        from .receivers import take_over
        from .services.places import PLACES

        PLACES.append(AskedLists())
        notice_kinds.add()
        nav_counts.FURTHER["notices"] = notices.unseen
        nav_counts.JUDGED["notices"] = notices.unseen_count
        user_deactivated.connect(take_over, dispatch_uid="contacts.take_over")
