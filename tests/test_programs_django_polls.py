"""Django's tutorial in containers: models, migrations, templates, forms, and its databases."""

from __future__ import annotations

import re
from typing import Any

import pytest

from simulator.lab import Lab
from tests.django_polls import FILES, MIGRATION
from tests.docker_world import add_image, make_lab, output, run_for, start, state
from tests.test_programs_families import SERVERS as PACKAGES
from tests.test_programs_families import SITE

RUN = ("python", "manage.py", "runserver", "0.0.0.0:8000")
GUNICORN = ("gunicorn", "mysite.wsgi", "--bind", "0.0.0.0:8000")
FILL = """python manage.py migrate > /dev/null && python manage.py shell -c "
from polls.models import Question
from django.utils import timezone
q = Question.objects.create(question_text='What <is> new?', pub_date=timezone.now())
q.choice_set.create(choice_text='Not much')
q.choice_set.create(choice_text='The sky')
" """


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    files = {f"/app/{path}": text for path, text in FILES.items()}
    files["/app/polls/migrations/0001_initial.py"] = MIGRATION
    image(made, files)
    return made


def image(lab: Lab, files: dict[str, Any]) -> None:
    libraries = {f"{SITE}/{name}/__init__.py": "" for name in ("django", "psycopg2")}
    add_image(lab, "python:3.12-slim", files={**files, **PACKAGES, **libraries}, name="web:1",
              WorkingDir="/app")  # fmt: skip


def said(lab: Lab, script: str, wait: float = 60, **body: Any) -> str:
    return output(lab, start(lab, "web:1", "sh", "-c", script, wait=wait, **body))


def send(lab: Lab, box: str, path: str, body: str = "", cookie: str = "") -> dict[str, Any]:
    headers = {"Host": "localhost:8000", "Cookie": cookie}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    request = {"method": "POST" if body else "GET", "path": path, "headers": headers, "body": body}
    return lab.engine.programs.respond(box, 8000, request)


def test_makemigrations_writes_what_migrate_then_carries_out(lab: Lab) -> None:
    text = said(lab, "rm polls/migrations/0001_initial.py; python manage.py makemigrations polls; "
                     "cat polls/migrations/0001_initial.py; python manage.py migrate; "
                     "python manage.py migrate; python manage.py makemigrations")  # fmt: skip
    assert ("Migrations for 'polls':\n  polls/migrations/0001_initial.py\n"
            "    + Create model Question\n    + Create model Choice\n") in text  # fmt: skip
    assert "('pub_date', models.DateTimeField(verbose_name='date published'))," in text
    assert ("('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, "
            "to='polls.question')),") in text  # fmt: skip
    assert "  Apply all migrations: admin, auth, contenttypes, polls, sessions\n" in text
    assert "  Applying polls.0001_initial... OK\n  Applying sessions.0001_initial... OK\n" in text
    assert text.endswith("Running migrations:\n  No migrations to apply.\nNo changes detected\n")


def test_a_changed_model_is_migrated_and_its_rows_stay(lab: Lab) -> None:
    text = said(lab, FILL + """&& sed -i 's/votes = .*/votes = models.IntegerField(default=0)\\n\
    note = models.CharField(max_length=9, default="n")/' polls/models.py && \
python manage.py makemigrations && python manage.py migrate && python manage.py shell -c "
from polls.models import Choice
print(list(Choice.objects.values_list('choice_text', 'note', 'votes')))" """)  # fmt: skip
    assert "0002_choice_note.py\n    + Add field note to choice\n" in text
    assert "Applying polls.0002_choice_note... OK" in text
    assert text.endswith("[('Not much', 'n', 0), ('The sky', 'n', 0)]\n")


