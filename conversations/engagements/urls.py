"""Addresses of engagements."""

from django.urls import path

from . import views

app_name = "engagements"
urlpatterns = [path("contacts/<int:pk>/history/", views.contact_history, name="contact-history")]
