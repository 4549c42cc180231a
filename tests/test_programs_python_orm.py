"""SQLAlchemy, Flask-SQLAlchemy and FastAPI over a database, as tutorial projects use them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start
from tests.test_programs_families import SERVERS, SITE

HOST = {"NetworkMode": "n"}
POSTGRES = "postgresql://postgres:x@db:5432/postgres"
SQLITE = "sqlite:////tmp/test.db"
MYSQL = "mysql+pymysql://root:x@db/shop"
DRIVERS = (
    "asyncpg",
    "aiosqlite",
    "psycopg2_binary",
    "PyMySQL",
    "cryptography",
    "SQLAlchemy",
    "Flask_SQLAlchemy",
)
PACKAGES = {f"{SITE}/{name}-2.9.dist-info/METADATA": "" for name in DRIVERS}


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    made.engine.docker.networks.create("laptop", {"Name": "n"})
    return made


def server(lab: Lab, url: str) -> None:
    """Start the server that a URL speaks of."""
    if url.startswith("postgresql"):
        add_image(lab, "postgres:17")
        settings = ["POSTGRES_PASSWORD=x"]
        start(lab, "postgres:17", Env=settings, HostConfig=HOST, name="db", wait=15)
    elif url.startswith("mysql"):
        add_image(lab, "mysql:8.4")
        settings = ["MYSQL_ROOT_PASSWORD=x", "MYSQL_DATABASE=shop"]
        start(lab, "mysql:8.4", Env=settings, HostConfig=HOST, name="db", wait=20)


def app(lab: Lab, source: str, url: str, *cmd: str) -> str:
    files = {"/app/app.py": source, **SERVERS, **PACKAGES}
    add_image(lab, "python:3.12-slim", name="app:latest", files=files, WorkingDir="/app")
    return start(lab, "app:latest", *(cmd or ("python", "app.py")), HostConfig=HOST,
                 Env=[f"DATABASE_URL={url}"], wait=10)  # fmt: skip


MODELS = """import os
from datetime import datetime
from typing import List, Optional
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, Numeric, String, Table
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.orm import sessionmaker
engine = create_engine(os.environ["DATABASE_URL"])
class Base(DeclarativeBase):
    pass
marks = Table("marks", Base.metadata, Column("note_id", ForeignKey("notes.id"), primary_key=True),
              Column("tag_id", ForeignKey("tags.id"), primary_key=True))
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    nick: Mapped[Optional[str]] = mapped_column(String(30))
    active = Column(Boolean, default=True)
    worth = Column(Numeric(8, 2))
    made: Mapped[datetime] = mapped_column(default=datetime.now)
    notes: Mapped[List["Note"]] = relationship(back_populates="owner", cascade="all, delete-orphan")
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped["User"] = relationship(back_populates="notes")
    tags = relationship("Tag", secondary=marks, backref="notes")
class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    word = Column(String(20))
Base.metadata.create_all(engine)
"""
WORK = f"""{MODELS}
Base.metadata.create_all(engine)
with Session(engine) as db:
    ann = User(name="ann", worth=2, notes=[Note(body="one", tags=[Tag(word="red")])])
    db.add_all([ann, User(name="bob"), User(name="cat", active=False, nick="c")])
    db.commit()
    print(ann.id, ann.nick, ann.active, ann.worth, type(ann.made).__name__, ann.notes[0].body)
    print(ann.notes[0].tags[0].word, ann.notes[0].tags[0].notes[0] is ann.notes[0])
    db.add(Note(body="two", owner=ann))
    ann.nick = "a"
    db.commit()
    print([u.name for u in db.scalars(select(User).where(User.active, User.name != "bob"))])
    print([u.name for u in db.query(User).filter(User.name.like("%a%")).order_by(User.name.desc())])
    print(db.execute(select(User.name, func.count(Note.id)).outerjoin(Note).group_by(User.name)
                     .order_by(User.name)).all())
    print(db.query(User).filter_by(nick="a").first().name, db.query(Note).count(), db.get(User, 9))
    db.add(User(name="ann"))
    try:
        db.commit()
    except IntegrityError as error:
        db.rollback()
        print(type(error.orig).__name__)
    db.delete(db.get(User, ann.id))
    db.commit()
    print(db.query(Note).count(), [row.name for row in db.execute(select(User.name))])
with engine.begin() as conn:
    conn.execute(text("update users set nick = :nick where name = :name"),
                 {{"nick": "z", "name": "bob"}})
