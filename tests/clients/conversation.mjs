// What every TypeScript client must be able to talk about: a server that asks its user, its model and itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const expected = JSON.parse(readFileSync(new URL('conversation.json', import.meta.url)));
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const texts = (result) => result.content.map((block) => block.text).join('\n');

/** The user, the model and the roots of a client, and what they were asked. */
export class Person {
    asked = [];
    completed = [];
    openPage = async () => {};

    async elicit({ mode, message, url, requestedSchema }) {
        if (mode === 'url') await this.openPage(url);
        else if (requestedSchema.properties.city) assert.deepEqual(requestedSchema, expected.form);
        return this.#answer(mode === 'url' ? `${message}: ${url}` : message, structuredClone(expected.user[message]));
    }

    createMessage({ systemPrompt, messages, tools, toolChoice }) {
        const [last] = [messages.at(-1).content].flat();
        const text = last.text ?? texts(last);
        if (text === expected.refused) throw new Error(expected.refusal);
        const prompt = systemPrompt ? `${systemPrompt} ${text}` : text;
        const content = expected.model[text];
        const answer = { role: 'assistant', model: 'oracle', content: tools ? [content] : content };
        answer.stopReason = content?.type === 'tool_use' ? 'toolUse' : 'endTurn';
        return this.#answer(tools ? `${prompt} (${tools[0].name}, ${toolChoice.mode})` : prompt, answer);
    }

    listRoots() {
        return this.#answer('roots', { roots: expected.roots });
    }

    #answer(question, answer) {
        this.asked.push(question);
        return answer;
    }
}

/** Whether all of `some` are in `all`, in that order. */
function isSubsequence(some, all) {
    const rest = [...all];
    return some.every((one) => rest.includes(one) && rest.splice(0, rest.indexOf(one) + 1));
}

/** Why this server cannot ask its clients, if it cannot. */
function unaskable({ era, remembers, notifies }) {
    if (era === 'stateless') return undefined;
    if (!remembers) return expected.unaskable.withoutSessions;
    return notifies ? undefined : expected.unaskable.withoutStreams;
}

function isToolError(result, reason) {
    assert.equal(result.isError, true);
    assert.ok(texts(result).includes(reason), texts(result));
}

export const checks = [
    async function converses({ brief, call, person, seen }) {
        for (const talk of expected.talks) {
            const heard = { progress: [], logs: seen.logs.length };
            const params = { name: talk.tool, arguments: talk.arguments ?? {} };
            if (brief.era === 'stateless') params._meta = { [LOG_LEVEL]: 'warning' };
            person.asked = [];
            person.completed = [];
            // The SDK itself reports its rounds as well, but knows no total.
            const onprogress = ({ progress, total }) => total === 3 && heard.progress.push(progress);
            const result = await call(params, { onprogress });
            if (unaskable(brief)) {
                isToolError(result, unaskable(brief));
                assert.deepEqual(person.asked, []);
                continue;
            }
            if (talk.fails) isToolError(result, talk.fails);
            else assert.equal(texts(result), talk.said);
            // Questions at a time come in any order.
            assert.deepEqual(person.asked.sort(), talk.asked.sort());
            // The notice that a page is done with is of the session era.
            assert.deepEqual(person.completed, brief.era === 'session' && talk.completes ? [talk.completes] : []);
            const notified = (kind) => (brief.notifies && talk[kind]?.[brief.era]) || [];
            // On a pipe both SDKs may read a report together with the result, or the question, behind it, and then drop the report.
            const reports = notified('progress');
            if (brief.command) assert.ok(isSubsequence(heard.progress, reports), heard.progress);
            else assert.deepEqual(heard.progress, reports);
            assert.deepEqual(seen.logs.slice(heard.logs).map((log) => log.level), notified('logs'));
        }
        const journal = texts(await call({ name: 'journal' })).split('\n');
        assert.equal(journal.filter((entry) => entry === expected.once).length, 1, journal);
    },

    async function tells_the_server_that_it_refuses({ brief, call }) {
        const thinking = call({ name: 'think', arguments: { about: expected.refused } });
        // Where questions are rounds, an SDK that will not answer does not come back.
        if (brief.era === 'stateless') await assert.rejects(thinking, (error) => error.message.includes(expected.refusal));
        else isToolError(await thinking, unaskable(brief) ?? expected.refusal);
    },

    async function opens_a_page_first({ brief, call, person }) {
        person.openPage = () => call({ name: 'open-page' });
        const pay = () => call({ name: 'pay' });
        if (brief.era === 'session' && brief.remembers) {
            await assert.rejects(pay(), ({ code, data }) => {
                return code === -32042 && data.elicitations[0].url === 'https://example.com/pay';
            });
            await person.openPage();
        } else if (unaskable(brief)) {
            // Nobody knows what the client can do.
            isToolError(await pay(), 'https://example.com/pay');
            await person.openPage();
        }
        assert.equal(texts(await pay()), 'paid');
    },
];
