"""Programs of the modelled Node.js and the modelled MongoDB: mongodb and mongoose."""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from simulator.programs.vm.faults import Faults
from tests.docker_world import add_image, make_lab, output, run_for, start
from tests.node_world import program
from tests.test_programs_families import ask

HOST = {"NetworkMode": "n"}
MERN = """const express = require('express');
const mongoose = require('mongoose');
const Todo = mongoose.model('Todo', new mongoose.Schema({ title: { type: String, required: true }, done: { type: Boolean, default: false } }));
const app = express();
app.use(express.json());
app.get('/todos', async (req, res) => res.json(await Todo.find().select('-_id -__v')));
app.post('/todos', async (req, res) => {
  try { res.status(201).json((await Todo.create(req.body)).title); } catch (e) { res.status(400).json({ error: e.message }); }
});
mongoose.connect('mongodb://db/shop').then(() => { console.log('MongoDB connected'); app.listen(3000); });"""


def database(*env: str, **body: Any) -> Lab:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    add_image(lab, "mongo:7.0")
    start(lab, "mongo:7.0", name="db", Env=list(env), wait=8, HostConfig={**HOST, **body})
    return lab


def run(lab: Lab, text: str, packages: str = "mongodb mongoose", wait: float = 5) -> list[str]:
    return output(
        lab, program(lab, text, packages=packages, HostConfig=HOST, wait=wait)
    ).splitlines()


def driver(lab: Lab, text: str, url: str = "mongodb://db:27017/app", wait: float = 5) -> list[str]:
    return run(lab, f"""const {{ MongoClient, ObjectId }} = require('mongodb');
const client = new MongoClient('{url}', {{ serverSelectionTimeoutMS: 2000 }});
const tell = (e) => console.log(e.name, e.code, e.message);
client.connect().then(async () => {{ const c = client.db().collection('todos'); {text}; await client.close(); }}).catch(tell);""", wait=wait)  # fmt: skip


def test_documents_are_put_found_changed_and_removed() -> None:
    assert driver(database(), """
  const { insertedId } = await c.insertOne({ title: 'milk', n: 1, at: new Date(0), tags: ['a', 'b'] });
  await c.insertMany([{ title: 'bread', n: 2, by: { name: 'ann' } }, { title: 'tea', n: 3 }]);
  const one = await c.findOne({ _id: new ObjectId(String(insertedId)) });
  console.log(insertedId instanceof ObjectId, one.title, one.at.toISOString(), one.tags);
  const titles = async (filter) => (await c.find(filter).sort({ n: -1 }).toArray()).map((row) => row.title).join();
  console.log(await titles({ n: { $gte: 2 } }), await titles({ tags: 'a' }), await titles({ 'by.name': 'ann' }), await titles({ title: /^T/i }), await titles({ $or: [{ n: 1 }, { n: 3 }] }));
  const done = await c.updateOne({ title: 'tea' }, { $set: { done: true }, $inc: { n: 5 }, $push: { tags: 'x' } });
  console.log(done.matchedCount, done.modifiedCount, await c.findOne({ done: true }, { projection: { _id: 0 } }));
  console.log((await c.updateOne({ title: 'new' }, { $set: { n: 9 } }, { upsert: true })).upsertedCount, await c.countDocuments());
  console.log(await c.aggregate([{ $match: { n: { $gt: 1 } } }, { $group: { _id: null, sum: { $sum: '$n' } } }]).toArray());
  console.log((await c.deleteMany({ n: { $lt: 5 } })).deletedCount, await titles({}))""") == [
        "true milk 1970-01-01T00:00:00.000Z [ 'a', 'b' ]",
        "tea,bread milk bread tea tea,milk",
        "1 1 { title: 'tea', n: 8, done: true, tags: [ 'x' ] }",
        "1 4", "[ { _id: null, sum: 19 } ]", "2 new,tea",
    ]  # fmt: skip


def test_a_pattern_may_have_its_options_beside_it_and_a_schema_be_made_without_new() -> None:
    assert run(
        database(),
        """const mongoose = require('mongoose');
const Thing = mongoose.model('Thing', mongoose.Schema({ title: String }));
mongoose.connect('mongodb://db/shop').then(async () => {
  await Thing.create({ title: 'Docker 1' });
  console.log((await Thing.find({ title: { $regex: new RegExp('dock'), $options: 'i' } })).length);
  process.exit();
});""",
    ) == ["1"]


def test_what_the_server_refuses_is_told_in_its_words() -> None:
    found = driver(
        database(),
        """
  await c.createIndex({ title: 1 }, { unique: true });
  await c.insertOne({ title: 'tea' });
  await c.insertOne({ title: 'tea' }).catch(tell);
  await c.updateOne({}, { title: 'x' }).catch(tell);
  await c.updateOne({}, { $inc: { title: 1 } }).catch(tell);
  await c.find({ a: { $near: 1 } }).toArray().catch(tell);
  await c.aggregate([{ $fancy: 1 }]).toArray().catch(tell)""",
    )
    assert found[0].startswith("MongoServerError 11000 E11000 duplicate key error collection: app.todos index: title_1 dup key: { title: \"tea\" }")  # fmt: skip
    assert found[1:2] + found[3:] == [
        "MongoInvalidArgumentError undefined Update document requires atomic operators",
        "MongoServerError 2 unknown operator: $near",
        "MongoServerError 40324 Unrecognized pipeline stage name: '$fancy'",
    ]
    assert found[2].startswith("MongoServerError 14 Cannot apply $inc to a value of non-numeric")


