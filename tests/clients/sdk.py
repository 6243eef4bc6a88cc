"""Base class of the connections.

A client.py subclasses it with the differences between the SDKs.
"""

from contextlib import asynccontextmanager

from mcp import StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from questions import Person, Refusal

LISTS = {"resource_templates": "resourceTemplates"}


class Sdk:
    """One connection. Results are the JSON objects of the wire, so that both SDKs look alike."""

    # HTTP library of the SDK.
    http = None

    def __init__(self, brief, url):
        self.brief, self.url = brief, url
        self.session_id = None
        self.calls = []
        self.logs = []
        self.resumed = 0
        self.person = Person()
        # Statuses of a task, for clients that declare the tasks extension.
        self.statuses = None

    @asynccontextmanager
    async def connected(self):
        """Connects, and disconnects at the end. Sets `session_id` if there is a session."""
        raise NotImplementedError
        yield

    def error_code(self, error):
        """Returns the JSON-RPC code of an error of the SDK."""
        raise NotImplementedError

    def completed_elicitation(self, message):
        """Returns the id if the message is the notification of a completed elicitation."""
        raise NotImplementedError

    async def on_request(self, request):
        """Hook for the HTTP client."""
        self.resumed += "last-event-id" in request.headers

    async def on_log(self, log):
        self.logs.append(log.level)

    def transport(self, http):
        command = self.brief["command"]
        return stdio_client(StdioServerParameters(command=command)) if command else streamable_http_client(self.url, http_client=http)

    def callbacks(self):
        async def elicit(context, params):
            return types.ElicitResult.model_validate(await self.person.elicit(plain(params)))

        async def create_message(context, params):
            try:
                message = await self.person.create_message(plain(params))
            except Refusal as refusal:
                return types.ErrorData(code=-1, message=str(refusal))
            return types.CreateMessageResultWithTools.model_validate(message)

        async def list_roots(context):
            return types.ListRootsResult.model_validate(await self.person.list_roots())

        async def on_message(message):
            if completed := self.completed_elicitation(message):
                self.person.completed.append(completed)

        return {
            "elicitation_callback": elicit,
            "sampling_callback": create_message,
            "sampling_capabilities": types.SamplingCapability(tools=types.SamplingToolsCapability()),
            "list_roots_callback": list_roots,
            "message_handler": on_message,
            "logging_callback": self.on_log,
        }

    async def ping_of(self, session_id):
        """Returns the status of a ping in a session."""
        headers = {"accept": "application/json, text/event-stream", "mcp-session-id": session_id}
        async with self.http.AsyncClient() as http:
            ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            return (await http.post(self.url, json=ping, headers=headers)).status_code


def progress_callback(progress):
    """Returns a callback that appends to a list, or `None` without a list."""

    async def on_progress(done, total, message):
        progress.append(done)

    return None if progress is None else on_progress


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)
