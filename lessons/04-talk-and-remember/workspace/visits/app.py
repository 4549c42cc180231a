import redis
from flask import Flask

app = Flask(__name__)
store = redis.Redis(host="db", port=6379)


@app.get("/")
def visits():
    return f"You are visitor {store.incr('visits')}\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
