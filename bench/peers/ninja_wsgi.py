"""Django's entrance for servers; it loads settings first, and the urls with the first request."""

from django.core.wsgi import get_wsgi_application

app = get_wsgi_application()
