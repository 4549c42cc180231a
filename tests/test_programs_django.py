"""A Django project in a container: settings, URLs, views, and what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, start, state
from tests.test_programs_families import SERVERS as PACKAGES
from tests.test_programs_families import SITE

MANAGE = """import os
import sys
def main():
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
if __name__ == '__main__':
    main()
"""
SETTINGS = """import os
DEBUG = os.environ.get('DEBUG') == '1'
ALLOWED_HOSTS = ['shop.example', 'localhost']
ROOT_URLCONF = 'shop.urls'
INSTALLED_APPS = ['django.contrib.admin']
"""
URLS = """from django.contrib import admin
from django.urls import include, path
from . import views
urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.index, name='index'),
    path('items/', include('shop.items')),
    path('broken/', views.broken),
]
"""
ITEMS = """from django.urls import path
from .views import Item
urlpatterns = [path('<int:number>/', Item.as_view(), name='item')]
"""
VIEWS = """import socket
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.views import View
def index(request):
    name, url = request.GET.get('name', 'world'), reverse('item', args=[7])
    return HttpResponse(f'Hello {name}, see {url}')
class Item(View):
    def get(self, request, number):
        if number > 9:
            raise Http404('no such item')
        return JsonResponse({'item': number + 1})
def broken(request):
    return 1 / 0
"""
WSGI = """import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
application = get_wsgi_application()
"""
FILES = {
    "/app/manage.py": MANAGE, "/app/shop/__init__.py": "", "/app/shop/settings.py": SETTINGS,
    "/app/shop/urls.py": URLS, "/app/shop/items.py": ITEMS, "/app/shop/views.py": VIEWS,
    "/app/shop/wsgi.py": WSGI,
}  # fmt: skip
SERVERS = [
    ("python", "manage.py", "runserver", "0.0.0.0:8000"),
    ("gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"),
]


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def project(lab: Lab, *argv: str, **changed: str) -> str:
    """Start the project; changed: other texts of its files, by name."""
    files = {**FILES, **{f"/app/shop/{name}.py": text for name, text in changed.items()}}
    libraries = {**PACKAGES, f"{SITE}/django/__init__.py": ""}
    add_image(lab, "python:3.12-slim", files={**files, **libraries}, name="web:1",
              WorkingDir="/app")  # fmt: skip
    return start(lab, "web:1", *argv, wait=5)


def get(lab: Lab, box: str, path: str, host: str = "shop.example") -> dict[str, Any]:
    request = {"method": "GET", "path": path, "headers": {"Host": host}}
    return lab.engine.programs.respond(box, 8000, request)


@pytest.mark.parametrize("argv", SERVERS, ids=lambda argv: argv[0])
def test_a_project_answers_by_its_urls_and_views(lab: Lab, argv: tuple[str, ...]) -> None:
    box = project(lab, *argv)
    assert get(lab, box, "/?name=you")["body"] == "Hello you, see /items/7/"
    assert get(lab, box, "/items/3/")["body"] == '{"item": 4}'
    assert get(lab, box, "/items/10/")["status"] == 404
    assert get(lab, box, "/items/x/")["status"] == 404
    moved = get(lab, box, "/items/3")
    assert (moved["status"], moved["headers"]["Location"]) == (301, "/items/3/")
    assert get(lab, box, "/admin/")["status"] == 302


def test_an_unknown_host_is_refused_as_a_first_deployment_finds_out(lab: Lab) -> None:
    box = project(lab, *SERVERS[1])
    assert get(lab, box, "/", "10.244.1.7:8000")["status"] == 400
    assert "Invalid HTTP_HOST header: '10.244.1.7:8000'. You may need to add" in output(lab, box)


def test_a_view_that_fails_is_a_500_with_its_traceback_in_the_log(lab: Lab) -> None:
    box = project(lab, *SERVERS[0])
    assert get(lab, box, "/broken/")["status"] == 500
    said = output(lab, box)
    assert "Internal Server Error: /broken/" in said
    assert "ZeroDivisionError: division by zero" in said


def test_settings_that_cannot_be_imported_end_the_server(lab: Lab) -> None:
    box = project(lab, *SERVERS[1], settings="import nowhere\n")
    assert "ModuleNotFoundError: No module named 'nowhere'" in output(lab, box)
    assert not state(lab, box)["Running"]
