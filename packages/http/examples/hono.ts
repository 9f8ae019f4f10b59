import { type AuthVariables, requireAuth } from '@auth/http/hono';
import { Hono } from 'hono';
import { gate, notes } from './notes.js';

export const app: Hono<{ Variables: AuthVariables }> = new Hono<{ Variables: AuthVariables }>();
app.get('/health', (context) => context.text('ok'));
app.use('/mcp', requireAuth(gate));
app.use('/.well-known/oauth-protected-resource/*', requireAuth(gate));
app.all('/mcp', (context) => notes.fetch(context.req.raw, { authInfo: context.var.authInfo }));
