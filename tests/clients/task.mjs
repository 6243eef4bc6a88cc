// A task, for TypeScript clients of the stateless era: a call that is answered with a handle.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { talks, task } = JSON.parse(readFileSync(new URL('conversation.json', import.meta.url)));
const expected = talks.find(({ tool }) => tool === task);
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const TASKS = 'io.modelcontextprotocol/tasks';
const able = { [CAPABILITIES]: { elicitation: { form: {} }, extensions: { [TASKS]: {} } } };

export async function workOnTask({ sdk, client, transport, person }) {
    const ask = (method, params) => sdk.ask(client, method, { ...params, _meta: able });
    const { taskId, status, pollIntervalMs } = await begin(ask, transport);
    const statuses = [status];
    person.asked = [];
    let task;
    do {
        task = await ask('tasks/get', { taskId });
        if (task.status !== statuses.at(-1)) statuses.push(task.status);
        if (task.status === 'input_required') {
            const inputResponses = {};
            for (const [key, { method, params }] of Object.entries(task.inputRequests)) {
                assert.equal(method, 'elicitation/create');
                inputResponses[key] = await person.elicit(params);
            }
            await ask('tasks/update', { taskId, inputResponses });
        }
        await sleep(pollIntervalMs);
    } while (['working', 'input_required'].includes(task.status));
    assert.deepEqual(person.asked, expected.asked);
    assert.equal(task.result.content[0].text, expected.said);
    assert.equal(statuses.at(-1), 'completed');
    assert.ok(statuses.includes('input_required'), statuses);
}

/**
 * The handle of the task that a call becomes. @modelcontextprotocol/client 2.x refuses every result whose `resultType` it does not
 * know, and nothing teaches it another (`decodeResult` of its codec for 2026-07-28), so the handle is read where its transport
 * hands it over. It takes all that follows.
 */
async function begin(ask, transport) {
    const hears = transport.onmessage;
    let handle;
    transport.onmessage = (message, extra) => {
        if (message.result?.resultType === 'task') handle = message.result;
        hears(message, extra);
    };
    const call = ask('tools/call', { name: expected.tool, arguments: {} });
    await assert.rejects(call, { code: 'UNSUPPORTED_RESULT_TYPE' });
    transport.onmessage = hears;
    return handle;
}
