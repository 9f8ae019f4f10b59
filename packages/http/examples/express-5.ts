import { requireAuth } from '@auth/http/node';
import express, { type Express } from 'express';
import { gate, handleNode } from './notes.js';

export const app: Express = express();
app.get('/health', (_request, response) => void response.send('ok'));
app.use(['/mcp', '/.well-known/oauth-protected-resource'], requireAuth(gate));
app.all('/mcp', (request, response) => void handleNode(request, response));
