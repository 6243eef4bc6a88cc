"""What every Python client must see. A client.py passes in what differs between the SDKs, as a subclass of Sdk."""

import asyncio
import json
import sys
import traceback
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from conversation import Conversation, Person, text

EXPECTED = json.loads(Path(__file__).with_name("expectations.json").read_text())


class Sdk:
    """One connection. Results are the JSON objects of the wire, so that both SDKs look alike."""

    def __init__(self, brief, url):
        self.brief, self.url = brief, url
        self.session_id = None
        self.logs = []
        self.resumed = 0
        self.person = Person()
        # What becomes of the task of a call, for clients that are told to know of tasks.
        self.statuses = None

    async def on_request(self, request):
        """To be hooked into the HTTP client."""
        self.resumed += "last-event-id" in request.headers

    @asynccontextmanager
    async def connected(self):
        """Connects, and says goodbye at the end. Sets `session_id` if there is a session."""
        raise NotImplementedError
        yield

    def error_code(self, error):
        """The JSON-RPC code of an error of the SDK."""
        raise NotImplementedError


class Checks(Conversation):
    def __init__(self, sdk):
        self.open, self.brief = sdk, json.loads(sys.argv[1])
        self.sessions, self.stateless = self.brief["sessions"], self.brief["era"] == "stateless"
        self.notifies, self.seen = self.brief["notifies"], {}
        self.client = sdk(self.brief, self.brief["url"])

    async def call(self, name, arguments=None, **options):
        return await self.client.call(name, arguments or {}, **options)

    async def refused(self, awaitable, code):
        try:
            result = await awaitable
        except Exception as error:
            assert self.client.error_code(error) == code, repr(error)
        else:
            raise AssertionError(f"not refused: {result}")

    async def connects(self):
        assert self.client.server_name == EXPECTED["serverName"]
        assert (self.client.session_id is not None) == self.sessions
        self.seen["version"] = self.client.version

    async def lists(self):
        for kind, key, field in [("tools", "name", "tools"), ("resources", "uri", "resources"), ("prompts", "name", "prompts"),
                                 ("resource_templates", "uriTemplate", "templates")]:
            items = await self.client.list(kind)
            assert sorted(item[key] for item in items) == EXPECTED[field], items

    async def greets_with_progress(self):
        progress = []
        result = await self.call("hello-world", {"name": "joe"}, progress=progress)
        assert text(result).startswith(EXPECTED["greeting"]) and text(result) != EXPECTED["greeting"], result
        assert progress == (EXPECTED["greetingProgress"] if self.notifies else []), progress
        self.seen["progress"] = progress

    async def reads(self):
        async def read(uri):
            return (await self.client.read(uri))["contents"][0]["text"]

        assert await read(EXPECTED["resources"][0]) == EXPECTED["resourceText"]
        assert await read(EXPECTED["userUri"]) == EXPECTED["userText"]
        await self.refused(read("mcp://nowhere"), -32602 if self.stateless else -32002)

    async def prompts(self):
        messages = (await self.client.prompt("greet", {"name": "joe", "language": "Welsh"}))["messages"]
        assert messages == [{"role": "user", "content": {"type": "text", "text": EXPECTED["promptText"]}}], messages
        await self.refused(self.client.prompt("greet", {}), -32602)

    async def refuses_wrong_arguments(self):
        result = await self.call("hello-world", {EXPECTED["refusedArgument"]: 5})
        assert result["isError"] and EXPECTED["refusedArgument"] in text(result), result

    async def knows_no_such_tool(self):
        await self.refused(self.call("no-such-tool"), -32602)

    async def tells_errors_for_the_client_only(self):
        told = await self.call("divide", {"dividend": 1, "divisor": 0})
        assert told["isError"] and text(told) == EXPECTED["divisionError"], told
        try:
            masked = text(await self.call("break-down"))
        except Exception as error:
            masked = str(error)
        assert EXPECTED["maskedSecret"] not in masked, masked

    async def validates_structured_output(self):
        result = await self.call("forecast", {"city": "Oslo"})
        assert result["structuredContent"] == json.loads(text(result)) == EXPECTED["forecast"], result
        try:
            lie = await self.call("lie-about-the-weather")
        except RuntimeError as error:
            assert "Invalid structured content" in str(error), error
        else:
            raise AssertionError(f"believed {lie}")

    async def hears_logs_of_the_level_asked_for(self):
        async def levels(level=None):
            start = len(self.client.logs)
            await self.client.whisper(level)
            return self.client.logs[start:]

        def heard(whispers):
            return whispers if self.notifies else []

        assert await levels() == heard([] if self.stateless else EXPECTED["whispers"]["default"])
        if self.brief["remembers"]:
            assert await levels("debug") == heard(EXPECTED["whispers"]["all"])
            assert await levels("warning") == heard(EXPECTED["whispers"]["fromWarning"])

    async def withdraws_a_call(self):
        async def noted(entry):
            while entry not in text(await self.call("journal")).split("\n"):
                await asyncio.sleep(0.02)

        # A client that starts its server would start another one.
        own = self.brief["command"] is None
        other = self.open(self.brief, self.brief["url"]) if own else self.client
        async with other.connected() if own else nullcontext():
            # Without a session a notification reaches no call; only the connection that is closed below tells.
            by_closing = not self.brief["remembers"]
            progress = []
            withdraw = await other.call_to_withdraw("wait", {"label": "abort"}, progress)
            await noted("started abort")
            while self.notifies and not progress:
                await asyncio.sleep(0.02)
            if not by_closing:
                await withdraw()
                await noted("withdrawn abort")
                # Whoever lost the answer comes back for it, and is told that there is none.
                await asyncio.sleep(1.2 if self.sessions and self.notifies else 0)
                assert other.resumed <= 3, f"came back {other.resumed} times for the answer to a withdrawn call"
        await noted("withdrawn abort")

    async def goes_on_after_a_broken_stream(self):
        if not self.sessions or not self.notifies:
            return False
        other, steps = self.open(self.brief, self.brief["fragileUrl"]), []
        async with other.connected():
            result = await asyncio.wait_for(other.call("count", {}, progress=steps), 20)
            assert text(result) == EXPECTED["countResult"], result
            assert steps == list(range(1, EXPECTED["countSteps"] + 1)), steps

    async def ends_its_session(self):
        if not self.sessions:
            return False
        other = self.open(self.brief, self.brief["url"])
        async with other.connected():
            session = other.session_id
            assert await other.ping_of(session) == 200
        assert await other.ping_of(session) == 404

    async def run(self):
        passed = []
        async with self.client.connected():
            for check in [self.connects, self.lists, self.greets_with_progress, self.reads, self.prompts, self.refuses_wrong_arguments,
                          self.knows_no_such_tool, self.tells_errors_for_the_client_only, self.validates_structured_output,
                          self.hears_logs_of_the_level_asked_for, self.converses, self.works_on_a_task,
                          self.tells_the_server_that_it_refuses, self.opens_a_page_first, self.withdraws_a_call,
                          self.goes_on_after_a_broken_stream, self.ends_its_session]:
                try:
                    if await asyncio.wait_for(check(), 30) is not False:
                        passed.append(check.__name__)
                except BaseException:
                    print(f"in {check.__name__}:", file=sys.stderr)
                    raise
        return {"passed": passed, **self.seen, "logs": self.client.logs}


def main(sdk):
    try:
        print(json.dumps(asyncio.run(asyncio.wait_for(Checks(sdk).run(), 45))))
    except BaseException:
        traceback.print_exc()
        sys.exit(1)
