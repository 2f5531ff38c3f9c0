"""The ASGI entry point: `uvicorn contacts_project.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_project.settings")
os.environ.setdefault("KITHLINE_ROLE", "web")

from django.core.asgi import get_asgi_application

from contacts_project.core.body_limit import BodyLimit

application = BodyLimit(get_asgi_application())
