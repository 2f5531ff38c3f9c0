"""All settings of Kithline, read top to bottom. What differs between machines comes from the environment.

DATABASE_URL  a PostgreSQL >= 18; without it an embedded server is started under var/postgres
SECRET_KEY    mandatory with HTTPS=1; otherwise made once and kept in var/secret_key (0600)
HTTPS=1       production behind TLS: Secure __Host- cookies, HSTS, redirects
DEBUG=1       developer's error pages (never together with HTTPS=1)
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=False)


def kept_secret(path: Path) -> str:
    """The key of this installation: made once, readable by its owner only, never seen half-written."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=path.parent)  # 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
            os.link(made, path)
        os.unlink(made)
    return path.read_text().strip()


SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    if HTTPS:
        raise ImproperlyConfigured("HTTPS=1 needs SECRET_KEY in the environment (50 random characters or more).")
    SECRET_KEY = kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "contacts_project.core",
    "contacts_project.accounts",
    "departments",
    "contacts",
    "conversations",
    "conversations.engagements",
    "contacts_project.accounts.admin_site.KithlineAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # its widgets' templates, for KithlineRenderer
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django_htmx",
    "guardian",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "contacts_project.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random against BREACH; CSRF tokens are masked anew each time
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "contacts_project.core.middleware.BareAnswerMiddleware",
    "contacts_project.core.middleware.LoginRequiredMiddleware",
    "contacts_project.core.middleware.UserSettingsMiddleware",
    "contacts_project.core.history.HistoryMiddleware",
    "contacts.middleware.JoinedContactMiddleware",
]

ROOT_URLCONF = "contacts_project.urls"
ASGI_APPLICATION = "contacts_project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "contacts_project.core.forms.KithlineRenderer"

# Database. Time limits are per role: a page must never hold the database, a migration may take its time.
ROLE = env("KITHLINE_ROLE", default="command")  # web | worker | command
TIMEOUTS = {
    "web": "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=30s",
    "worker": "-c statement_timeout=5min -c lock_timeout=30s -c idle_in_transaction_session_timeout=5min",
    "command": "",
}[ROLE]
# pgtrigger.ignore must exist on every connection: without it each triggered row aborts a subtransaction.
CONNECTION = f"-c pgtrigger.ignore={{}} -c jit=off {TIMEOUTS}"
if env("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
else:
    from contacts_project import postgres

    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "app",
            "USER": "postgres",
            "HOST": postgres.ensure(
                Path(env("PG_DIR", default=str(VAR_DIR / "postgres"))), env("PG_OPTIONS", default="")
            ),
        }
    }
DATABASES["default"].setdefault("OPTIONS", {})["options"] = CONNECTION
if ROLE == "web":  # under ASGI each request has a thread of its own, so only a pool can keep connections
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": env.int("DB_POOL", default=10), "timeout": 10}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after a restart of the server the pool's connections are dead
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["TEST"] = {"NAME": env("TEST_DATABASE", default="test_app")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["contacts_project.accounts.backend.AccountBackend"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "contacts_project.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the session at hand goes on; all others end with the old password hash
ACCOUNT_SESSION_REMEMBER = None  # asked at sign-in: without it the session ends with the browser
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/300s/key", "chat": "20/m/key,120/m/ip"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "contacts_project.core.errors.csrf_failure"
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # its backend answers has_perm, which decides nothing here

# Output
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))  # imports, files of messages; never served
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "frame-src": [SELF],
        "manifest-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# Mail: printed to the console until EMAIL_URL names a server (smtp+tls://user:password@host:587)
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)  # seconds for each answer of a mail server
if MAIL_SERVICE := env("MAIL_SERVICE", default=""):  # such as "postmark": mail leaves by its interface instead
    EMAIL_BACKEND = f"anymail.backends.{MAIL_SERVICE}.EmailBackend"
# Keys of mail services as anymail names them (ANYMAIL_POSTMARK_SERVER_TOKEN and so on), and who may post mail to us.
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
ANYMAIL |= {"WEBHOOK_SECRET": env.list("ANYMAIL_WEBHOOK_SECRET", default=[]), "REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="Kithline <no-reply@localhost>")
# Where the site stands, for links that commands print and mails carry.
PUBLIC_ADDRESS = env("PUBLIC_ADDRESS", default=f"http://127.0.0.1:{env('PORT', default='8000')}")

# Phones: keys of phone systems that post for any account (docs/webhooks.md), and the carrier
KITHLINE_WEBHOOK_SECRETS = env.list("KITHLINE_WEBHOOK_SECRETS", default=[])
TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN = env("TWILIO_ACCOUNT_SID", default=""), env("TWILIO_AUTH_TOKEN", default="")
TWILIO_BASE_URL = env("TWILIO_BASE_URL", default="")  # a stand-in for tests; else the carrier's own
TWILIO_RECORD_CALLS = env.bool("TWILIO_RECORD_CALLS", default=False)

# History and jobs
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PROCRASTINATE_IMPORT_PATHS = [
    "contacts_project.core.jobs",
    "contacts_project.accounts.jobs",
    "contacts_project.accounts.jobs_cleaning",
    "departments.jobs",
    "contacts.jobs",
    "contacts.jobs_bulk",
    "contacts.jobs_clean_up",
    "contacts.jobs_imports",
    "conversations.jobs",
    "conversations.jobs_call_times",
    "conversations.jobs_calls",
    "conversations.jobs_channels",
    "conversations.jobs_inbound",
    "conversations.jobs_linking",
    "conversations.engagements.jobs_drafts",
    "conversations.engagements.jobs",
]
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": env.int("WORKER_HEARTBEAT", default=10),
    "stalled_worker_timeout": env.int("WORKER_STALLED", default=30),
}
STALLED_JOBS_CRON = env("STALLED_JOBS_CRON", default="* * * * *")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "contacts_project.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "uvicorn": {"handlers": [], "propagate": True},  # its own handlers would write plain lines
        "uvicorn.access": {"handlers": [], "propagate": False},  # whole addresses, searches included
        "procrastinate": {"level": "WARNING"},
    },
}
