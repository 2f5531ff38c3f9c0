"""Addresses of engagements (contract.md). What is public says so in its view."""

from django.urls import path

from .views import calling, drafts, history, previews, recordings, results, sending, sharing, unsubscribe

app_name = "engagements"
urlpatterns = [
    path("contacts/<int:pk>/history/", history.contact_history, name="contact-history"),
    path("engagements/", drafts.engagement_list, name="engagement-list"),
    path("engagements/new/", drafts.engagement_new, name="engagement-new"),
    path("engagements/<int:pk>/", results.engagement_detail, name="engagement-detail"),
    path("engagements/<int:pk>/edit/", drafts.engagement_edit, name="engagement-edit"),
    path("engagements/<int:pk>/preview/", previews.engagement_preview, name="engagement-preview"),
    path("engagements/<int:pk>/test/", previews.engagement_test, name="engagement-test"),
    path("engagements/<int:pk>/copy/", drafts.engagement_copy, name="engagement-copy"),
    path("engagements/<int:pk>/delete/", drafts.engagement_delete, name="engagement-delete"),
    path("engagements/<int:pk>/recording/", previews.engagement_recording, name="engagement-recording"),
    path("engagements/<int:pk>/preflight/", sending.engagement_preflight, name="engagement-preflight"),
    path("engagements/<int:pk>/send/", sending.engagement_send, name="engagement-send"),
    path("engagements/<int:pk>/pause/", sending.engagement_pause, name="engagement-pause"),
    path("engagements/<int:pk>/resume/", sending.engagement_resume, name="engagement-resume"),
    path("engagements/<int:pk>/cancel/", sending.engagement_cancel, name="engagement-cancel"),
    path("engagements/<int:pk>/retry/", sending.engagement_retry, name="engagement-retry"),
    path("engagements/<int:pk>/progress/", results.engagement_progress, name="engagement-progress"),
    path("engagements/<int:pk>/report.csv", results.engagement_report, name="engagement-report"),
    path("engagements/<int:pk>/collaborators/", sharing.engagement_collaborators, name="engagement-collaborators"),
    path(
        "engagements/<int:pk>/collaborators/<int:user_id>/",
        sharing.engagement_collaborator,
        name="engagement-collaborator",
    ),
    path(
        "engagements/<int:pk>/collaborators/<int:user_id>/remove/",
        sharing.engagement_collaborator_remove,
        name="engagement-collaborator-remove",
    ),
    path("engagements/<int:pk>/review/", sharing.engagement_review, name="engagement-review"),
    path("lists/<int:pk>/call-next/", calling.list_call_next, name="list-call-next"),
    path("engagements/recordings/<str:name>/", recordings.recording_file, name="recording-file"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
