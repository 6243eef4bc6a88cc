"""Checks that every Python client must pass.

A client.py provides the differences between the SDKs, as a subclass of Sdk.
"""

import asyncio
import json
import sys
import traceback
from contextlib import nullcontext
from pathlib import Path

from questions import Questions, text

EXPECTED = json.loads(Path(__file__).with_name("expectations.json").read_text())


class Checks(Questions):
    def __init__(self, sdk):
        self.open, self.brief = sdk, json.loads(sys.argv[1])
        self.sessions, self.stateless = self.brief["sessions"], self.brief["era"] == "stateless"
        self.notifies, self.report = self.brief["notifies"], {}
        self.client = sdk(self.brief, self.brief["url"])

    async def call(self, name, arguments=None, **options):
        return await self.client.call(name, arguments or {}, **options)

    async def fails_with(self, awaitable, code):
        try:
            result = await awaitable
        except Exception as error:
            assert self.client.error_code(error) == code, repr(error)
        else:
            raise AssertionError(f"no error: {result}")

    async def connects(self):
        assert self.client.server_name == EXPECTED["serverName"]
        assert (self.client.session_id is not None) == self.sessions
        self.report["version"] = self.client.version

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
        self.report["progress"] = progress

    async def reads(self):
        async def read(uri):
            return (await self.client.read(uri))["contents"][0]["text"]

        assert await read(EXPECTED["resources"][0]) == EXPECTED["resourceText"]
        assert await read(EXPECTED["userUri"]) == EXPECTED["userText"]
        await self.fails_with(read("mcp://nowhere"), -32602 if self.stateless else -32002)

    async def prompts(self):
        messages = (await self.client.prompt("greet", {"name": "joe", "language": "Welsh"}))["messages"]
        assert messages == [{"role": "user", "content": {"type": "text", "text": EXPECTED["promptText"]}}], messages
        await self.fails_with(self.client.prompt("greet", {}), -32602)

    async def rejects_invalid_arguments(self):
        result = await self.call("hello-world", {EXPECTED["invalidArgument"]: 5})
        assert result["isError"] and EXPECTED["invalidArgument"] in text(result), result

    async def reports_unknown_tool(self):
        await self.fails_with(self.call("no-such-tool"), -32602)

    async def shows_client_errors_only(self):
        shown = await self.call("divide", {"dividend": 1, "divisor": 0})
        assert shown["isError"] and text(shown) == EXPECTED["divisionError"], shown
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
            raise AssertionError(f"accepted {lie}")

    async def receives_logs_of_requested_level(self):
        async def levels(level=None):
            start = len(self.client.logs)
            await self.client.whisper(level)
            return self.client.logs[start:]

        def expected(whispers):
            return whispers if self.notifies else []

        assert await levels() == expected([] if self.stateless else EXPECTED["whispers"]["default"])
        if self.brief["remembers"]:
            assert await levels("debug") == expected(EXPECTED["whispers"]["all"])
            assert await levels("warning") == expected(EXPECTED["whispers"]["fromWarning"])

    async def cancels_a_call(self):
        async def noted(entry):
            while entry not in text(await self.call("journal")).split("\n"):
                await asyncio.sleep(0.02)

        # A client that starts its server would start another one.
        own = self.brief["command"] is None
        other = self.open(self.brief, self.brief["url"]) if own else self.client
        async with other.connected() if own else nullcontext():
            # Without a session a notification cannot cancel the call. Closing the connection does.
            by_closing = not self.brief["remembers"]
            progress = []
            cancel = await other.start_call("wait", {"label": "abort"}, progress)
            await noted("started abort")
            while self.notifies and not progress:
                await asyncio.sleep(0.02)
            if not by_closing:
                await cancel()
                await noted("cancelled abort")
                # A client that lost the stream resumes it, and learns that the call is cancelled.
                await asyncio.sleep(1.2 if self.sessions and self.notifies else 0)
                assert other.resumed <= 3, f"the stream of a cancelled call was resumed {other.resumed} times"
        await noted("cancelled abort")

    async def resumes_a_broken_stream(self):
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
            for check in [self.connects, self.lists, self.greets_with_progress, self.reads, self.prompts, self.rejects_invalid_arguments,
                          self.reports_unknown_tool, self.shows_client_errors_only, self.validates_structured_output,
                          self.receives_logs_of_requested_level, self.answers_questions, self.completes_a_task,
                          self.reports_refused_question, self.opens_a_page_first, self.cancels_a_call,
                          self.resumes_a_broken_stream, self.ends_its_session]:
                try:
                    if await asyncio.wait_for(check(), 30) is not False:
                        passed.append(check.__name__)
                except BaseException:
                    print(f"in {check.__name__}:", file=sys.stderr)
                    raise
        return {"passed": passed, **self.report, "logs": self.client.logs}


def main(sdk):
    try:
        print(json.dumps(asyncio.run(asyncio.wait_for(Checks(sdk).run(), 45))))
    except BaseException:
        traceback.print_exc()
        sys.exit(1)