def test_a_root_user_shuts_out_who_has_no_password() -> None:
    lab = database("MONGO_INITDB_ROOT_USERNAME=root", "MONGO_INITDB_ROOT_PASSWORD=pw")
    text = "await c.countDocuments().then(console.log, tell)"
    assert driver(lab, text, "mongodb://root:pw@db/app?authSource=admin") == ["0"]
    assert driver(lab, text, "mongodb://root:no@db/app") == [
        "MongoServerError 18 Authentication failed."
    ]
    assert driver(lab, text) == ["MongoServerError 13 Command count requires authentication"]


def test_a_server_that_is_not_there_is_looked_for_until_the_time_is_over() -> None:
    found = driver(database(), "", "mongodb://nowhere/app")
    assert found == ["MongoServerSelectionError undefined getaddrinfo ENOTFOUND nowhere"]


def test_models_of_mongoose_check_cast_and_join() -> None:
    assert run(database(), """const mongoose = require('mongoose');
const User = mongoose.model('User', { name: String });
const schema = new mongoose.Schema({ title: { type: String, required: true, trim: true }, n: Number, kind: { type: String, enum: ['a', 'b'], default: 'a' }, mail: { type: String, unique: true, sparse: true }, by: { type: mongoose.Schema.Types.ObjectId, ref: 'User' } }, { timestamps: true });
schema.virtual('loud').get(function () { return this.title.toUpperCase(); });
schema.methods.greet = function () { return `hi ${this.title}`; };
schema.pre('save', function (next) { this.n += 1; next(); });
const Todo = mongoose.model('Todo', schema);
const tell = (e) => console.log(e.name, e.code, e.message);
(async () => {
  await mongoose.connect('mongodb://db/app');
  const ann = await User.create({ name: 'ann' });
  const todo = await new Todo({ title: ' milk ', n: '3', by: ann._id, junk: 1, mail: 'm' }).save();
  console.log(todo.title, todo.n, todo.kind, todo.junk, todo.loud, todo.greet(), todo.createdAt instanceof Date);
  console.log((await Todo.findOne({ title: 'milk' }).populate('by')).by.name);
  await Todo.create({}).catch(tell);
  await Todo.create({ title: 'q', n: 'abc', kind: 'z' }).catch(tell);
  await Todo.create({ title: 'q', n: 1, mail: 'm' }).catch((e) => console.log(e.code));
  await Todo.findById('bad').catch(tell);
  console.log((await Todo.findByIdAndUpdate(todo.id, { title: 'cream' }, { new: true })).title);
  console.log(await Todo.find({ title: /^cr/ }).select('title -_id').lean(), await Todo.countDocuments({ n: { $gte: '1' } }));
  await Todo.findByIdAndDelete(todo._id);
  console.log(await Todo.findById(todo._id));
  await mongoose.disconnect();
})();""") == [
        "milk 4 a undefined MILK hi milk true", "ann",
        "ValidationError undefined Todo validation failed: title: Path `title` is required.",
        'ValidationError undefined Todo validation failed: n: Cast to Number failed for value "abc" (type string) at path "n" for model "Todo", kind: `z` is not a valid enum value for path `kind`.',
        "11000",
        'CastError undefined Cast to ObjectId failed for value "bad" (type string) at path "_id" for model "Todo"',
        "cream", "[ { title: 'cream' } ] 1", "null",
    ]  # fmt: skip


def test_a_mern_backend_keeps_its_documents_in_the_volume() -> None:
    lab = database(Binds=["data:/data/db"])
    web = program(lab, MERN, packages="express mongoose", HostConfig=HOST, wait=3)
    wish = {"method": "POST", "path": "/todos", "headers": {"content-type": "application/json"}}
    respond = lab.engine.programs.respond
    assert respond(web, 3000, {**wish, "body": '{"title": "kept"}'})["status"] == 201
    refused = respond(web, 3000, {**wish, "body": "{}"})
    assert (refused["status"], refused["body"]) == (400, '{"error":"Todo validation failed: title: Path `title` is required."}')  # fmt: skip
    lab.engine.docker.kill("laptop", "db")
    run_for(lab, 2)
    lab.engine.docker.remove("laptop", "db")
    start(lab, "mongo:7.0", name="db", wait=8, HostConfig={**HOST, "Binds": ["data:/data/db"]})
    assert ask(lab, web, 3000, "/todos")["body"] == '[{"title":"kept","done":false}]'
    assert output(lab, web) == "MongoDB connected\n"


def test_a_browser_at_the_port_of_mongodb_is_told_so() -> None:
    lab = database()
    found = ask(lab, lab.engine.docker.need("laptop", "db")["Id"], 27017)
    assert "It looks like you are trying to access MongoDB over HTTP" in found["body"]


def test_a_command_of_the_wrong_shape_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Faults, "loud", False)
    lab = database()
    found = lab.engine.programs.respond(
        lab.engine.docker.need("laptop", "db")["Id"], 27017,
        {"mongo": {"find": "a", "skip": "x"}, "db": "x"},
    )  # fmt: skip
    assert (found["ok"], found["code"]) == (0, 14)
