"""Django REST framework in a container, and settings that come from the environment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.lab import Lab
from tests.django_polls import FILES, MIGRATION
from tests.docker_world import add_image, make_lab, output, start
from tests.project_world import Project
from tests.test_programs_families import SERVERS as PACKAGES
from tests.test_programs_families import SITE

API = """from django.urls import include, path
from rest_framework import generics, permissions, serializers, status, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView
from polls.models import Choice, Question
class ChoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Choice
        fields = ['id', 'question', 'choice_text', 'votes']
        read_only_fields = ['votes']
class QuestionSerializer(serializers.ModelSerializer):
    choices = ChoiceSerializer(source='choice_set', many=True, read_only=True)
    size = serializers.SerializerMethodField()
    class Meta:
        model = Question
        fields = '__all__'
    def get_size(self, obj):
        return obj.choice_set.count()
    def validate_question_text(self, value):
        if value.islower():
            raise serializers.ValidationError('Begin with a capital.')
        return value
class QuestionViewSet(viewsets.ModelViewSet):
    queryset = Question.objects.all().order_by('id')
    serializer_class = QuestionSerializer
    @action(detail=True, methods=['post'])
    def close(self, request, pk=None):
        return Response({'closed': self.get_object().question_text})
class Choices(generics.ListCreateAPIView):
    queryset = Choice.objects.all()
    serializer_class = ChoiceSerializer
class Secret(APIView):
    permission_classes = [permissions.IsAuthenticated]
    def get(self, request):
        return Response('secret')
@api_view(['GET', 'POST'])
def echo(request):
    return Response({'got': request.data}, status=status.HTTP_201_CREATED)
router = DefaultRouter()
router.register(r'questions', QuestionViewSet)
urlpatterns = [path('api/', include(router.urls)), path('choices/', Choices.as_view()),
               path('secret/', Secret.as_view()), path('echo/', echo)]
