"""Questions of the server that every Python client must answer."""

import json
from pathlib import Path

EXPECTED = json.loads(Path(__file__).with_name("questions.json").read_text())


class Refusal(Exception):
    """Refusal of a question."""


class Person:
    """The user, the model and the roots of a client. Records the questions.

    Questions and answers are the JSON of the wire.
    """

    def __init__(self):
        self.asked, self.completed = [], []

    async def open_page(self):
        """Opens the page that the user agreed to open, as a browser would."""

    async def elicit(self, params):
        message = params["message"]
        if params.get("mode") == "url":
            await self.open_page()
            self.asked.append(f"{message}: {params['url']}")
        else:
            form = params["requestedSchema"]
            assert "city" not in form["properties"] or form == EXPECTED["form"], form
            self.asked.append(message)
        return EXPECTED["user"][message]

    async def create_message(self, params):
        content = params["messages"][-1]["content"]
        last = content[0] if isinstance(content, list) else content
        said = last["text"] if last["type"] == "text" else text(last)
        if said == EXPECTED["refused"]:
            raise Refusal(EXPECTED["refusal"])
        prompt, tools, answer = f"{params.get('systemPrompt', '')} {said}".strip(), params.get("tools"), EXPECTED["model"][said]
        self.asked.append(f"{prompt} ({tools[0]['name']}, {params['toolChoice']['mode']})" if tools else prompt)
        stop_reason = "toolUse" if answer["type"] == "tool_use" else "endTurn"
        return {"role": "assistant", "model": "oracle", "content": [answer] if tools else answer, "stopReason": stop_reason}

    async def list_roots(self):
        self.asked.append("roots")
        return {"roots": EXPECTED["roots"]}


class Questions:
    """Checks of questions, as a mixin of all checks."""

    def unsupported(self):
        """Returns the reason for which the server cannot ask, if it cannot."""
        if self.stateless:
            return None
        if not self.brief["remembers"]:
            return EXPECTED["unsupported"]["withoutSessions"]
        return None if self.notifies else EXPECTED["unsupported"]["withoutStreams"]

    async def answers_questions(self):
        person, era = self.client.person, self.brief["era"]
        for conversation in EXPECTED["conversations"]:
            person.asked, person.completed, progress, logs = [], [], [], len(self.client.logs)
            level = "warning" if self.stateless else None
            result = await self.call(conversation["tool"], conversation.get("arguments"), progress=progress, level=level)
            if reason := self.unsupported():
                is_tool_error(result, reason)
                assert person.asked == [], person.asked
                continue
            if "fails" in conversation:
                is_tool_error(result, conversation["fails"])
            else:
                assert text(result) == conversation["said"], result
            # Concurrent questions arrive in any order.
            assert sorted(person.asked) == sorted(conversation["asked"]), person.asked
            # Only the session era has notifications of completed elicitations.
            completed = [conversation["completes"]] if "completes" in conversation and not self.stateless else []
            assert person.completed == completed, person.completed

            def notified(kind):
                return conversation[kind][era] if self.notifies and kind in conversation else []

            assert progress == notified("progress"), progress
            assert self.client.logs[logs:] == notified("logs"), self.client.logs
        journal = text(await self.call("journal")).split("\n")
        assert journal.count(EXPECTED["once"]) == 1, journal

    async def completes_a_task(self):
        if not self.stateless:
            # In the session era the call of this tool is not a task. The questions above cover it.
            return False
        [task] = [conversation for conversation in EXPECTED["conversations"] if conversation["tool"] == EXPECTED["task"]]
        statuses = []
        other = self.open(self.brief, self.brief["url"])
        other.statuses = statuses
        async with other.connected():
            result = await other.call(task["tool"], {})
        assert text(result) == task["said"], result
        assert other.person.asked == task["asked"], other.person.asked
        assert "input_required" in statuses and statuses[-1] == "completed", statuses

    async def reports_refused_question(self):
        thinking = self.call("think", {"about": EXPECTED["refused"]})
        if not self.stateless:
            is_tool_error(await thinking, self.unsupported() or EXPECTED["refusal"])
            return
        # In the stateless era an SDK that refuses a question does not retry the call.
        try:
            result = await thinking
        except Exception as error:
            assert EXPECTED["refusal"] in str(error), error
        else:
            raise AssertionError(f"no error: {result}")

    async def opens_a_page_first(self):
        async def open_page():
            await self.call("open-page")

        self.client.person.open_page = open_page
        if self.brief["remembers"] and not self.stateless:
            await self.fails_with(self.call("pay"), -32042)
            await open_page()
        elif self.unsupported():
            # The server does not know the capabilities of the client.
            is_tool_error(await self.call("pay"), "https://example.com/pay")
            await open_page()
        assert text(await self.call("pay")) == "paid"


def is_tool_error(result, reason):
    assert result["isError"] and reason in text(result), result


def text(result):
    return "\n".join(block["text"] for block in result["content"])
