"""Alembic, Flask-Migrate and the commands of Flask and click: migrations are really carried out."""

from __future__ import annotations

import pytest

from tests.project_world import Project

COMPOSE = """=== requirements.txt
flask
flask-sqlalchemy
flask-migrate
fastapi
sqlalchemy
alembic
psycopg2-binary
=== compose.yaml
services:
  web:
    build: .
    command: sh -c "sleep 8 && flask db upgrade && sleep infinity"
    environment: {DATABASE_URL: 'postgresql://u:p@db/d'}
  db:
    image: postgres:16
    environment: {POSTGRES_USER: u, POSTGRES_PASSWORD: p, POSTGRES_DB: d}
"""
FLASK = """=== app.py
import os, click
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_migrate import Migrate
app = Flask(__name__)
app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL']
db = SQLAlchemy(app)
migrate = Migrate(app, db)

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50), unique=True, nullable=False)
    email = db.Column(db.String(120))

@app.cli.command('seed')
@click.argument('names', nargs=-1)
@click.option('--mail/--no-mail', default=True, help='With an address.')
def seed(names, mail):
    \"\"\"Add users.\"\"\"
    for name in names:
        db.session.add(User(name=name, email=f'{name}@x' if mail else None))
    db.session.commit()
    click.echo(f'{User.query.count()} users')

@app.get('/')
def index():
    return ''
=== migrations/alembic.ini
[alembic]
=== migrations/env.py
from logging.config import fileConfig
from flask import current_app
from alembic import context
config = context.config
fileConfig(config.config_file_name)
target = current_app.extensions['migrate']
url = target.db.engine.url.render_as_string(hide_password=False).replace('%', '%%')
config.set_main_option('sqlalchemy.url', url)

def run_migrations_online():
    with target.db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target.db.metadata,
                          **target.configure_args)
        with context.begin_transaction():
            context.run_migrations()

if not context.is_offline_mode():
    run_migrations_online()
"""
VERSIONS = """=== {folder}/versions/1a_first.py
\"\"\"create users

Revision ID: 1a
\"\"\"
from alembic import op
import sqlalchemy as sa
revision = '1a'
down_revision = None

def upgrade():
    op.create_table('user', sa.Column('id', sa.Integer(), nullable=False),
                    sa.Column('name', sa.String(length=50), nullable=False),
                    sa.PrimaryKeyConstraint('id'), sa.UniqueConstraint('name'))
    op.create_table('post', sa.Column('id', sa.Integer(), nullable=False),
                    sa.Column('user_id', sa.Integer(), nullable=True),
                    sa.ForeignKeyConstraint(['user_id'], ['user.id'], ondelete='CASCADE'),
                    sa.PrimaryKeyConstraint('id'))

def downgrade():
    op.drop_table('post')
    op.drop_table('user')
=== {folder}/versions/2b_second.py
\"\"\"add email\"\"\"
from alembic import op
import sqlalchemy as sa
revision = '2b'
down_revision = '1a'

def upgrade():
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=120), nullable=True))
        batch_op.create_index(batch_op.f('ix_user_email'), ['email'], unique=False)
    op.alter_column('post', 'user_id', existing_type=sa.Integer(), nullable=False)

def downgrade():
    op.alter_column('post', 'user_id', existing_type=sa.Integer(), nullable=True)
    op.drop_index('ix_user_email', table_name='user')
    op.drop_column('user', 'email')
"""
ALEMBIC = """=== alembic.ini
[alembic]
script_location = %(here)s/alembic
prepend_sys_path = .
sqlalchemy.url = driver://user:pass@localhost/dbname
=== alembic/env.py
import os
from logging.config import fileConfig
from sqlalchemy import engine_from_config, pool
from alembic import context
config = context.config
config.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL'])
if config.config_file_name is not None:
    fileConfig(config.config_file_name)

def run_migrations_online() -> None:
    connectable = engine_from_config(config.get_section(config.config_ini_section, {}),
                                     prefix="sqlalchemy.", poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()

run_migrations_online()
=== alembic/versions/3c_bad.py
\"\"\"wrong\"\"\"
from alembic import op
revision = '3c'
down_revision = '2b'

def upgrade():
    op.create_index('ix', 'user', ['name'])
    op.execute('ALTER TABLE nothing ADD COLUMN x int')

def downgrade():
    pass
"""
HEAD = (
    "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\n"
    "INFO  [alembic.runtime.migration] Will assume transactional DDL.\n"
)
STEP = "INFO  [alembic.runtime.migration] Running "


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project(COMPOSE + FLASK + VERSIONS.format(folder="migrations") + ALEMBIC
                   + VERSIONS.format(folder="alembic"))  # fmt: skip
    made.up(60)
    return made


def web(project: Project, words: str) -> str:
    return project.run(f"docker compose exec web {words}", 5)


def test_flask_db_upgrade_carries_the_revisions_out_and_the_command_goes_on(
    project: Project,
) -> None:
    assert project.logs("web") == (
        f"{HEAD}{STEP}upgrade  -> 1a, create users\n{STEP}upgrade 1a -> 2b, add email\n"
    )
    assert web(project, "flask db current") == f"{HEAD}2b (head)\n"
    assert web(project, "flask seed ann bob") == "2 users\n"
    assert web(project, "flask db downgrade") == f"{HEAD}{STEP}downgrade 2b -> 1a, add email\n"
    assert "email" in web(project, "flask seed eve")  # the column is gone
    assert web(project, "flask db upgrade") == f"{HEAD}{STEP}upgrade 1a -> 2b, add email\n"
    assert web(project, "flask db history").splitlines()[0] == "1a -> 2b (head), add email"


def test_alembic_takes_a_failed_revision_back_and_names_its_line(project: Project) -> None:
    text = web(project, "alembic upgrade head")

    assert f"{STEP}upgrade 2b -> 3c, wrong\n" in text
    assert 'File "/app/alembic/versions/3c_bad.py", line 8, in upgrade' in text
    assert text.splitlines()[-2] == "[SQL: ALTER TABLE nothing ADD COLUMN x int]"
    assert web(project, "alembic current") == f"{HEAD}2b\n"
    assert web(project, "alembic upgrade zz").endswith(
        "  FAILED: Can't locate revision identified by 'zz'\n"
    )


def test_commands_of_flask_are_clicks(project: Project) -> None:
    usage = "Usage: flask seed [OPTIONS] [NAMES]...\n"

    assert web(project, "flask seed --help") == (
        f"{usage}\n  Add users.\n\nOptions:\n  --mail, --no-mail  With an address.\n"
        "  --help             Show this message and exit.\n"
    )
    assert web(project, "flask seed --nope") == (
        f"{usage}Try 'flask seed --help' for help.\n\nError: No such option: --nope\n"
    )
    assert web(project, "flask nosuch").endswith("\nError: No such command 'nosuch'.\n")
    assert web(project, "flask routes").splitlines()[2:] == [
        "index     GET      /",
        "static    GET      /static/<path:filename>",
    ]
    assert "does not follow 'migrate'" in web(project, "flask db migrate -m x")