with sessionmaker(bind=engine)() as db:
    bob = db.scalars(select(User).where(User.nick == "z")).one()
    print(bob.name, db.scalar(select(func.max(User.id))) == 3)
print(bob.name)
"""


@pytest.mark.parametrize("url", [SQLITE, POSTGRES, MYSQL])
def test_mapped_classes_are_kept_found_changed_and_deleted(lab: Lab, url: str) -> None:
    server(lab, url)
    wrong = "UniqueViolation" if url == POSTGRES else "IntegrityError"
    assert output(lab, app(lab, WORK, url)) == (
        "1 None True 2.00 datetime one\nred True\n['ann']\n['cat', 'ann']\n"
        f"[('ann', 2), ('bob', 0), ('cat', 0)]\nann 2 None\n{wrong}\n"
        "0 ['bob', 'cat']\nbob True\nbob\n"
    )


def test_an_engine_says_what_is_wrong_at_its_first_connection(lab: Lab) -> None:
    shown = output(lab, app(lab, MODELS, POSTGRES))
    assert "psycopg2.OperationalError: could not translate host name" in shown
    assert "The above exception was the direct cause of the following exception:" in shown
    assert shown.endswith(
        "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) could not translate host "
        'name "db" to address: Name or service not known\n\n'
        "(Background on this error at: https://sqlalche.me/e/20/e3q8)\n"
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://x@db/y", "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: "
         "sqlalchemy.dialects:postgres\n"),
        ("mysql://x@db/y", "ModuleNotFoundError: No module named 'MySQLdb'\n"),
        ("db", "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL"
         " string\n"),
    ],
)  # fmt: skip
def test_a_wrong_url_is_refused_when_the_engine_is_made(lab: Lab, url: str, words: str) -> None:
    assert output(lab, app(lab, MODELS, url)).endswith(words)


FLASK = """import os
from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), unique=True, nullable=False)
    posts = db.relationship("Post", backref="author", lazy=True)
class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(80))
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"), nullable=False)
with app.app_context():
    db.create_all()
@app.post("/users")
def create():
    user = User(name=request.json["name"])
    db.session.add(user)
    db.session.commit()
    return jsonify(id=user.id, name=user.name), 201
@app.get("/users")
def index():
    return jsonify([user.name for user in User.query.order_by(User.id).all()])
@app.post("/users/<int:number>/posts")
def post(number):
    user = User.query.get_or_404(number)
    db.session.add(Post(title=request.json["title"], author=user))
    db.session.commit()
    return jsonify([one.title for one in user.posts])
@app.delete("/users/<int:number>")
def remove(number):
    db.session.delete(db.get_or_404(User, number))
    db.session.commit()
    return "", 204
"""
DOCKERFILE = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py .
CMD ["flask", "run", "--host=0.0.0.0"]
"""
COMPOSE = """services:
  web:
    build: .
    ports: ["8080:5000"]
    environment:
      DATABASE_URL: postgresql://shop:secret@db:5432/shop
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: secret
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U shop"]
      interval: 2s
volumes:
  data:
"""
FILES = {"Dockerfile": DOCKERFILE, "app.py": FLASK, "compose.yaml": COMPOSE,
         "requirements.txt": "Flask\nFlask-SQLAlchemy\npsycopg2-binary\n"}  # fmt: skip


def line(lab: Lab, text: str) -> str:
    done = lab.do({"terminal": text, "cwd": "/home/student"})
    entry = done["entry"]
    if entry is None:  # what only reads is answered at once
        return str(done["output"])
    for _ in range(400):
        found = lab.entry(entry)
        if found["exit_code"] is not None:
            return str(found["output"])
        run_for(lab, 1)
    raise AssertionError(text)


SEND = "curl -s -X POST -H 'Content-Type: application/json' localhost:8080{} -d '{}'"


def test_a_composed_flask_app_keeps_its_users_in_the_database_beside_it() -> None:
    lab = make_lab(**FILES)
    line(lab, "docker compose up -d --build")
    run_for(lab, 20)
    users = "curl -s localhost:8080/users"
    assert line(lab, SEND.format("/users", '{"name": "ann"}')) == '{"id":1,"name":"ann"}\n'
    assert line(lab, SEND.format("/users", '{"name": "bob"}')) == '{"id":2,"name":"bob"}\n'
    assert line(lab, SEND.format("/users/1/posts", '{"title": "hey"}')) == '["hey"]\n'
    assert "500 Internal Server Error" in line(lab, SEND.format("/users", '{"name": "ann"}'))
    assert "psycopg2.errors.UniqueViolation" in line(lab, "docker compose logs web")
    line(lab, "curl -s -X DELETE localhost:8080/users/2")
    assert line(lab, users) == '["ann"]\n'
    line(lab, "docker compose down")
    line(lab, "docker compose up -d")
    run_for(lab, 20)
    assert line(lab, users) == '["ann"]\n'
    assert "hey" in line(lab, "docker compose exec db psql -U shop -c 'select title from post'")