@pytest.mark.parametrize("argv", [RUN, GUNICORN], ids=lambda argv: argv[0])
def test_a_vote_is_counted_where_the_form_has_its_token(lab: Lab, argv: tuple[str, ...]) -> None:
    box = start(lab, "web:1", "sh", "-c", FILL + "&& exec " + " ".join(argv), wait=60)
    index = send(lab, box, "/polls/")["body"]
    assert '<li><a href="/polls/1/">What &lt;is&gt; new?</a></li>' in index
    assert '<link rel="stylesheet" href="/static/polls/style.css">' in index
    page = send(lab, box, "/polls/1/")
    assert '<label for="choice2">The sky</label>' in page["body"]
    cookie = page["headers"]["Set-Cookie"].partition(";")[0]
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', page["body"])
    assert found is not None
    token = f"csrfmiddlewaretoken={found[1]}"

    refused = send(lab, box, "/polls/1/vote/", "choice=2")
    empty = send(lab, box, "/polls/1/vote/", token, cookie)
    moved = send(lab, box, "/polls/1/vote/", f"{token}&choice=2", cookie)

    assert refused["status"] == 403
    assert "Forbidden (CSRF cookie not set.): /polls/1/vote/" in output(lab, box)
    assert "<strong>You didn&#x27;t select a choice.</strong>" in empty["body"]
    assert (moved["status"], moved["headers"]["Location"]) == (302, "/polls/1/results/")
    assert "<li>The sky -- 1 vote</li>" in send(lab, box, "/polls/1/results/")["body"]
    assert send(lab, box, "/polls/9/")["status"] == 404


def test_tables_that_were_never_made_are_a_500_and_a_line_at_the_start(lab: Lab) -> None:
    box = start(lab, "web:1", *RUN, wait=30, Env=["PYTHONUNBUFFERED=1"])
    answer = send(lab, box, "/polls/")
    assert answer["status"] == 500
    assert "OperationalError at /polls/" in answer["body"]
    text = output(lab, box)
    assert ("You have 19 unapplied migration(s). Your project may not work properly until you apply"
            " the migrations for app(s): admin, auth, contenttypes, polls, "
            "sessions.") in text  # fmt: skip
    assert "django.db.utils.OperationalError: no such table: polls_question\n" in text


def test_a_template_that_is_not_there_is_named_in_the_log_and_on_the_page(lab: Lab) -> None:
    box = start(lab, "web:1", "sh", "-c", "rm polls/templates/polls/index.html; " + FILL
                + "&& exec " + " ".join(RUN), wait=60)  # fmt: skip
    answer = send(lab, box, "/polls/")
    assert answer["status"] == 500
    assert "TemplateDoesNotExist at /polls/" in answer["body"]
    assert "/app/polls/templates/polls/index.html (Source does not exist)" in answer["body"]
    assert "django.template.exceptions.TemplateDoesNotExist: polls/index.html" in output(lab, box)


def test_sqlite_loses_its_rows_with_the_container_and_keeps_them_in_a_volume(lab: Lab) -> None:
    count = (
        "python manage.py shell -c 'from polls.models import *; print(Question.objects.count())'"
    )
    volume: dict[str, Any] = {
        "Env": ["DB=/data/db.sqlite3"],
        "HostConfig": {"Binds": ["data:/data"]},
    }
    said(lab, FILL)
    assert "no such table: polls_question" in said(lab, count)
    said(lab, FILL, **volume)
    assert said(lab, count, **volume) == "1\n"


def database(lab: Lab) -> dict[str, Any]:
    """Start PostgreSQL in a network; gives what joins a container to it."""
    add_image(lab, "postgres:16")
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    host = {"NetworkMode": "n"}
    start(lab, "postgres:16", HostConfig=host, name="db", wait=30,
          Env=["POSTGRES_USER=polls", "POSTGRES_PASSWORD=secret", "POSTGRES_DB=polls"])  # fmt: skip
    return {"HostConfig": host, "Env": ["DB_HOST=db"]}


def test_the_tutorial_runs_on_postgresql(lab: Lab) -> None:
    joined = database(lab)
    box = start(lab, "web:1", "sh", "-c", FILL + "&& exec " + " ".join(GUNICORN), wait=60, **joined)
    assert "What &lt;is&gt; new?" in send(lab, box, "/polls/")["body"], output(lab, box)
    assert "<li>Not much -- 0 votes</li>" in send(lab, box, "/polls/1/results/")["body"]


