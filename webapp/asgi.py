"""The ASGI application: static files, Django, and the socket of a lab."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

from .consumers import LabSocket
from .limits import BodyLimit
from .static_files import StaticFiles

application = ProtocolTypeRouter(
    {
        "http": StaticFiles(BodyLimit(django_application)),
        "websocket": URLRouter(
            [
                path("ws/labs/<str:lab_id>", LabSocket.as_asgi()),
                re_path(r"^(?P<lab_id>.*)$", LabSocket.as_asgi()),  # says that there is no such lab
            ]
        ),
    }
)
