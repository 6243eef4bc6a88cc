"""mcp 1.x, which speaks the session era."""

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from mcp import ClientSession, McpError, types
from pydantic import AnyUrl

sys.path.insert(0, str(Path(__file__).parent.parent))
from checks import main
from sdk import LISTS, Sdk, plain, progress_callback


class PythonV1(Sdk):
    http = httpx

    @asynccontextmanager
    async def connected(self):
        async with (
            httpx.AsyncClient(event_hooks={"request": [self.on_request]}, timeout=30) as http,
            self.transport(http) as (reading, writing, *session_id),
            ClientSession(reading, writing, **self.callbacks()) as self.session,
        ):
            initialized = await self.session.initialize()
            self.server_name, self.version = initialized.serverInfo.name, initialized.protocolVersion
            self.session_id, self.calls = session_id[0]() if session_id else None, []
            yield
            for call in self.calls:
                call.cancel()

    def completed_elicitation(self, message):
        if isinstance(message, types.ServerNotification) and isinstance(message.root, types.ElicitCompleteNotification):
            return message.root.params.elicitationId

    async def list(self, kind):
        result = await getattr(self.session, f"list_{kind}")()
        return plain(result)[LISTS.get(kind, kind)]

    async def call(self, name, arguments, progress=None, level=None):
        return plain(await self.session.call_tool(name, arguments, progress_callback=progress_callback(progress)))

    async def read(self, uri):
        return plain(await self.session.read_resource(AnyUrl(uri)))

    async def prompt(self, name, arguments):
        return plain(await self.session.get_prompt(name, arguments))

    async def whisper(self, level):
        if level:
            await self.session.set_logging_level(level)
        await self.session.call_tool("whisper")

    async def start_call(self, name, arguments, progress):
        # This SDK does not notify the server of a cancelled call, so this client does.
        id = self.session._request_id
        self.calls.append(asyncio.create_task(self.call(name, arguments, progress)))
        # The task starts, and takes its id, before any other call.
        await asyncio.sleep(0)

        async def cancel():
            params = types.CancelledNotificationParams(requestId=id)
            await self.session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))

        return cancel

    def error_code(self, error):
        return error.error.code if isinstance(error, McpError) else repr(error)


main(PythonV1)
