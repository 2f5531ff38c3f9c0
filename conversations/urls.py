"""Addresses of conversations and calls (contract.md)."""

from django.urls import path

from .views import activity, calls, record

app_name = "conversations"
urlpatterns = [
    path("contacts/<int:pk>/conversations/", record.contact_conversations, name="contact-conversations"),
    path("contacts/<int:pk>/calls/", calls.contact_call, name="contact-call"),
    path("departments/<int:pk>/calls/", calls.department_call, name="department-call"),
    path("departments/<int:pk>/activity/", activity.department_activity, name="department-activity"),
]
