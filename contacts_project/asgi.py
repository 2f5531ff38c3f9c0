"""The ASGI entry point: `uvicorn contacts_project.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_project.settings")
os.environ.setdefault("KITHLINE_ROLE", "web")

from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string

from contacts_project.core.body_limit import BodyLimit

pages = get_asgi_application()
# Streams of news stand in front of Django (decision 18). They know models, so they are imported once it is set up.
application = BodyLimit(import_string("conversations.live.streams.Events")(pages))