"""


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def server(lab: Lab) -> str:
    settings = FILES["mysite/settings.py"].replace("'polls.apps.", "'rest_framework', 'polls.apps.")
    files = {f"/app/{path}": text for path, text in FILES.items()}
    files |= {"/app/mysite/urls.py": API, "/app/mysite/settings.py": settings,
              "/app/polls/migrations/0001_initial.py": MIGRATION}  # fmt: skip
    libraries = {f"{SITE}/{name}/__init__.py": "" for name in ("django", "rest_framework")}
    add_image(lab, "python:3.12-slim", files={**files, **PACKAGES, **libraries}, name="web:1",
              WorkingDir="/app")  # fmt: skip
    script = "python manage.py migrate && exec gunicorn mysite.wsgi -b 0.0.0.0:8000"
    return start(lab, "web:1", "sh", "-c", script, wait=60)


def send(lab: Lab, box: str, method: str, path: str, value: Any = None) -> tuple[int, Any]:
    body = "" if value is None else json.dumps(value)
    headers = {"Host": "localhost", "Content-Type": "application/json"}
    request = {"method": method, "path": path, "headers": headers, "body": body}
    answer = lab.engine.programs.respond(box, 8000, request)
    return answer["status"], json.loads(answer["body"]) if answer["body"] else None


def test_a_viewset_lists_makes_changes_and_deletes_rows(lab: Lab) -> None:
    box = server(lab)
    row = {"question_text": "What?", "pub_date": "2026-01-05T09:00:00Z"}
    made = {"id": 1, "choices": [], "size": 0, **row}
    assert send(lab, box, "POST", "/api/questions/", row) == (201, made), output(lab, box)
    assert send(lab, box, "POST", "/choices/", {"question": 1, "choice_text": "No"}) == (
        201, {"id": 1, "question": 1, "choice_text": "No", "votes": 0})  # fmt: skip
    found = send(lab, box, "GET", "/api/questions/")[1]
    assert (found[0]["size"], found[0]["choices"][0]["choice_text"]) == (1, "No")
    changed = send(lab, box, "PATCH", "/api/questions/1/", {"question_text": "Why?"})
    assert (changed[0], changed[1]["question_text"]) == (200, "Why?")
    assert send(lab, box, "POST", "/api/questions/1/close/", {}) == (200, {"closed": "Why?"})
    assert send(lab, box, "DELETE", "/api/questions/1/") == (204, None)
    assert send(lab, box, "GET", "/api/questions/1/") == (
        404, {"detail": "No Question matches the given query."})  # fmt: skip
    root = send(lab, box, "GET", "/api/")
    assert root == (200, {"questions": "http://localhost/api/questions/"})


def test_what_does_not_fit_is_a_400_that_names_the_fields(lab: Lab) -> None:
    box = server(lab)
    assert send(lab, box, "POST", "/api/questions/", {"question_text": "x"}) == (400, {
        "question_text": ["Begin with a capital."],
        "pub_date": ["This field is required."]})  # fmt: skip
    assert send(lab, box, "POST", "/choices/", {"question": 7, "choice_text": ""}) == (400, {
        "question": ['Invalid pk "7" - object does not exist.'],
        "choice_text": ["This field may not be blank."]})  # fmt: skip
    assert "Bad Request: /api/questions/" in output(lab, box)
    assert send(lab, box, "GET", "/secret/") == (
        403, {"detail": "Authentication credentials were not provided."})  # fmt: skip
    assert send(lab, box, "PUT", "/echo/", {}) == (405, {"detail": 'Method "PUT" not allowed.'})
    assert send(lab, box, "POST", "/echo/", {"a": [1]}) == (201, {"got": {"a": [1]}})


ENVIRONMENT = """import environ
import dj_database_url
from decouple import Csv, config
DEBUG = environ.Env(DEBUG=(bool, False))('DEBUG')
ALLOWED_HOSTS = config('ALLOWED_HOSTS', default='localhost', cast=Csv())
DATABASES = {'default': dj_database_url.config(default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
"""
COMPOSE = """=== compose.yaml
services:
  db:
    image: postgres:16
    environment: {POSTGRES_USER: polls, POSTGRES_PASSWORD: secret, POSTGRES_DB: polls}
    volumes: ["pg:/var/lib/postgresql/data"]
    healthcheck: {test: ["CMD-SHELL", "pg_isready -U polls"], interval: 2s}
  web:
    build: .
    command: sh -c "python manage.py migrate && gunicorn mysite.wsgi --bind 0.0.0.0:8000"
    environment: {DATABASE_URL: "postgres://polls:secret@db:5432/polls", DEBUG: "0"}
    ports: ["8000:8000"]
    depends_on: {db: {condition: service_healthy}}
volumes: {pg: {}}
=== Dockerfile
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /code
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput
=== requirements.txt
Django>=5.0
psycopg2-binary
gunicorn
django-environ
dj-database-url
python-decouple
whitenoise
"""
QUESTION = ("from polls.models import Question; from django.utils import timezone; "
            "print(Question.objects.create(question_text='Hi', pub_date=timezone.now()).pk)"
            )  # fmt: skip


def project() -> Project:
    settings = FILES["mysite/settings.py"]
    start_at, end = settings.index("if os.environ.get"), settings.index("USE_TZ")
    settings = settings[:start_at] + ENVIRONMENT + settings[end:]
    settings = settings.replace("MIDDLEWARE = [", "MIDDLEWARE = [\n"
                                "    'whitenoise.middleware.WhiteNoiseMiddleware',")  # fmt: skip
    files = {**FILES, "mysite/settings.py": settings,
             "polls/migrations/0001_initial.py": MIGRATION}  # fmt: skip
    return Project(COMPOSE + "".join(f"=== {name}\n{text}" for name, text in files.items()))


def test_a_composed_project_keeps_its_rows_in_the_databases_volume() -> None:
    made = project()
    made.up(60)
    assert "Applying polls.0001_initial... OK" in made.logs("web")
    assert "No polls are available." in made.run("curl -s localhost:8000/polls/")
    asked = f'docker compose exec -T web python manage.py shell -c "{QUESTION}"'
    assert made.run(asked, 5) == "1\n"
    assert "color: green" in made.run("curl -s localhost:8000/static/polls/style.css")

    made.run("docker compose down", 20)
    made.run("docker compose up -d", 40)
    assert '<a href="/polls/1/">Hi</a>' in made.run("curl -s localhost:8000/polls/")

    made.run("docker compose stop db", 20)
    assert "500 Internal Server Error" in made.run("curl -si localhost:8000/polls/", 5)
    assert 'could not translate host name "db" to address' in made.logs("web")
