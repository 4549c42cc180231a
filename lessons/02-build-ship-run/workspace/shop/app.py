import socket

from flask import Flask

app = Flask(__name__)


@app.get("/")
def shop():
    return f"Welcome to the shop! Served by {socket.gethostname()}\n"


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
