"""Teams that own contacts and are worked by operators (product.md §8)."""

from django.apps import AppConfig


class DepartmentsConfig(AppConfig):
    name = "departments"

    def ready(self) -> None:
        from contacts_project.accounts.signals import user_deactivated

        from . import notice_kinds
        from .receivers import take_over

        notice_kinds.add()
        user_deactivated.connect(take_over, dispatch_uid="departments.take_over")
