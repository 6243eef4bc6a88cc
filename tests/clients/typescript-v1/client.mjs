// @modelcontextprotocol/sdk 1.x, which speaks the session era.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
    CallToolResultSchema,
    CreateMessageRequestSchema,
    ElicitationCompleteNotificationSchema,
    ElicitRequestSchema,
    ListRootsRequestSchema,
    LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

import { run } from '../checks.mjs';

await run({
    async open(brief, url, { sessionId, fetch, onLog, person }) {
        const capabilities = person && { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} };
        const client = new Client({ name: 'typescript-v1', version: '1' }, { capabilities });
        if (person) {
            client.setRequestHandler(ElicitRequestSchema, ({ params }) => person.elicit(params));
            client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => person.createMessage(params));
            client.setRequestHandler(ListRootsRequestSchema, () => person.listRoots());
            client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
                person.completed.push(params.elicitationId);
            });
        }
        if (onLog) client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => onLog(params));
        const transport = brief.command
            ? new StdioClientTransport({ command: brief.command })
            : new StreamableHTTPClientTransport(new URL(url), { sessionId, fetch });
        // The HTTP transport stores the version itself.
        if (brief.command) transport.setProtocolVersion = (version) => (transport.protocolVersion = version);
        await client.connect(transport);
        return { client, transport };
    },
    call: (client, params, options) => client.callTool(params, CallToolResultSchema, options),
    request: (client, params, options) => client.request({ method: 'tools/call', params }, CallToolResultSchema, options),
    resourceNotFound: -32002,
});
