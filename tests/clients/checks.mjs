// Checks that every TypeScript client must pass. A client.mjs provides the differences between the
// SDKs:
//   open(brief, url, { sessionId, fetch, onLog, person })
//                                          connects, or starts `brief.command` if there is one, and
//                                          returns { client, transport }; the person answers questions
//   call(client, params, options)          calls a tool
//   request(client, params, options)       sends the same as a bare request, which takes resumption
//                                          tokens
//   send(client, method, params)           sends any request without a check of its result; stateless
//                                          era only
//   resourceNotFound                       error code of an unknown resource
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Person, checks as questions } from './questions.mjs';
import { completeTask } from './task.mjs';

const expected = JSON.parse(readFileSync(new URL('expectations.json', import.meta.url)));
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const texts = (result) => result.content.map((block) => block.text).join('\n');
const names = (items, key) => items.map((item) => item[key]).sort();

export async function run(sdk) {
    setTimeout(() => fail(new Error('the client did not finish in time')), 45_000).unref();
    const brief = JSON.parse(process.argv[2]);
    const passed = [];
    let check = 'connect';
    const fail = (error) => {
        console.error(`${check}: ${error.stack ?? error}`);
        process.exit(1);
    };
    try {
        const seen = { logs: [], progress: [] };
        const person = new Person();
        const { client, transport } = await sdk.open(brief, brief.url, { onLog: (log) => seen.logs.push(log), person });
        const place = { sdk, brief, client, transport, seen, person, call: (params, options) => sdk.call(client, params, options) };
        for (const one of checks) {
            check = one.name;
            if ((await one(place)) !== skipped) passed.push(one.name);
        }
        console.log(JSON.stringify({ passed, ...seen.facts, progress: seen.progress, logs: seen.logs.map((log) => log.level) }));
        process.exit(0);
    } catch (error) {
        fail(error);
    }
}

const skipped = Symbol('not applicable to this server');

