from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts_project.accounts.signals import user_deactivated

        from . import lookups  # noqa: F401  registers them
        from .receivers import take_over

        user_deactivated.connect(take_over, dispatch_uid="contacts.take_over")
