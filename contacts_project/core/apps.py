from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    name = "contacts_project.core"
    label = "core"

    def ready(self) -> None:
        from . import checks

        connection_created.connect(checks.refuse_old_server, dispatch_uid="core.refuse_old_server")
