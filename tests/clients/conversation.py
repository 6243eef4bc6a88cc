"""What every Python client must be able to talk about: a server that asks its user, its model and itself."""

import json
from pathlib import Path

EXPECTED = json.loads(Path(__file__).with_name("conversation.json").read_text())


class Refusal(Exception):
    """What a client says that will not answer."""


class Person:
    """The user, the model and the roots of a client, and what they were asked. Questions and answers are the JSON of the wire."""

    def __init__(self):
        self.asked, self.completed = [], []

    async def open_page(self):
        """What the browser does with a page that the user agreed to open."""

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


class Conversation:
    """Checks, to be mixed into the others."""

    def unaskable(self):
        """Why this server cannot ask its clients, if it cannot."""
        if self.stateless:
            return None
        if not self.brief["remembers"]:
            return EXPECTED["unaskable"]["withoutSessions"]
        return None if self.notifies else EXPECTED["unaskable"]["withoutStreams"]

    async def converses(self):
        person, era = self.client.person, self.brief["era"]
        for talk in EXPECTED["talks"]:
            person.asked, person.completed, progress, logs = [], [], [], len(self.client.logs)
            level = "warning" if self.stateless else None
            result = await self.call(talk["tool"], talk.get("arguments"), progress=progress, level=level)
            if reason := self.unaskable():
                is_tool_error(result, reason)
                assert person.asked == [], person.asked
                continue
            if "fails" in talk:
                is_tool_error(result, talk["fails"])
            else:
                assert text(result) == talk["said"], result
            # Questions at a time come in any order.
            assert sorted(person.asked) == sorted(talk["asked"]), person.asked
            # The notice that a page is done with is of the session era.
            completed = [talk["completes"]] if "completes" in talk and not self.stateless else []
            assert person.completed == completed, person.completed

            def notified(kind):
                return talk[kind][era] if self.notifies and kind in talk else []

            assert progress == notified("progress"), progress
            assert self.client.logs[logs:] == notified("logs"), self.client.logs
        journal = text(await self.call("journal")).split("\n")
        assert journal.count(EXPECTED["once"]) == 1, journal

    async def works_on_a_task(self):
        if not self.stateless:
            # Before that era a call has nothing but a result, with which the same tool has answered above.
            return False
        [task] = [talk for talk in EXPECTED["talks"] if talk["tool"] == EXPECTED["task"]]
        statuses = []
        other = self.open(self.brief, self.brief["url"])
        other.statuses = statuses
        async with other.connected():
            result = await other.call(task["tool"], {})
        assert text(result) == task["said"], result
        assert other.person.asked == task["asked"], other.person.asked
        assert "input_required" in statuses and statuses[-1] == "completed", statuses

    async def tells_the_server_that_it_refuses(self):
        thinking = self.call("think", {"about": EXPECTED["refused"]})
        if not self.stateless:
            is_tool_error(await thinking, self.unaskable() or EXPECTED["refusal"])
            return
        # Where questions are rounds, an SDK that will not answer does not come back.
        try:
            result = await thinking
        except Exception as error:
            assert EXPECTED["refusal"] in str(error), error
        else:
            raise AssertionError(f"not refused: {result}")

    async def opens_a_page_first(self):
        async def open_page():
            await self.call("open-page")

        self.client.person.open_page = open_page
        if self.brief["remembers"] and not self.stateless:
            await self.refused(self.call("pay"), -32042)
            await open_page()
        elif self.unaskable():
            # Nobody knows what the client can do.
            is_tool_error(await self.call("pay"), "https://example.com/pay")
            await open_page()
        assert text(await self.call("pay")) == "paid"


def is_tool_error(result, reason):
    assert result["isError"] and reason in text(result), result


def text(result):
    return "\n".join(block["text"] for block in result["content"])
