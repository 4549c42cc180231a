"""SQLModel over PostgreSQL, as FastAPI's tutorial uses it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.project_world import Project

TEXT = """=== requirements.txt
fastapi
uvicorn
sqlmodel
psycopg2-binary
=== compose.yaml
services:
  web:
    build: .
    command: sh -c "sleep 8 && uvicorn main:app --host 0.0.0.0"
    ports: ['8000:8000']
    environment: {DATABASE_URL: 'postgresql://u:p@db/d'}
  db:
    image: postgres:16
    environment: {POSTGRES_USER: u, POSTGRES_PASSWORD: p, POSTGRES_DB: d}
=== main.py
import os
from typing import Annotated
from fastapi import Depends, FastAPI, HTTPException, Query
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select, func
class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    heroes: list["Hero"] = Relationship(back_populates="team")
class HeroBase(SQLModel):
    name: str = Field(index=True)
    age: int | None = Field(default=None, index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    secret_name: str
    team: Team | None = Relationship(back_populates="heroes")
class HeroPublic(HeroBase):
    id: int
class HeroCreate(HeroBase):
    secret_name: str
class HeroUpdate(HeroBase):
    name: str | None = None
    age: int | None = None
    secret_name: str | None = None
engine = create_engine(os.environ['DATABASE_URL'], echo=False)
def get_session():
    with Session(engine) as session:
        yield session
SessionDep = Annotated[Session, Depends(get_session)]
app = FastAPI()
@app.on_event("startup")
def on_startup():
    SQLModel.metadata.create_all(engine)
    with Session(engine) as s:
        t = Team(name='A')
        s.add(t); s.commit(); s.refresh(t)
@app.post("/heroes/", response_model=HeroPublic)
def create_hero(hero: HeroCreate, session: SessionDep):
    db_hero = Hero.model_validate(hero)
    session.add(db_hero)
    session.commit()
    session.refresh(db_hero)
    return db_hero
@app.get("/heroes/", response_model=list[HeroPublic])
def read_heroes(session: SessionDep, limit: Annotated[int, Query(le=100)] = 100):
    return session.exec(select(Hero).offset(0).limit(limit)).all()
@app.get("/heroes/{hero_id}", response_model=HeroPublic)
def read_hero(hero_id: int, session: SessionDep):
    hero = session.get(Hero, hero_id)
    if not hero:
        raise HTTPException(status_code=404, detail="Hero not found")
    return hero
@app.patch("/heroes/{hero_id}", response_model=HeroPublic)
def update_hero(hero_id: int, hero: HeroUpdate, session: SessionDep):
    hero_db = session.get(Hero, hero_id)
    hero_db.sqlmodel_update(hero.model_dump(exclude_unset=True))
    session.add(hero_db)
    session.commit()
    session.refresh(hero_db)
    return hero_db
@app.delete("/heroes/{hero_id}")
def delete_hero(hero_id: int, session: SessionDep):
    session.delete(session.get(Hero, hero_id))
    session.commit()
    return {"ok": True}
@app.get("/teams")
def teams(session: SessionDep):
    n = session.exec(select(func.count()).select_from(Hero)).one()
    rows = session.exec(select(Hero, Team).where(Hero.team_id == Team.id)).all()
    of = [[t.name, [h.name for h in t.heroes]] for t in session.exec(select(Team))]
    return {'n': n, 'pairs': [[h.name, t.name] for h, t in rows], 'of': of}
"""


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project(TEXT)
    made.up(60)
    return made


def ask(project: Project, words: str) -> Any:
    return json.loads(project.run(f"curl -s localhost:8000{words}"))


def test_tables_and_models_share_their_fields(project: Project) -> None:
    made = ask(project, """/heroes/ --json '{"name": "Dee", "secret_name": "D", "team_id": 1}'""")
    ask(project, """/heroes/ --json '{"name": "Rusty", "secret_name": "T", "age": 48}'""")
    wrong = ask(project, """/heroes/ --json '{"name": "Bad", "age": "x"}'""")

    assert made == {"name": "Dee", "age": None, "team_id": 1, "id": 1}
    assert [row["type"] for row in wrong["detail"]] == ["int_parsing", "missing"]
    assert [one["name"] for one in ask(project, "/heroes/?limit=5")] == ["Dee", "Rusty"]
    assert ask(project, "/teams") == {
        "n": 2, "pairs": [["Dee", "A"]], "of": [["A", ["Dee"]]],
    }  # fmt: skip


def test_a_change_touches_only_what_was_sent(project: Project) -> None:
    changed = ask(project, """/heroes/1 -X PATCH --json '{"age": 30}'""")

    assert changed == {"name": "Dee", "age": 30, "team_id": 1, "id": 1}
    assert ask(project, "/heroes/9") == {"detail": "Hero not found"}
    assert ask(project, "/heroes/2 -X DELETE") == {"ok": True}
    rows = project.run('docker compose exec db psql -U u d -Atc "select name, age from hero"')
    assert rows == "Dee|30\n"
