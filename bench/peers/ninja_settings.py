"""Django settings for the django-ninja peer: no middleware, connections that persist."""

import os
from typing import Any
from urllib.parse import urlsplit

TARGET = os.environ["BENCH_DATABASE"]


def _database() -> dict[str, Any]:
    if not TARGET.startswith("postgresql://"):
        options = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": TARGET, "OPTIONS": options}
    url = urlsplit(TARGET)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path[1:],
        "USER": url.username,
        "HOST": url.hostname,
        "PORT": url.port,
    }


ALLOWED_HOSTS = ["*"]
DATABASES = {"default": _database() | {"CONN_MAX_AGE": None}}
DEBUG = False
INSTALLED_APPS: list[str] = []
LOGGING_CONFIG = None
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.peers.ninja_api"
SECRET_KEY = "nothing is signed here"  # noqa: S105  # Django insists on one
USE_TZ = True