def test_a_database_without_tables_or_without_a_server_says_so(lab: Lab) -> None:
    joined = database(lab)
    box = start(lab, "web:1", *GUNICORN, wait=20, **joined)
    assert send(lab, box, "/polls/")["status"] == 500
    assert ('django.db.utils.ProgrammingError: relation "polls_question" does not exist\n'
            "LINE 1: ") in output(lab, box)  # fmt: skip
    lab.engine.docker.kill("laptop", "db")
    run_for(lab, 2)
    late = start(lab, "web:1", "python", "manage.py", "migrate", wait=30, **joined)
    assert state(lab, late)["ExitCode"] == 1
    text = output(lab, late)
    assert "django.db.utils.OperationalError: could not translate host name" in text


def test_a_database_that_is_not_up_yet_refuses_the_connection(lab: Lab) -> None:
    text = said(lab, "python manage.py migrate", Env=["DB_HOST=127.0.0.1"])
    assert (
        'psycopg2.OperationalError: connection to server at "127.0.0.1", port 5432 failed' in text
    )
    assert text.endswith('django.db.utils.OperationalError: connection to server at "127.0.0.1", '
                         "port 5432 failed: Connection refused\n\tIs the server running on that "
                         "host and accepting TCP/IP connections?\n\n")  # fmt: skip


def test_the_commands_of_a_deployment_say_what_they_did(lab: Lab) -> None:
    text = said(lab, "python manage.py check; python manage.py collectstatic --noinput; "
                     "ls staticfiles/polls; python manage.py migrate > /dev/null; "
                     "export DJANGO_SUPERUSER_PASSWORD=x; for n in 1 2; do python manage.py "
                     "createsuperuser --noinput --username a --email a@b.c; done; "
                     "python manage.py nonsense")  # fmt: skip
    assert "System check identified no issues (0 silenced).\n" in text
    assert "128 static files copied to '/app/staticfiles'.\nstyle.css\n" in text
    assert "Superuser created successfully.\n" in text
    assert "CommandError: Error: That username is already taken.\n" in text
    assert "Unknown command: 'nonsense'\nType 'manage.py help' for usage.\n" in text


QUERIES = """from polls.models import Choice, Question
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
now = timezone.now()
for n in range(3):
    q = Question.objects.create(question_text=f'Q{n}', pub_date=now)
    for m in range(n):
        q.choice_set.create(choice_text=f'c{n}{m}', votes=m)
print([(q.question_text, q.n) for q in Question.objects.annotate(n=Count('choice')).order_by('-n')])
print(Question.objects.filter(choice__votes__gte=1), Question.objects.exclude(pk=1).count())
print(Question.objects.filter(Q(question_text='Q0') | Q(question_text__endswith=2)).order_by('pk'))
print(Choice.objects.aggregate(Sum('votes')), Choice.objects.filter(votes=F('votes') + 0).count())
print(Choice.objects.filter(question__pub_date__lte=now).values('votes', 'question_id'))
print(Choice.objects.update(votes=F('votes') + 10), Choice.objects.last().votes)
print(Question.objects.get_or_create(question_text='Q1', defaults={'pub_date': now})[1])
print(Question.objects.filter(pub_date__year=now.year)[1:], Question.objects.first().pk)
print(Question.objects.get(question_text='Q2').delete(), Choice.objects.count())
for wrong in ({'nope': 1}, {'pk': 99}):
    try:
        Question.objects.get(**wrong)
    except Exception as e:
        print(type(e).__name__, e)
"""
ANSWERS = """[('Q2', 2), ('Q1', 1), ('Q0', 0)]
<QuerySet [<Question: Q2>]> 2
<QuerySet [<Question: Q0>, <Question: Q2>]>
{'votes__sum': 1} 3
<QuerySet [{'votes': 0, 'question_id': 2}, {'votes': 0, 'question_id': 3}, \
{'votes': 1, 'question_id': 3}]>
3 11
False
<QuerySet [<Question: Q1>, <Question: Q2>]> 1
(3, {'polls.Choice': 2, 'polls.Question': 1}) 1
FieldError Cannot resolve keyword 'nope' into field. Choices are: choice, id, pub_date, \
question_text
DoesNotExist Question matching query does not exist.
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_queries_find_count_change_and_delete(lab: Lab, engine: str) -> None:
    joined = database(lab) if engine == "postgresql" else {}
    script = f'python manage.py migrate > /dev/null; python manage.py shell -c "{QUERIES}"'
    assert said(lab, script, **joined) == ANSWERS


FORMS = """from django import forms
from polls.models import Choice, Question
class Contact(forms.Form):
    name = forms.CharField(max_length=5)
    age = forms.IntegerField(min_value=18, required=False)
    mail = forms.EmailField(label='E-mail')
    def clean_name(self):
        if self.cleaned_data['name'] == 'root':
            raise forms.ValidationError('not root')
        return self.cleaned_data['name'].title()
