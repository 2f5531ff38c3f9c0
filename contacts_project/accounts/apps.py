from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "contacts_project.accounts"
    label = "accounts"

    def ready(self) -> None:
        from . import grants

        post_migrate.connect(grants.forget_permissions, dispatch_uid="accounts.forget_permissions")
