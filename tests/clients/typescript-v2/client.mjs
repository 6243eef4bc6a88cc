// @modelcontextprotocol/client 2.x, which speaks both eras: `initialize` unless told to negotiate.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

import { run } from '../checks.mjs';

const anything = { '~standard': { version: 1, vendor: 'tests', validate: (value) => ({ value }) } };

await run({
    async open(brief, url, { sessionId, fetch, onLog, person }) {
        const capabilities = person && { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} };
        const versionNegotiation = { mode: brief.era === 'stateless' ? 'auto' : 'legacy' };
        const client = new Client({ name: 'typescript-v2', version: '2' }, { versionNegotiation, capabilities });
        if (person) {
            // Both eras share the handlers: requests of the server, and questions of
            // `input_required` results.
            client.setRequestHandler('elicitation/create', ({ params }) => person.elicit(params));
            client.setRequestHandler('sampling/createMessage', ({ params }) => person.createMessage(params));
            client.setRequestHandler('roots/list', () => person.listRoots());
            client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => {
                person.completed.push(params.elicitationId);
            });
        }
        if (onLog) client.setNotificationHandler('notifications/message', ({ params }) => onLog(params));
        const transport = brief.command
            ? new StdioClientTransport({ command: brief.command })
            : new StreamableHTTPClientTransport(new URL(url), { sessionId, fetch });
        await client.connect(transport);
        return { client, transport };
    },
    call: (client, params, options) => client.callTool(params, options),
    request: (client, params, options) => client.request({ method: 'tools/call', params }, options),
    send: (client, method, params) => client.request({ method, params }, anything),
    // In both eras: the SDK maps the older code to this one.
    resourceNotFound: -32602,
});