f = Contact({'name': ' bob ', 'age': '20', 'mail': 'b@c.de'})
print(f.is_valid(), f.cleaned_data)
f = Contact({'name': 'toolong', 'age': 'x', 'mail': 'no'})
print(f.is_valid(), dict(f.errors))
print(Contact({'name': 'root', 'mail': 'a@b.c', 'age': 3}).errors.as_json())
print(Contact(initial={'name': '<x>'})['name'])
class ChoiceForm(forms.ModelForm):
    class Meta:
        model = Choice
        fields = ['choice_text', 'question']
q = Question.objects.create(question_text='Q', pub_date='2026-01-01 00:00+00:00')
form = ChoiceForm({'choice_text': 'yes', 'question': q.pk})
print(form.is_valid(), form.save().pk, q.choice_set.get().choice_text)
print(ChoiceForm({'question': 99}).errors.get_json_data())
print(ChoiceForm()['question'])
"""
FORM_ANSWERS = """True {'name': 'Bob', 'age': 20, 'mail': 'b@c.de'}
False {'name': ['Ensure this value has at most 5 characters (it has 7).'], \
'age': ['Enter a whole number.'], 'mail': ['Enter a valid email address.']}
{"name": [{"message": "not root", "code": ""}], "age": [{"message": "Ensure this value is greater \
than or equal to 18.", "code": ""}]}
<input type="text" name="name" value="&lt;x&gt;" maxlength="5" required id="id_name">
True 1 yes
{'choice_text': [{'message': 'This field is required.', 'code': ''}], 'question': [{'message': \
'Select a valid choice. That choice is not one of the available choices.', 'code': ''}]}
<select name="question" required id="id_question">
  <option value="" selected>---------</option>

  <option value="1">Q</option>

