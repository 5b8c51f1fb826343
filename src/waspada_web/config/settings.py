"""Settings of the web application. Every variable is listed in docs/reference/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from waspada_web.config.environment import read_bool, read_list, read_path, read_secret

REPOSITORY = Path(__file__).resolve().parents[3]
"""Holds the project's own data: instruments, catalogues, calendars, examples."""

DATA_DIR = read_path("WASPADA_DATA_DIR", default=REPOSITORY / "var")
DEBUG = read_bool("WASPADA_DEBUG", default=False)
SECRET_KEY = read_secret(
    read_path("WASPADA_SECRET_KEY_FILE", default=DATA_DIR / "keys" / "secret_key")
)
PEPPER_FILE = read_path("WASPADA_PEPPER_FILE", default=DATA_DIR / "keys" / "pepper")
"""Key of the hashes of one-time codes; outside the database, so that alone opens no card."""

PUBLIC_ADDRESS = os.environ.get("WASPADA_PUBLIC_ADDRESS", "").strip().rstrip("/")
"""Address printed on cards and shown in the hall, for example https://waspada.example.go.id. Empty:
the address at which the operator opened the page."""

ALLOWED_HOSTS = read_list("WASPADA_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read_list("WASPADA_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = read_bool("WASPADA_BEHIND_TLS", default=False)
"""True where a proxy ends TLS before this process: cookies are secure, HSTS is sent."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "waspada_web.ui",
    "waspada_web.accounts",  # before allauth, whose pages it replaces
    "allauth",  # log-in; carries two-factor when the offices need it
    "allauth.account",
    "axes",  # locks an account, never an address, after repeated wrong passwords
    "csp",  # the Content-Security-Policy header
    "django_htmx",  # carries htmx
    "waspada_web.regions",
    "waspada_web.elections",
    "waspada_web.audit",
    "waspada_web.instrument",
    "waspada_web.collection",
    "waspada_web.index",
    "waspada_web.interpretation",
    "waspada_web.action",
    "waspada_web.publication",
    "waspada_web.start",
]

MIDDLEWARE = [
    "waspada_web.collection.respondents.respondent_privacy",  # outermost: sees the last response
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "waspada_web.accounts.caches.private_pages",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "waspada_web.ui.busy.BusyDatabase",
]

ROOT_URLCONF = "waspada_web.config.urls"
WSGI_APPLICATION = "waspada_web.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "waspada_web.ui.context.shell",
            ],
            "builtins": ["waspada_web.ui.templatetags.formats", "django.templatetags.i18n"],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "waspada.sqlite3",
        "OPTIONS": {
            # Never lost: see docs/decisions/0007-durable-sqlite.md. config/durability.py refuses to
            # serve when one of these does not hold.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA secure_delete=ON;"
                "PRAGMA foreign_keys=ON;"
            ),
        },
        "CONN_MAX_AGE": 60,
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "waspada_web.accounts.adapter.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited; no outside mail is needed to log in
ACCOUNT_RATE_LIMITS = False  # by address; an office shares one. axes counts by account instead
ACCOUNT_SESSION_REMEMBER = False
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "waspada_web.accounts.lock.account_of"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # it asks for counting by address; see above
AXES_LOCKOUT_CALLABLE = "waspada_web.accounts.views.locked_out"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
# Not "no-referrer": browsers then send "Origin: null" with forms, which the check against forged
# forms refuses. Participants' pages need no such check and do send "no-referrer".
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Asia/Makassar"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "no_respondents": {"()": "waspada_web.collection.respondents.NoRespondentLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A line for each answered request of a phone would be a record of who came when.
    "loggers": {
        "django.server": {"handlers": [], "propagate": False},
        "django.request": {"filters": ["no_respondents"]},
    },
}