const checks = [
    function connects({ brief, client, transport, seen }) {
        assert.equal(client.getServerVersion().name, expected.serverName);
        assert.ok(client.getServerCapabilities().tools);
        assert.equal(transport.sessionId !== undefined, brief.sessions);
        seen.facts = { version: client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion };
    },

    async function lists({ client }) {
        const { tools } = await client.listTools();
        assert.deepEqual(names(tools, 'name'), expected.tools);
        assert.deepEqual(names((await client.listResources()).resources, 'uri'), expected.resources);
        assert.deepEqual(names((await client.listResourceTemplates()).resourceTemplates, 'uriTemplate'), expected.templates);
        assert.deepEqual(names((await client.listPrompts()).prompts, 'name'), expected.prompts);
    },

    async function greets_with_progress({ brief, call, seen }) {
        const onprogress = ({ progress, total }) => seen.progress.push(progress) && assert.equal(total, 100);
        const result = await call({ name: 'hello-world', arguments: { name: 'joe' } }, { onprogress });
        assert.ok(texts(result).startsWith(expected.greeting) && texts(result).length > expected.greeting.length, texts(result));
        assert.deepEqual(seen.progress, brief.notifies ? expected.greetingProgress : []);
    },

    async function reads({ sdk, client }) {
        const text = async (uri) => (await client.readResource({ uri })).contents[0].text;
        assert.equal(await text(expected.resources[0]), expected.resourceText);
        assert.equal(await text(expected.userUri), expected.userText);
        await assert.rejects(text('mcp://nowhere'), { code: sdk.resourceNotFound });
    },

    async function prompts({ client }) {
        const { messages } = await client.getPrompt({ name: 'greet', arguments: { name: 'joe', language: 'Welsh' } });
        assert.deepEqual(messages, [{ role: 'user', content: { type: 'text', text: expected.promptText } }]);
        await assert.rejects(client.getPrompt({ name: 'greet', arguments: {} }), { code: -32602 });
    },

    async function rejects_invalid_arguments({ call }) {
        const result = await call({ name: 'hello-world', arguments: { [expected.invalidArgument]: 5 } });
        assert.equal(result.isError, true);
        assert.ok(texts(result).includes(expected.invalidArgument), texts(result));
    },

    async function reports_unknown_tool({ call }) {
        await assert.rejects(call({ name: 'no-such-tool', arguments: {} }), { code: -32602 });
    },

    async function shows_client_errors_only({ call }) {
        const shown = await call({ name: 'divide', arguments: { dividend: 1, divisor: 0 } });
        assert.deepEqual([shown.isError, texts(shown)], [true, expected.divisionError]);
        // The server may mask an error as a result or as a JSON-RPC error.
        const masked = await call({ name: 'break-down' }).then(texts, (error) => error.message);
        assert.ok(!masked.includes(expected.maskedSecret), masked);
    },

    async function validates_structured_output({ call }) {
        const result = await call({ name: 'forecast', arguments: { city: 'Oslo' } });
        assert.deepEqual(result.structuredContent, expected.forecast);
        assert.deepEqual(JSON.parse(texts(result)), expected.forecast);
        await assert.rejects(call({ name: 'lie-about-the-weather' }), /schema/);
    },

    async function receives_logs_of_requested_level({ brief, client, call, seen }) {
        const levels = async (level) => {
            const start = seen.logs.length;
            const params = { name: 'whisper' };
            if (level && brief.era === 'session') await client.setLoggingLevel(level);
            if (level && brief.era === 'stateless') params._meta = { [LOG_LEVEL]: level };
            await call(params);
            return seen.logs.slice(start).map((log) => log.level);
        };
        const expectedLevels = (whispers) => (brief.notifies ? whispers : []);
        assert.deepEqual(await levels(), expectedLevels(brief.era === 'session' ? expected.whispers.default : []));
        if (!brief.remembers) return;
        assert.deepEqual(await levels('debug'), expectedLevels(expected.whispers.all));
        assert.deepEqual(await levels('warning'), expectedLevels(expected.whispers.fromWarning));
    },

    ...questions,

    async function completes_a_task(place) {
        // In the session era the call of this tool is not a task. The questions above cover it.
        return place.brief.era === 'stateless' ? completeTask(place) : skipped;
    },

    async function cancels_a_call({ sdk, brief, client, transport, call }) {
        const aborter = new AbortController();
        let resumed = 0;
        const counting = (url, init) => {
            resumed += new Headers(init?.headers).has('last-event-id');
            return fetch(url, init);
        };
        // A client that starts its server would start another one.
        const other = brief.command ? { client, transport } : await sdk.open(brief, brief.url, { fetch: counting });
        let resolveStream;
        const streams = new Promise((resolve) => (resolveStream = resolve));
        const options = { signal: aborter.signal, onprogress: resolveStream };
        const waiting = sdk.call(other.client, { name: 'wait', arguments: { label: 'abort' } }, options);
        waiting.catch(() => {});
        if (brief.notifies) await streams;
        const noted = async (entry) => {
            while (!texts(await call({ name: 'journal' })).split('\n').includes(entry)) await sleep(20);
        };
        await noted('started abort');
        // Without a session a notification cannot cancel the call. The lost connection does.
        if (!brief.remembers) await other.client.close();
        else aborter.abort();
        await assert.rejects(waiting);
        await noted('cancelled abort');
        // A client that lost the stream resumes it once, and learns that the call is cancelled.
        await sleep(brief.sessions && brief.notifies ? 800 : 0);
        assert.ok(resumed <= 1, `the stream of a cancelled call was resumed ${resumed} times`);
        if (!brief.command) await close(other);
    },

    async function resumes_a_broken_stream({ sdk, brief }) {
        if (!brief.sessions || !brief.notifies) return skipped;
        const other = await sdk.open(brief, brief.fragileUrl, {});
        const steps = [];
        const counting = sdk.call(other.client, { name: 'count' }, { onprogress: ({ progress }) => steps.push(progress) });
        assert.equal(texts(await counting), expected.countResult);
        assert.deepEqual(steps, Array.from({ length: expected.countSteps }, (_, step) => step + 1));
        await close(other);
    },

    async function resumes_on_another_connection({ sdk, brief }) {
        if (!brief.sessions || !brief.notifies) return skipped;
        const first = await sdk.open(brief, brief.url, {});
        const token = await new Promise((onresumptiontoken) => {
            sdk.request(first.client, { name: 'count' }, { onresumptiontoken, onprogress: () => {} }).catch(() => {});
        });
        const { sessionId } = first.transport;
        await first.client.close();
        const second = await sdk.open(brief, brief.url, { sessionId });
        const result = await sdk.request(second.client, { name: 'count' }, { resumptionToken: token, onresumptiontoken: () => {} });
        assert.equal(texts(result), expected.countResult);
        await close(second);
    },

    async function ends_its_session({ brief, client, transport }) {
        const { sessionId } = transport;
        await close({ client, transport });
        if (!brief.sessions) return skipped;
        const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-session-id': sessionId };
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
        assert.equal((await fetch(brief.url, { method: 'POST', headers, body })).status, 404);
    },
];

async function close({ client, transport }) {
    if (transport.sessionId !== undefined) await transport.terminateSession();
    await client.close();
}