</select>
"""


def test_forms_check_what_was_sent_and_model_forms_save_it(lab: Lab) -> None:
    script = f'python manage.py migrate > /dev/null; python manage.py shell -c "{FORMS}"'
    assert said(lab, script) == FORM_ANSWERS


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ a|upper }} {{ b|default:'none' }} {{ c|length }} {{ c.1 }} {{ d.k }}",
         "X&lt; none 2 2 v"),
        ("{% for x in c reversed %}{{ forloop.counter }}{{ x }}{% if not forloop.last %},"
         "{% endif %}{% empty %}no{% endfor %}", "12,21"),
        ("{% for k, v in d.items %}{{ k }}={{ v }}{% endfor %}{# no #}{% comment %}x"
         "{% endcomment %}",
         "k=v"),
        ("{% if c|length > 1 and not b %}yes{% elif a %}a{% else %}no{% endif %}", "yes"),
        ("{% with n=c.0 m='z' %}{{ n }}{{ m }}{% endwith %}{{ n }}", "1z"),
        ("{{ a|safe }}{% autoescape off %}{{ a }}{% endautoescape %}{{ 'l<t' }}", "x<x<l<t"),
        ("{{ f|floatformat:2 }} {{ c|join:', ' }} {{ 1|add:2 }} {{ c|pluralize }}",
         "3.14 1, 2 3 s"),
        ("{{ t|date:'Y-m-d H:i' }} {{ t }} {{ t|date:'D j M' }}",
         "2026-03-05 14:07 March 5, 2026, 2:07 p.m. Thu 5 Mar"),
        ("{% verbatim %}{{ x }}{% endverbatim %}{% cycle 'a' 'b' %}{{ missing.x }}!", "{{ x }}a!"),
        ("{{ 'one two three'|truncatewords:2 }} {{ True|yesno:'on,off' }}", "one two … on"),
    ],
)  # fmt: skip
def test_a_django_template_gives_what_django_gives(lab: Lab, template: str, text: str) -> None:
    names = "a='x<', b='', c=[1, 2], d={'k': 'v'}, f=3.14159, t=datetime(2026, 3, 5, 14, 7)"
    source = ("from datetime import datetime\nfrom django.template import Context, Template\n"
              f"print(Template({template!r}).render(Context(dict({names}))))")  # fmt: skip
    files = {f"/app/{path}": body for path, body in FILES.items()} | {"/app/say.py": source}
    image(lab, files)
    assert said(lab, "python manage.py shell < say.py", wait=20) == f"{text}\n"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% if x %}", "Unclosed tag on line 1: 'if'. Looking for one of: elif, else, endif."),
        ("{% for x in y %}{% endif %}", "Invalid block tag on line 1: 'endif', expected 'empty' or "
         "'endfor'. Did you forget to register or load this tag?"),
        ("{{ x|nope }}", "Invalid filter: 'nope'"),
        ("{% nope %}", "Invalid block tag on line 1: 'nope'. Did you forget to register or load "
         "this tag?"),
        ("{{ x y }}", "Could not parse the remainder: ' y' from 'x y'"),
        ("{% load nope %}", "'nope' is not a registered tag library. Must be one of:"),
    ],
)  # fmt: skip
def test_a_wrong_template_is_a_syntax_error_in_djangos_words(
    lab: Lab, template: str, words: str
) -> None:
    files = {f"/app/{path}": body for path, body in FILES.items()}
    source = f"from django.template import Template\nTemplate({template!r})"
    image(lab, {**files, "/app/say.py": source})
    text = said(lab, "python manage.py shell < say.py", wait=20)
    assert f"django.template.exceptions.TemplateSyntaxError: {words}" in text


LOGIN_URLS = """from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import include, path
@login_required
def secret(request):
    n = cache.get_or_set('seen', 0, None)
    cache.incr('seen')
    return HttpResponse(f'{request.user} {n}')
urlpatterns = [path('accounts/', include('django.contrib.auth.urls')), path('secret/', secret)]
"""


def test_one_logs_in_through_a_session_in_the_database(lab: Lab) -> None:
    files = {f"/app/{path}": body for path, body in FILES.items()}
    page = "{{ form.errors }}<form method=post>{% csrf_token %}{{ form.username }}</form>"
    image(lab, {**files, "/app/mysite/urls.py": LOGIN_URLS,
                "/app/templates/registration/login.html": page})  # fmt: skip
    box = start(lab, "web:1", "sh", "-c", "python manage.py migrate && python manage.py "
                "createsuperuser --noinput && exec " + " ".join(GUNICORN), wait=60,
                Env=["DJANGO_SUPERUSER_USERNAME=ann", "DJANGO_SUPERUSER_EMAIL=a@b.c",
                     "DJANGO_SUPERUSER_PASSWORD=pw"])  # fmt: skip
    assert send(lab, box, "/secret/")["headers"]["Location"] == "/accounts/login/?next=/secret/"
    page_ = send(lab, box, "/accounts/login/")
    assert page_["status"] == 200, output(lab, box)
    cookie = page_["headers"]["Set-Cookie"].partition(";")[0]
    found = re.search(r'value="(\w{64})"', page_["body"])
    assert found is not None, page_
    form = f"csrfmiddlewaretoken={found[1]}&username=ann&password="
    wrong = send(lab, box, "/accounts/login/", form + "no", cookie)
    assert "Please enter a correct username and password." in wrong["body"]
    moved = send(lab, box, "/accounts/login/?next=/secret/", form + "pw", cookie)
    assert (moved["status"], moved["headers"]["Location"]) == (302, "/secret/")
    session = moved["headers"]["Set-Cookie"].partition(";")[0]
    assert session.startswith("sessionid=")
    send(lab, box, "/secret/", cookie=session)
    assert send(lab, box, "/secret/", cookie=session)["body"] == "ann 1"
