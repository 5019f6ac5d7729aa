"""Local servers that speak the chat-completions protocol: one obeys a script, one really generates."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

Handler = Callable[["Talk"], None]


class Talk(BaseHTTPRequestHandler):
    """One request: what was asked, and ways of answering it well or badly."""

    server: Server
    protocol_version = "HTTP/1.1"
    body: dict

    def do_POST(self):
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(
            (self.path, {name.lower(): value for name, value in self.headers.items()}, self.body)
        )
        try:
            self.server.answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()

    def begin(self):
        """Headers of a stream; its end is the end of the connection."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def piece(self, text: str, finish: str | None = None):
        """One chunk of the answer."""
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        self.raw(f"data: {json.dumps(chunk)}\n\n")

    def raw(self, text: str):
        """Bytes as they are."""
        self.wfile.write(text.encode())
        self.wfile.flush()

    def end(self):
        """The model is done."""
        self.piece("", "stop")
        self.raw("data: [DONE]\n\n")

    def fail(self, status: int, **headers: str):
        """An HTTP error."""
        body = json.dumps({"error": {"message": "no", "type": "x", "code": None}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Silence."""


class Server(ThreadingHTTPServer):
    """Answers with ``answer`` and remembers what was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.answer: Handler = lambda talk: talk.fail(500)
        self.asked: list[tuple[str, dict, dict]] = []
        self.left = threading.Event()
        """A client went away before its answer was done."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_):
        self.left.set()


@contextmanager
def serving() -> Iterator[Server]:
    """A server in a thread."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class RandomModel:
    """A small recurrent network of random weights over characters; it really generates, nonsense."""

    LETTERS = "abcdefghijklmnopqrstuvwxyzåäö .,[123]\n"

    def __init__(self, seed: int = 0, width: int = 48):
        random = np.random.default_rng(seed)
        size = len(self.LETTERS)
        self._in = random.normal(0, 1, (size, width))
        self._hidden = random.normal(0, 1 / np.sqrt(width), (width, width))
        self._out = random.normal(0, 1, (width, size))
        self._random = random

    def generate(self, prompt: str, length: int) -> Iterator[str]:
        """Characters sampled one at a time after reading the prompt."""
        state = np.zeros(self._hidden.shape[0])
        letters = [letter for letter in prompt.lower() if letter in self.LETTERS][-400:]
        for letter in letters:
            state = np.tanh(self._in[self.LETTERS.index(letter)] + state @ self._hidden)
        for _ in range(length):
            odds = np.exp(state @ self._out / 2)
            place = int(self._random.choice(len(self.LETTERS), p=odds / odds.sum()))
            yield self.LETTERS[place]
            state = np.tanh(self._in[place] + state @ self._hidden)

    def __call__(self, talk: Talk) -> None:
        """Answer a request."""
        talk.begin()
        prompt = talk.body["messages"][-1]["content"]
        letters = list(self.generate(prompt, talk.body["max_tokens"]))
        for at in range(0, len(letters), 5):
            talk.piece("".join(letters[at : at + 5]))
        talk.end()
