"""Which admin site Django's own `admin.site` is; loaded before any model, so it names the class by its path."""

from django.contrib.admin.apps import AdminConfig


class KithlineAdminConfig(AdminConfig):
    default_site = "contacts_project.accounts.admin_scope.KithlineAdminSite"
