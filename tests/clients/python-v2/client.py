"""mcp 2.x, which speaks both eras.

It tries the stateless era first, unless it is configured to start with `initialize`.
"""

import asyncio
import sys
import warnings
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from mcp import Client, MCPDeprecationWarning, MCPError, types

sys.path.insert(0, str(Path(__file__).parent.parent))
from checks import main
from sdk import LISTS, Sdk, plain, progress_callback
from task import Tasks

# Logging is deprecated in the protocol, but servers still log.
warnings.simplefilter("ignore", MCPDeprecationWarning)

LOG_LEVEL = "io.modelcontextprotocol/logLevel"


class PythonV2(Sdk):
    http = httpx2

    @asynccontextmanager
    async def connected(self):
        async def on_response(response):
            self.session_id = response.headers.get("mcp-session-id", self.session_id)

        self.mode = "auto" if self.brief["era"] == "stateless" else "legacy"
        hooks = {"request": [self.on_request], "response": [on_response]}
        extensions = None if self.statuses is None else [Tasks(self.person, self.statuses)]
        async with (
            httpx2.AsyncClient(event_hooks=hooks, timeout=30) as http,
            Client(self.transport(http), mode=self.mode, extensions=extensions, **self.callbacks()) as self.client,
        ):
            self.server_name, self.version, self.calls = self.client.server_info.name, self.client.protocol_version, []
            yield
            for call in self.calls:
                call.cancel()

    def completed_elicitation(self, message):
        if isinstance(message, types.ElicitCompleteNotification):
            return message.params.elicitation_id

    async def list(self, kind):
        result = await getattr(self.client, f"list_{kind}")()
        return plain(result)[LISTS.get(kind, kind)]

    async def call(self, name, arguments, progress=None, level=None):
        meta = {LOG_LEVEL: level} if level else None
        return plain(await self.client.call_tool(name, arguments, progress_callback=progress_callback(progress), meta=meta))

    async def read(self, uri):
        return plain(await self.client.read_resource(uri))

    async def prompt(self, name, arguments):
        return plain(await self.client.get_prompt(name, arguments))

    async def whisper(self, level):
        if level and self.mode == "legacy":
            await self.client.set_logging_level(level)
        await self.client.call_tool("whisper", meta={LOG_LEVEL: level} if level and self.mode == "auto" else None)

    async def start_call(self, name, arguments, progress):
        call = asyncio.create_task(self.call(name, arguments, progress))
        self.calls.append(call)

        async def cancel():
            call.cancel()

        return cancel

    def error_code(self, error):
        return error.error.code if isinstance(error, MCPError) else repr(error)


main(PythonV2)
