"""Settings of every process. docs/configuration.md lists the variables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from app.config import draining, env, payments
from app.config.logs import logging_config

BASE_DIR = draining.BASE_DIR
env.load_file()

LOCAL = env.flag("LOCAL", False)
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", local=LOCAL)
SECRET_KEY_FALLBACKS = env.secrets("SECRET_KEY_FALLBACKS")
DATA_DIR = draining.data_dir()
RUN_ID = env.text("RUN_ID", "none")

# --- Doors -------------------------------------------------------------------------------------
SCHEME = env.choice("SCHEME", "http" if LOCAL else "https", among={"http", "https"})
PUBLIC_HOST = env.host("PUBLIC_HOST", "localhost:8000" if LOCAL else None)
PUBLIC_NAME = PUBLIC_HOST.partition(":")[0]
#: Hosts of companies; whose each is stands in the control plane (`manage.py add_domain`).
OWN_DOMAINS = env.domains("OWN_DOMAINS", apart_from=PUBLIC_NAME)
ALLOWED_HOSTS = [PUBLIC_NAME, f".{PUBLIC_NAME}", *OWN_DOMAINS]
ROOT_URLCONF = "app.config.urls_workspace"
PUBLIC_URLCONF = "app.config.urls_public"
OPERATORS_URLCONF = "app.config.urls_operators"
OPERATORS_SUBDOMAIN = env.shaped(
    "OPERATORS_SUBDOMAIN",
    r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]",
    default="ops",
    told="3 to 40 lowercase letters, digits or hyphens",
)
WSGI_APPLICATION = "app.config.wsgi.application"
APPEND_SLASH = True

# --- Planes ------------------------------------------------------------------------------------
# Checks need no database: without an address a development machine points where nobody listens.
_LOCAL_CONTROL = "postgresql://control_login@127.0.0.1:1/control" if LOCAL else None
_LOCAL_CELL = "postgresql://cell_login@127.0.0.1:1/cell" if LOCAL else None
_KEPT = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES = {
    "default": {"ENGINE": "tenants.backend"} | _KEPT | env.database("DATABASE_URL", _LOCAL_CELL),
    "control": {"ENGINE": "django.db.backends.postgresql"}
    | _KEPT
    | env.database("CONTROL_DATABASE_URL", _LOCAL_CONTROL),
}
# Only who makes schemas and migrates comes as the owner; the web and the worker have no such alias.
for _alias, _variable in (("default", "CELL_OWNER_URL"), ("control", "CONTROL_OWNER_URL")):
    if env.database_address(_variable):
        DATABASES[f"{_alias}_owner"] = DATABASES[_alias] | env.database(_variable)
#: The superior of the control plane's server, where that is not the cell's.
CONTROL_ADMIN_DATABASE_URL = env.database_address("CONTROL_ADMIN_DATABASE_URL")
#: The cell that this process serves; its database has the alias `default`.
CELL = env.shaped(
    "CELL",
    r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?",
    default="default",
    told="1 to 40 lowercase letters, digits or hyphens",
)
PROCRASTINATE_ON_APP_READY = "tenants.jobs.use_strict_connector"
DATABASE_ROUTERS = ["tenants.router.PlaneRouter"]
JOBS_DATABASE_URL = env.database_address("JOBS_DATABASE_URL")
DATABASE_URL = env.database_address("DATABASE_URL")
CONTROL_DATABASE_URL = env.database_address("CONTROL_DATABASE_URL")
CELL_OWNER_URL = env.database_address("CELL_OWNER_URL")
CONTROL_OWNER_URL = env.database_address("CONTROL_OWNER_URL")
ADMIN_DATABASE_URL = env.database_address("ADMIN_DATABASE_URL")
#: How long a worker that is told to end may finish what it has begun.
WORKER_GRACE_SECONDS = env.whole("WORKER_GRACE_SECONDS", 60, low=0, high=86_400)
POOL_SIZE = env.whole("POOL_SIZE", 5, low=0, high=1000)
PROVISIONER_HOOKS = ["app.website.signup.resume_stuck", "tenants.removal.advance_removals"]
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_DB_ALIAS = "control"
TENANT_SYNC_ROUTER = "tenants.router.PlaneRouter"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "KEY_FUNCTION": "tenants.cache.key",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- Apps: `auth` and `contenttypes` have no tables, the router refuses them ---------------------
INSTALLED_APPS = [
    "tenants",
    "billing",
    "app.website",
    "app.console",
    "app.setup",
    "app.notifications",
    "app.imports",
    "app.office",
    "app.sales",
    "app.activities",
    "app.catalog",
    "app.documents",
    "app.records",
    "app.access",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "app.config.health.HealthMiddleware",
    "app.config.edge.EdgeMiddleware",
    "app.config.bodies.BodyLimitMiddleware",
    "tenants.routing.TenantMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "app.access.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# --- Sign-in -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["app.access.backends.SeatBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "app.access.adapter.WorkspaceAdapter"
ACCOUNT_FORMS = {"login": "app.access.forms.LoginForm"}
ACCOUNT_EMAIL_VERIFICATION = "optional"
# Signed links would carry the bare key of the address, which is equal in two workspaces.
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = True
ACCOUNT_PREVENT_ENUMERATION = True
# A whole office may come from one address; one password is still tried five times only.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "30/m/ip,5/5m/key"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SCHEME
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXIES", 0, low=0, high=9)
ACCOUNT_SESSION_REMEMBER = True
USERSESSIONS_TRACK_ACTIVITY = False
MFA_ADAPTER = "app.access.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
# A clock may be off by half a minute; `factors` remembers used codes for as long.
MFA_TOTP_TOLERANCE = 1
# Whoever has a password here was let in by an administrator.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "app.access.factors.CodeForm",
    "reauthenticate": "app.access.factors.CodeAgainForm",
    "activate_totp": "app.access.factors.FirstCodeForm",
    "add_webauthn": "app.access.passkeys.AddPasskeyForm",
    "edit_webauthn": "app.access.passkeys.RenamePasskeyForm",
    "authenticate_webauthn": "app.access.passkeys.PasskeyForm",
    "reauthenticate_webauthn": "app.access.passkeys.PasskeyAgainForm",
    "login_webauthn": "app.access.passkeys.PasskeyLoginForm",
}
SOCIALACCOUNT_ADAPTER = "app.access.oidc.adapter.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
#: Whether requests to addresses of customers may reach loopback and private networks.
OUTGOING_PRIVATE = env.flag("OUTGOING_PRIVATE", LOCAL)

# --- Cookies are host-only: no domain is ever set -----------------------------------------------
SECURE = SCHEME == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "app.access.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SILENCED_SYSTEM_CHECKS = [
    # TLS ends at the load balancer, which redirects; here it would be for ever where that one
    # does not say by which scheme it was asked.
    "security.W008",
    # The browsers' list would bind all other names of the operator's domain, for months.
    "security.W021",
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        # The page of signing up alone widens it.
        "form-action": ["'self'"],
    }
}
LONGEST_BODY = 101 * 1024 * 1024  # a file of 100 MiB to import, and the form around it
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
#: Requests of one API token that a web process answers in a minute.
API_REQUESTS_PER_MINUTE = env.whole("API_REQUESTS_PER_MINUTE", 6000, low=1, high=1_000_000)

# --- Files: an S3 bucket; without one the installation keeps no files --------------------------
S3_BUCKET = env.shaped("S3_BUCKET", r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", told="a bucket's name")
S3_REGION = env.shaped("S3_REGION", r"[a-z0-9-]{2,40}", default="us-east-1", told="a region")
S3_ENDPOINT_URL = env.origin("S3_ENDPOINT_URL")
S3_PUBLIC_URL = env.origin("S3_PUBLIC_URL")
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID", "")
S3_SECRET_ACCESS_KEY = env.text("S3_SECRET_ACCESS_KEY", "")
S3_ROLE_ARN = env.shaped("S3_ROLE_ARN", r"arn:aws[a-z-]*:iam::\d*:role/.+", told="a role's ARN")
S3_ENCRYPTION = env.shaped("S3_ENCRYPTION", r"AES256|aws:kms", told="AES256 or aws:kms")
_AWS = f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"
_AWS += ".cn" if S3_REGION.startswith("cn-") else ""
#: Where browsers put and get files.
FILES_ORIGIN = (S3_PUBLIC_URL or S3_ENDPOINT_URL or _AWS) if S3_BUCKET else ""
CLAMD_ADDRESS = env.shaped(
    "CLAMD_ADDRESS", r"/.+|[\w.-]+:\d{1,5}|\[[0-9a-f:]+\]:\d{1,5}", told="host:port or /a/socket"
)
CLAMD_MAX_MB = env.whole("CLAMD_MAX_MB", 100, low=1, high=4000)
CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] += [FILES_ORIGIN] if FILES_ORIGIN else []
CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] = ["'self'"] + (
    [FILES_ORIGIN] if FILES_ORIGIN else []
)

# --- Payments: Stripe; without a key nothing is sold ---------------------------------------------
STRIPE_API_KEY = payments.api_key(local=LOCAL)
STRIPE_API_BASE = payments.api_base(local=LOCAL)
STRIPE_WEBHOOK_SECRETS = payments.webhook_secrets()
STRIPE_TAX = env.flag("STRIPE_TAX", False)
#: Shifts the time of billing on a development machine; empty everywhere else.
BILLING_CLOCK_FILE = payments.clock_file(local=LOCAL)
#: Billing's way into a workspace: it tells the limits, and asks how many seats are used.
LIMITS_WRITER = "app.access.limits.receive"
SEATS_COUNTER = "app.access.limits.used_seats"
#: Where the forms of the plan pages may lead to.
PAYMENT_ORIGINS = [STRIPE_API_BASE] if STRIPE_API_BASE else payments.HOSTED

# --- Pages -------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "app" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "app.config.jinja.environment",
            "context_processors": [
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "app.config.shell.shell",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [
    path for path in (BASE_DIR / "app" / "static", BASE_DIR / "build" / "static") if path.is_dir()
]
_COLLECTED = env.flag("STATIC_HASHED", not LOCAL or (STATIC_ROOT / "staticfiles.json").is_file())
WHITENOISE_USE_FINDERS = not _COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "app" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- The operator's own words ---------------------------------------------------------------------
_PAGE = r"https?://[a-z0-9][a-z0-9.:-]*(/[\w./%-]*)?"
#: Where people reach whoever runs this installation.
CONTACT_EMAIL = env.shaped(
    "CONTACT_EMAIL", r"[^@\s]+@[^@\s]+", default=f"hello@{PUBLIC_NAME}", told="a mail address"
)
TERMS_URL = env.shaped("TERMS_URL", _PAGE, told="the address of a page")
PRIVACY_URL = env.shaped("PRIVACY_URL", _PAGE, told="the address of a page")

# --- Mail ----------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.whole("EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"Clientele <no-reply@{PUBLIC_NAME}>")

# --- Logs and faults -----------------------------------------------------------------------------
LOG_FORMAT = env.choice("LOG_FORMAT", "line" if LOCAL else "json", among={"line", "json"})
LOGGING = logging_config(kind=LOG_FORMAT, level=env.text("LOG_LEVEL", "INFO"))
#: Where a process tells its metrics; 0 is nowhere.
METRICS_PORT = env.whole("METRICS_PORT", 0, low=0, high=65535)
METRICS_BIND = env.shaped("METRICS_BIND", r"[0-9a-f.:]+", default="127.0.0.1", told="an address")
SENTRY_DSN = env.text("SENTRY_DSN", "")
RELEASE = env.text("RELEASE", "")
if SENTRY_DSN:
    from app.config import faults

    faults.start(SENTRY_DSN, release=RELEASE, environment=PUBLIC_NAME)
