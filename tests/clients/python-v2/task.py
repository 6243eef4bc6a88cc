"""The tasks extension for mcp 2.x, as a client extension that claims results of type `task`."""

import asyncio
from typing import Any, Literal

from mcp import types
from mcp.client.extension import ClientExtension, ResultClaim
from pydantic import BaseModel, ConfigDict


class Handle(types.Result):
    result_type: Literal["task"]
    task_id: str
    status: str
    poll_interval_ms: int


class TaskRequest(types.Request[dict[str, Any], str]):
    name_param = "taskId"


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


class Tasks(ClientExtension):
    """Completes one task, and records its statuses."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, person, statuses):
        self.person, self.statuses = person, statuses

    def claims(self):
        return [ResultClaim(result_type="task", model=Handle, resolve=self.complete)]

    async def complete(self, handle, context):
        async def send(method, **params):
            request = TaskRequest(method=method, params={"taskId": handle.task_id, **params})
            return (await context.session.send_request(request, Anything)).model_dump()

        self.statuses.append(handle.status)
        while True:
            task = await send("tasks/get")
            self.statuses.append(task["status"])
            if task["status"] == "input_required":
                answers = {key: await self.answer(asked) for key, asked in task["inputRequests"].items()}
                await send("tasks/update", inputResponses=answers)
            elif task["status"] != "working":
                return types.CallToolResult.model_validate(task["result"])
            await asyncio.sleep(handle.poll_interval_ms / 1000)

    async def answer(self, asked):
        assert asked["method"] == "elicitation/create", asked
        return await self.person.elicit(asked["params"])
