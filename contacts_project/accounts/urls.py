"""Addresses of people, settings, one's own page and one's notifications."""

from django.urls import path

from .views import invitations, me, notices, people, person, settings

app_name = "accounts"
urlpatterns = [
    path("people/", people.person_list, name="person-list"),
    path("people/invite/", people.person_invite, name="person-invite"),
    path("people/invitations/<int:pk>/resend/", people.invitation_resend, name="invitation-resend"),
    path("people/invitations/<int:pk>/withdraw/", people.invitation_withdraw, name="invitation-withdraw"),
    path("people/<int:pk>/", person.person_detail, name="person-detail"),
    path("people/<int:pk>/deactivate/", person.person_deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", person.person_reactivate, name="person-reactivate"),
    path("settings/", settings.account_settings, name="account-settings"),
    path("me/", me.my_settings, name="my-settings"),
    path("me/theme/", me.my_theme, name="my-theme"),
    path("notifications/", notices.notification_list, name="notification-list"),
    path("notifications/read/", notices.notification_read, name="notification-read"),
    path("notifications/<int:pk>/", notices.notification_visit, name="notification-visit"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation-accept"),
]