def test_an_app_that_starts_before_its_database_is_ready_dies() -> None:
    hasty = COMPOSE.replace("      db:\n        condition: service_healthy\n", "      - db\n")
    lab = make_lab(**{**FILES, "compose.yaml": hasty})
    line(lab, "docker compose build")
    line(lab, "docker compose up -d")
    run_for(lab, 10)
    logs = line(lab, "docker compose logs web")
    assert "port 5432 failed: Connection refused" in logs
    assert "Is the server running on that host and accepting TCP/IP connections?" in logs
    assert "Exited (1)" in line(lab, "docker compose ps -a")


FASTAPI = """import os
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker
engine = create_engine(os.environ["DATABASE_URL"])
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)
Base = declarative_base()
class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True, index=True)
    title = Column(String(50), index=True)
    hidden = Column(String(50), default="x")
class ItemIn(BaseModel):
    title: str
class ItemOut(ItemIn):
    id: int
    class Config:
        from_attributes = True
Base.metadata.create_all(bind=engine)
app = FastAPI()
def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
@app.post("/items/", response_model=ItemOut, status_code=201)
def create(item: ItemIn, db: Session = Depends(get_db)):
    row = Item(**item.model_dump())
    db.add(row)
    db.commit()
    db.refresh(row)
    return row
@app.get("/items/", response_model=list[ItemOut])
def read(skip: int = 0, limit: int = 100, db: Session = Depends(get_db)):
    return db.query(Item).offset(skip).limit(limit).all()
@app.get("/items/{number}")
def one(number: int, db: Session = Depends(get_db)):
    row = db.query(Item).filter(Item.id == number).first()
    if row is None:
        raise HTTPException(status_code=404, detail="Item not found")
    return row
"""


@pytest.mark.parametrize("url", [SQLITE, POSTGRES, MYSQL])
def test_fastapi_answers_with_mapped_objects_by_their_response_model(lab: Lab, url: str) -> None:
    server(lab, url)
    web = app(lab, FASTAPI, url, "uvicorn", "app:app", "--host", "0.0.0.0")

    def ask(method: str, path: str, body: str = "") -> tuple[int, Any]:
        request = {"method": method, "path": path, "body": body,
                   "headers": {"content-type": "application/json"}}  # fmt: skip
        found = lab.engine.programs.respond(web, 8000, request)
        return found["status"], found["body"]

    assert ask("POST", "/items/", '{"title": "a"}') == (201, '{"title":"a","id":1}')
    assert ask("POST", "/items/", '{"title": "b"}') == (201, '{"title":"b","id":2}')
    assert ask("GET", "/items/?skip=1") == (200, '[{"title":"b","id":2}]')
    assert ask("GET", "/items/2") == (200, '{"id":2,"title":"b","hidden":"x"}')
    assert ask("GET", "/items/3") == (404, '{"detail":"Item not found"}')


ASYNC = """import asyncio, os
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_async_engine(os.environ["DATABASE_URL"])
Sessions = async_sessionmaker(engine, expire_on_commit=False)
class Base(DeclarativeBase):
    pass
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]
async def main():
    async with engine.begin() as conn:
        await conn.run_sync(Base.metadata.create_all)
    async with Sessions() as session:
        session.add(Note(body="x"))
        await session.commit()
        notes = (await session.execute(select(Note))).scalars().all()
        body = await session.scalar(select(Note.body))
        print(notes[0].body, (await session.get(Note, 1)).id, body)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite+aiosqlite:////tmp/test.db", "x 1 x\n"),
        (POSTGRES.replace("://", "+asyncpg://"), "x 1 x\n"),
        (POSTGRES.replace("://", "+asyncpg://").replace("5432", "1"),
         "ConnectionRefusedError: [Errno 111] Connect call failed ('172.18.0.2', 1)\n"),
        (POSTGRES, "sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async "
         "driver to be used. The loaded 'psycopg2' is not async.\n"),
    ],
)  # fmt: skip
def test_an_engine_of_asyncio_works_with_an_async_driver(lab: Lab, url: str, words: str) -> None:
    server(lab, url)
    assert output(lab, app(lab, ASYNC, url)).endswith(words)
