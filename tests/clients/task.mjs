// A task that TypeScript clients of the stateless era must complete.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { conversations, task } = JSON.parse(readFileSync(new URL('questions.json', import.meta.url)));
const expected = conversations.find(({ tool }) => tool === task);
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const TASKS = 'io.modelcontextprotocol/tasks';
const meta = { [CAPABILITIES]: { elicitation: { form: {} }, extensions: { [TASKS]: {} } } };

export async function completeTask({ sdk, client, transport, person }) {
    const send = (method, params) => sdk.send(client, method, { ...params, _meta: meta });
    const { taskId, status, pollIntervalMs } = await startTask(send, transport);
    const statuses = [status];
    person.asked = [];
    let task;
    do {
        task = await send('tasks/get', { taskId });
        if (task.status !== statuses.at(-1)) statuses.push(task.status);
        if (task.status === 'input_required') {
            const inputResponses = {};
            for (const [key, { method, params }] of Object.entries(task.inputRequests)) {
                assert.equal(method, 'elicitation/create');
                inputResponses[key] = await person.elicit(params);
            }
            await send('tasks/update', { taskId, inputResponses });
        }
        await sleep(pollIntervalMs);
    } while (['working', 'input_required'].includes(task.status));
    assert.deepEqual(person.asked, expected.asked);
    assert.equal(task.result.content[0].text, expected.said);
    assert.equal(statuses.at(-1), 'completed');
    assert.ok(statuses.includes('input_required'), statuses);
}

/**
 * Calls the tool, and returns the handle of its task. @modelcontextprotocol/client 2.x rejects every unknown `resultType`
 * (`decodeResult` of its codec for 2026-07-28), so the handle is read from the transport.
 */
async function startTask(send, transport) {
    const onmessage = transport.onmessage;
    let handle;
    transport.onmessage = (message, extra) => {
        if (message.result?.resultType === 'task') handle = message.result;
        onmessage(message, extra);
    };
    const call = send('tools/call', { name: expected.tool, arguments: {} });
    await assert.rejects(call, { code: 'UNSUPPORTED_RESULT_TYPE' });
    transport.onmessage = onmessage;
    return handle;
}
