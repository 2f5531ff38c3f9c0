"""tests/core/urls.py without the hidden thing: the address does not exist at all."""

from . import urls

handler404 = urls.handler404

urlpatterns = [pattern for pattern in urls.urlpatterns if "hidden" not in str(pattern.pattern)]
