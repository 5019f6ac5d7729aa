"""A local server that speaks Slack's Web API, response URLs and Socket Mode, in a thread of its own.

It keeps messages as Slack does, refuses what Slack would refuse (tokens, limits of Block Kit), and can
be told to be busy, to drop sockets and to send again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from aiohttp import WSMsgType, web
from limits import message_faults, view_faults

SECRET = "s3cret-of-signing"
BOT_TOKEN, APP_TOKEN = "xoxb-one", "xapp-1-one"
SITE = "https://keittokirja.example.fi"
TEAM, BOT_USER, BOT_ID, APP_ID = "T1", "UBOT", "BBOT", "A1"
WAIT = 20


class Slack:
    """Start with ``with Slack() as slack``."""

    def __init__(self) -> None:
        self.reset()
        self.sockets: list[web.WebSocketResponse] = []
        self._count = itertools.count(1)
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.address = ""

    def reset(self) -> None:
        """As before anything was written."""
        self.tokens = {BOT_TOKEN: TEAM}
        self.locales: dict[str, str] = {}
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.ephemeral: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.modals: list[dict[str, Any]] = []
        self.unfurls: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any], float]] = []
        self.faults: list[str] = []
        self.errors: dict[str, list[str]] = defaultdict(list)
        """Method -> errors for its next calls; ``ratelimited:2`` is 429 with Retry-After: 2."""
        self.limited: list[tuple[str, float]] = []
        self.codes: dict[str, dict[str, Any]] = {}
        self.refreshes: dict[str, dict[str, Any]] = {}
        self.acks: Counter[str] = Counter()

    def __enter__(self) -> Slack:
        self._thread.start()
        self.wait(lambda: bool(self.address))
        return self

    def __exit__(self, *_: object) -> None:
        self.on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def api(self) -> str:
        return f"{self.address}/api/"

    def wait(self, condition: Callable[[], Any]) -> Any:
        """Until the condition holds; its value."""
        deadline = time.monotonic() + WAIT
        while not (value := condition()):
            assert time.monotonic() < deadline, "Slack waited in vain"
            with self._changed:
                self._changed.wait(0.05)
        return value

    def on_loop(self, coroutine) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WAIT)

    # what people do

    def ts(self) -> str:
        return f"{time.time():.0f}.{next(self._count):06d}"

    def says(
        self, user: str, channel: str, text: str, thread: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Somebody writes; the message as it stands in the channel."""
        message = {"type": "message", "user": user, "text": text, "ts": self.ts()} | more
        if thread:
            message["thread_ts"] = thread
            message["parent_user_id"] = next(m["user"] for m in self.messages[channel] if m["ts"] == thread)
        self.messages[channel].append(message)
        return message

    def event(
        self, message: dict[str, Any], channel: str, kind: str = "message", **more: Any
    ) -> dict[str, Any]:
        """The event of a message."""
        kinds = {"C": "channel", "D": "im", "G": "group"}
        inside = message | {"type": kind, "channel": channel, "channel_type": kinds[channel[0]]}
        return self.envelope(inside | {"event_ts": message["ts"]}, **more)

    def envelope(self, event: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An event as the Events API sends it."""
        return {
            "token": "old", "team_id": TEAM, "api_app_id": APP_ID, "type": "event_callback",
            "event_id": f"Ev{next(self._count):08d}", "event_time": int(time.time()), "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        } | more  # fmt: skip

    def mention(self, user: str, text: str, channel: str = "C1", thread: str | None = None) -> dict[str, Any]:
        message = self.says(user, channel, f"<@{BOT_USER}> {text}", thread)
        return self.event(message, channel, "app_mention")

    def command(self, text: str, user: str = "U1", command: str = "/keittokirja") -> dict[str, Any]:
        return {
            "token": "old", "team_id": TEAM, "channel_id": "C1", "user_id": user, "command": command,
            "text": text, "api_app_id": APP_ID, "response_url": self.response_url(),
            "trigger_id": f"{next(self._count)}.trigger",
        }  # fmt: skip

    def click(
        self,
        action: dict[str, Any],
        user: str = "U1",
        message: dict[str, Any] | None = None,
        channel: str = "C1",
    ) -> dict[str, Any]:
        """A button of a message is pressed."""
        return {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM},
            "api_app_id": APP_ID, "trigger_id": f"{next(self._count)}.trigger",
            "response_url": self.response_url(), "channel": {"id": channel},
            "message": message or {"ts": self.ts()}, "actions": [action | {"action_ts": self.ts()}],
        }  # fmt: skip

    def home_click(self, action: dict[str, Any], user: str = "U1") -> dict[str, Any]:
        """The same in App Home."""
        body = self.click(action, user) | {"view": self.homes[user] | {"id": "V1"}}
        return {name: body[name] for name in body if name not in {"response_url", "channel", "message"}}

    def shortcut(self, text: str, user: str = "U1") -> dict[str, Any]:
        return {
            "type": "message_action", "callback_id": "find_recipe", "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM}, "channel": {"id": "C1"},
            "message": {"text": text, "user": "U2"},
            "trigger_id": f"{next(self._count)}.trigger", "response_url": self.response_url(),
            "api_app_id": APP_ID, "message_ts": self.ts(),
        }  # fmt: skip

    def response_url(self) -> str:
        return f"{self.address}/respond/{next(self._count)}"

    @staticmethod
    def in_team(body: dict[str, Any], team: str) -> dict[str, Any]:
        """The same from another workspace."""
        there = [{"team_id": team, "user_id": BOT_USER, "is_bot": True}]
        return body | {"team_id": team} | ({"authorizations": there} if "event" in body else {})

    # how it reaches us

    def signed(
        self, body: dict[str, Any], *, at: float | None = None, secret: str = SECRET, retry: int | None = None
    ) -> dict[str, Any]:
        """Arguments of a POST of this body as Slack sends it."""
        if "event" in body or body.get("type") == "url_verification":
            content, kind = json.dumps(body), "application/json"
        elif "command" in body:
            content, kind = urlencode(body), "application/x-www-form-urlencoded"
        else:
            content, kind = urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded"
        stamp = str(int(at or time.time()))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{content}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "content-type": kind,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={digest}",
        }
        if retry is not None:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"}
        return {"content": content, "headers": headers}

    def post(self, client: httpx.Client, body: dict[str, Any], **how: Any) -> httpx.Response:
        return client.post("/slack/events", **self.signed(body, **how))

    def send(self, body: dict[str, Any], kind: str = "events_api", envelope: str | None = None) -> str:
        """Over the newest socket; the envelope's id."""
        envelope = envelope or f"env-{next(self._count)}"
        self.wait(lambda: any(not socket.closed for socket in self.sockets))
        socket = next(socket for socket in reversed(self.sockets) if not socket.closed)
        content = {"envelope_id": envelope, "type": kind, "payload": body, "accepts_response_payload": False}
        self.on_loop(socket.send_json(content))
        return envelope

    def disconnect(self) -> None:
        """Slack asks for a new connection."""
        self.on_loop(self.sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"}))

    def cut(self) -> None:
        """The connection is lost without a word."""

        async def abort() -> None:
            transport = self.sockets[-1]._req.transport
            assert transport is not None
            transport.abort()

        self.on_loop(abort())

    # what came of it

    def of_bot(self, channel: str = "C1", thread: str | None = None) -> list[dict[str, Any]]:
        return [
            m
            for m in list(self.messages[channel])
            if m.get("user") == BOT_USER and (thread is None or m.get("thread_ts") == thread)
        ]

    def answers(self, channel: str = "C1", thread: str | None = None) -> list[dict[str, Any]]:
        """Messages of the bot that hold a whole answer."""
        return [m for m in self.of_bot(channel, thread) if "cookbook_answer" in str(m.get("metadata"))]

    def called(self, method: str) -> list[dict[str, Any]]:
        return [fields for name, fields, _ in list(self.calls) if name == method]

    # the server

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._loop.run_forever()

    async def _start(self) -> None:
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{id}", self._respond)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"http://127.0.0.1:{port}"

    async def _stop(self) -> None:
        for socket in self.sockets:
            if not socket.closed:
                await socket.close()
        await self._runner.cleanup()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields = await _fields(request)
        self.calls.append((method, fields, time.monotonic()))
        try:
            return self._answer(method, request, fields)
        finally:
            self._notify()

    def _answer(self, method: str, request: web.Request, fields: dict[str, Any]) -> web.Response:
        if self.errors[method]:
            return self._failure(method, self.errors[method].pop(0))
        if method == "oauth.v2.access":
            kept = self.refreshes if fields.get("grant_type") == "refresh_token" else self.codes
            granted = kept.get(fields.get("refresh_token") or fields.get("code") or "")
            return web.json_response(granted or {"ok": False, "error": "invalid_code"})
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or fields.get("token", "")
        if method == "apps.connections.open":
            url = f"{self.address.replace('http', 'ws')}/socket"
            good = token == APP_TOKEN
            return web.json_response(
                {"ok": True, "url": url} if good else {"ok": False, "error": "invalid_auth"}
            )
        if token not in self.tokens:
            return web.json_response({"ok": False, "error": "token_revoked" if token else "not_authed"})
        found = getattr(self, "_" + method.replace(".", "_"))(fields, self.tokens[token])
        return web.json_response(found if "ok" in found else {"ok": True} | found)

    def _failure(self, method: str, error: str) -> web.Response:
        if not error.startswith("ratelimited"):
            return web.json_response({"ok": False, "error": error})
        self.limited.append((method, time.monotonic()))
        headers = {"Retry-After": error.partition(":")[2] or "1"}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    def _auth_test(self, fields, team):
        return {
            "team_id": team,
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
            "url": "https://x.slack.com/",
            "user": "k",
            "team": "X",
        }

    def _users_info(self, fields, team):
        return {"user": {"id": fields["user"], "locale": self.locales.get(fields["user"], "en-US")}}

    def _chat_postMessage(self, fields, team):
        if refused := self._refused(message_faults(fields)):
            return refused
        channel = fields["channel"] if fields["channel"][0] in "CDG" else f"D{fields['channel'][1:]}"
        message = {
            "type": "message", "user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "ts": self.ts(),
            **{k: v for k, v in fields.items() if k in {"text", "blocks", "metadata", "thread_ts"}},
            "edits": [], "asked": fields,
        }  # fmt: skip
        self.messages[channel].append(message)
        return {"channel": channel, "ts": message["ts"], "message": {"text": message["text"]}}

    def _chat_update(self, fields, team):
        if refused := self._refused(message_faults(fields)):
            return refused
        message = next((m for m in self.messages[fields["channel"]] if m["ts"] == fields["ts"]), None)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        message["edits"].append((time.monotonic(), message["text"]))
        message.update({k: v for k, v in fields.items() if k in {"text", "blocks", "metadata"}})
        return {"channel": fields["channel"], "ts": fields["ts"]}

    def _chat_postEphemeral(self, fields, team):
        if refused := self._refused(message_faults(fields)):
            return refused
        self.ephemeral.append(fields)
        return {"message_ts": self.ts()}

    def _chat_unfurl(self, fields, team):
        for url, card in fields["unfurls"].items():
            if refused := self._refused(message_faults(card)):
                return refused
            assert url.startswith("http")
        self.unfurls.append(fields)
        return {}

    def _views_publish(self, fields, team):
        if refused := self._refused(view_faults(fields["view"])):
            return refused
        self.homes[fields["user_id"]] = fields["view"]
        return {"view": fields["view"]}

    def _views_open(self, fields, team):
        if refused := self._refused(view_faults(fields["view"])):
            return refused
        self.modals.append(fields["view"])
        return {"view": fields["view"]}

    def _conversations_replies(self, fields, team):
        thread = [
            m for m in self.messages[fields["channel"]] if fields["ts"] in {m["ts"], m.get("thread_ts")}
        ]
        if not thread:
            return {"ok": False, "error": "thread_not_found"}
        start, size = int(fields.get("cursor") or 0), min(int(fields.get("limit", 1000)), 200)
        more = str(start + size) if start + size < len(thread) else ""
        return {"messages": _seen(thread[start : start + size]), "response_metadata": {"next_cursor": more}}

    def _conversations_history(self, fields, team):
        latest, oldest = float(fields.get("latest", 1e12)), float(fields.get("oldest", 0))
        found = [
            m
            for m in self.messages[fields["channel"]]
            if oldest < float(m["ts"]) < latest and m.get("thread_ts") in {None, m["ts"]}
        ]
        return {"messages": _seen(found[::-1][: int(fields.get("limit", 100))])}

    def _refused(self, faults):
        if not faults:
            return None
        self.faults += faults
        return {"ok": False, "error": "invalid_blocks", "errors": faults}

    async def _respond(self, request: web.Request) -> web.Response:
        message = await request.json()
        if self.errors["respond"]:
            error = self.errors["respond"].pop(0)
            self._notify()
            status = 429 if error.startswith("ratelimited") else 404
            return web.Response(
                status=status, text=error, headers={"Retry-After": "1"}, content_type="text/html"
            )
        self.faults += message_faults(message)
        self.responses.append(message)
        self._notify()
        return web.Response(text="ok", content_type="text/html")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}})
        self.sockets.append(socket)
        self._notify()
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            self.acks[json.loads(message.data)["envelope_id"]] += 1
            self._notify()
        self._notify()
        return socket


def _seen(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in m.items() if k not in {"edits", "asked"}} for m in messages]


async def _fields(request: web.Request) -> dict[str, Any]:
    fields = dict(request.query)
    content = await request.text()
    if request.content_type == "application/json":
        fields |= json.loads(content)
    else:
        fields |= dict(parse_qsl(content))
    for name in ("blocks", "view", "metadata", "unfurls"):
        if isinstance(fields.get(name), str):
            fields[name] = json.loads(fields[name])
    return fields
