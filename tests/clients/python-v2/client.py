"""mcp 2.x, which speaks both eras: it asks for the stateless one first, unless told to begin with `initialize`."""

import asyncio
import sys
import warnings
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from mcp import Client, MCPDeprecationWarning, MCPError, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

sys.path.insert(0, str(Path(__file__).parent.parent))
from checks import Sdk, main
from task import Tasks
from conversation import Refusal

# Logging is on its way out of the protocol, but servers of today log.
warnings.simplefilter("ignore", MCPDeprecationWarning)

LISTS = {"resource_templates": "resourceTemplates"}
LOG_LEVEL = "io.modelcontextprotocol/logLevel"


class PythonV2(Sdk):
    @asynccontextmanager
    async def connected(self):
        async def on_log(log):
            self.logs.append(log.level)

        async def on_response(response):
            self.session_id = response.headers.get("mcp-session-id", self.session_id)

        self.mode = "auto" if self.brief["era"] == "stateless" else "legacy"
        hooks = {"request": [self.on_request], "response": [on_response]}
        async with (
            httpx2.AsyncClient(event_hooks=hooks, timeout=30) as http,
            Client(
                self.transport(http),
                mode=self.mode,
                logging_callback=on_log,
                extensions=None if self.statuses is None else [Tasks(self.person, self.statuses)],
                **self.person_callbacks(),
            ) as self.client,
        ):
            self.server_name, self.version, self.calls = self.client.server_info.name, self.client.protocol_version, []
            yield
            for call in self.calls:
                call.cancel()

    def transport(self, http):
        command = self.brief["command"]
        return stdio_client(StdioServerParameters(command=command)) if command else streamable_http_client(self.url, http_client=http)

    def person_callbacks(self):
        # The same in both eras: for requests of the server, and for the questions of `input_required` results.
        async def elicit(context, params):
            return types.ElicitResult.model_validate(await self.person.elicit(plain(params)))

        async def create_message(context, params):
            try:
                said = await self.person.create_message(plain(params))
            except Refusal as refusal:
                return types.ErrorData(code=-1, message=str(refusal))
            return types.CreateMessageResultWithTools.model_validate(said)

        async def list_roots(context):
            return types.ListRootsResult.model_validate(await self.person.list_roots())

        async def on_message(message):
            if isinstance(message, types.ElicitCompleteNotification):
                self.person.completed.append(message.params.elicitation_id)

        return {
            "elicitation_callback": elicit,
            "sampling_callback": create_message,
            "sampling_capabilities": types.SamplingCapability(tools=types.SamplingToolsCapability()),
            "list_roots_callback": list_roots,
            "message_handler": on_message,
        }

    async def list(self, kind):
        result = await getattr(self.client, f"list_{kind}")()
        return plain(result)[LISTS.get(kind, kind)]

    async def call(self, name, arguments, progress=None, level=None):
        async def on_progress(done, total, message):
            progress.append(done)

        meta = {LOG_LEVEL: level} if level else None
        progress_callback = None if progress is None else on_progress
        return plain(await self.client.call_tool(name, arguments, progress_callback=progress_callback, meta=meta))

    async def read(self, uri):
        return plain(await self.client.read_resource(uri))

    async def prompt(self, name, arguments):
        return plain(await self.client.get_prompt(name, arguments))

    async def whisper(self, level):
        if level and self.mode == "legacy":
            await self.client.set_logging_level(level)
        await self.client.call_tool("whisper", meta={LOG_LEVEL: level} if level and self.mode == "auto" else None)

    async def call_to_withdraw(self, name, arguments, progress):
        call = asyncio.create_task(self.call(name, arguments, progress))
        self.calls.append(call)

        async def withdraw():
            call.cancel()

        return withdraw

    async def ping_of(self, session_id):
        headers = {"accept": "application/json, text/event-stream", "mcp-session-id": session_id}
        async with httpx2.AsyncClient() as http:
            ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            return (await http.post(self.url, json=ping, headers=headers)).status_code

    def error_code(self, error):
        return error.error.code if isinstance(error, MCPError) else repr(error)


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


main(PythonV2)
