"""mcp 1.x, which speaks the session era."""

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from mcp import ClientSession, McpError, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from pydantic import AnyUrl

sys.path.insert(0, str(Path(__file__).parent.parent))
from checks import Sdk, main
from conversation import Refusal

LISTS = {"resource_templates": "resourceTemplates"}


class PythonV1(Sdk):
    @asynccontextmanager
    async def connected(self):
        async def on_log(log):
            self.logs.append(log.level)

        async with (
            httpx.AsyncClient(event_hooks={"request": [self.on_request]}, timeout=30) as http,
            self.transport(http) as (reading, writing, *session_id),
            ClientSession(reading, writing, logging_callback=on_log, **self.person_callbacks()) as self.session,
        ):
            introduction = await self.session.initialize()
            self.server_name, self.version = introduction.serverInfo.name, introduction.protocolVersion
            self.session_id, self.calls = session_id[0]() if session_id else None, []
            yield
            for call in self.calls:
                call.cancel()

    def transport(self, http):
        command = self.brief["command"]
        return stdio_client(StdioServerParameters(command=command)) if command else streamable_http_client(self.url, http_client=http)

    def person_callbacks(self):
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
            if isinstance(message, types.ServerNotification) and isinstance(message.root, types.ElicitCompleteNotification):
                self.person.completed.append(message.root.params.elicitationId)

        return {
            "elicitation_callback": elicit,
            "sampling_callback": create_message,
            "sampling_capabilities": types.SamplingCapability(tools=types.SamplingToolsCapability()),
            "list_roots_callback": list_roots,
            "message_handler": on_message,
        }

    async def list(self, kind):
        result = await getattr(self.session, f"list_{kind}")()
        return plain(result)[LISTS.get(kind, kind)]

    async def call(self, name, arguments, progress=None, level=None):
        async def on_progress(done, total, message):
            progress.append(done)

        return plain(await self.session.call_tool(name, arguments, progress_callback=None if progress is None else on_progress))

    async def read(self, uri):
        return plain(await self.session.read_resource(AnyUrl(uri)))

    async def prompt(self, name, arguments):
        return plain(await self.session.get_prompt(name, arguments))

    async def whisper(self, level):
        if level:
            await self.session.set_logging_level(level)
        await self.session.call_tool("whisper")

    async def call_to_withdraw(self, name, arguments, progress):
        # This SDK tells the server nothing when a caller gives up, so the notification is sent by hand.
        id = self.session._request_id
        self.calls.append(asyncio.create_task(self.call(name, arguments, progress)))
        # It begins, and takes its id, before anything else is called.
        await asyncio.sleep(0)

        async def withdraw():
            params = types.CancelledNotificationParams(requestId=id)
            await self.session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))

        return withdraw

    async def ping_of(self, session_id):
        headers = {"accept": "application/json, text/event-stream", "mcp-session-id": session_id}
        async with httpx.AsyncClient() as http:
            ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            return (await http.post(self.url, json=ping, headers=headers)).status_code

    def error_code(self, error):
        return error.error.code if isinstance(error, McpError) else repr(error)


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


main(PythonV1)
