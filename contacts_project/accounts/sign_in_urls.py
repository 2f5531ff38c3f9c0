"""/accounts/…: the addresses of allauth that are offered, and no others: no sign-up, and no change of email by oneself.

The names are allauth's own, by which its views and mails find one another.
"""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from .views import sign_in

urlpatterns = [
    path("login/", sign_in.LoginView.as_view(), name="account_login"),
    path("logout/", sign_in.LogoutView.as_view(), name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("signup/", allauth_views.signup, name="account_signup"),  # answers that it is closed
    path("confirm-email/", allauth_views.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", allauth_views.confirm_email, name="account_confirm_email"),
    path("password/change/", sign_in.PasswordChangeView.as_view(), name="account_change_password"),
    path("password/set/", sign_in.PasswordSetView.as_view(), name="account_set_password"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(  # the key has hyphens of its own, so no path converter can part the two
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
]
