"""Addresses of conversations."""

from django.urls import path

from . import views

app_name = "conversations"
urlpatterns = [path("contacts/<int:pk>/conversations/", views.contact_conversations, name="contact-conversations")]
