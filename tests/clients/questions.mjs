// Questions of the server that every TypeScript client must answer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const expected = JSON.parse(readFileSync(new URL('questions.json', import.meta.url)));
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const texts = (result) => result.content.map((block) => block.text).join('\n');

/** The user, the model and the roots of a client. Records the questions. */
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

/** Returns true if all of `some` are in `all`, in the same order. */
function isSubsequence(some, all) {
    const rest = [...all];
    return some.every((one) => rest.includes(one) && rest.splice(0, rest.indexOf(one) + 1));
}

/** Returns the reason for which the server cannot ask, if it cannot. */
function unsupported({ era, remembers, notifies }) {
    if (era === 'stateless') return undefined;
    if (!remembers) return expected.unsupported.withoutSessions;
    return notifies ? undefined : expected.unsupported.withoutStreams;
}

function isToolError(result, reason) {
    assert.equal(result.isError, true);
    assert.ok(texts(result).includes(reason), texts(result));
}

export const checks = [
    async function answers_questions({ brief, call, person, seen }) {
        for (const conversation of expected.conversations) {
            const received = { progress: [], logs: seen.logs.length };
            const params = { name: conversation.tool, arguments: conversation.arguments ?? {} };
            if (brief.era === 'stateless') params._meta = { [LOG_LEVEL]: 'warning' };
            person.asked = [];
            person.completed = [];
            // The SDK also reports its own retries, without a total.
            const onprogress = ({ progress, total }) => total === 3 && received.progress.push(progress);
            const result = await call(params, { onprogress });
            if (unsupported(brief)) {
                isToolError(result, unsupported(brief));
                assert.deepEqual(person.asked, []);
                continue;
            }
            if (conversation.fails) isToolError(result, conversation.fails);
            else assert.equal(texts(result), conversation.said);
            // Concurrent questions arrive in any order.
            assert.deepEqual(person.asked.sort(), conversation.asked.sort());
            // Only the session era has notifications of completed elicitations.
            assert.deepEqual(person.completed, brief.era === 'session' && conversation.completes ? [conversation.completes] : []);
            const notified = (kind) => (brief.notifies && conversation[kind]?.[brief.era]) || [];
            // On stdio both SDKs may read progress together with the next message, and then drop it.
            const reports = notified('progress');
            if (brief.command) assert.ok(isSubsequence(received.progress, reports), received.progress);
            else assert.deepEqual(received.progress, reports);
            assert.deepEqual(seen.logs.slice(received.logs).map((log) => log.level), notified('logs'));
        }
        const journal = texts(await call({ name: 'journal' })).split('\n');
        assert.equal(journal.filter((entry) => entry === expected.once).length, 1, journal);
    },

    async function reports_refused_question({ brief, call }) {
        const thinking = call({ name: 'think', arguments: { about: expected.refused } });
        // In the stateless era an SDK that refuses a question does not retry the call.
        if (brief.era === 'stateless') await assert.rejects(thinking, (error) => error.message.includes(expected.refusal));
        else isToolError(await thinking, unsupported(brief) ?? expected.refusal);
    },

    async function opens_a_page_first({ brief, call, person }) {
        person.openPage = () => call({ name: 'open-page' });
        const pay = () => call({ name: 'pay' });
        if (brief.era === 'session' && brief.remembers) {
            await assert.rejects(pay(), ({ code, data }) => {
                return code === -32042 && data.elicitations[0].url === 'https://example.com/pay';
            });
            await person.openPage();
        } else if (unsupported(brief)) {
            // The server does not know the capabilities of the client.
            isToolError(await pay(), 'https://example.com/pay');
            await person.openPage();
        }
        assert.equal(texts(await pay()), 'paid');
    },
];
