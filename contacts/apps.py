from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts_project.accounts.signals import user_deactivated

        from . import lookups  # noqa: F401  registers them
        from .activities import steps  # noqa: F401  its tellers, likewise
        from .asked_lists import AskedLists
        from .receivers import take_over
        from .services.places import PLACES

        PLACES.append(AskedLists())
        user_deactivated.connect(take_over, dispatch_uid="contacts.take_over")
