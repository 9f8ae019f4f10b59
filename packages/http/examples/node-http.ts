import { createServer, type Server } from 'node:http';
import { requireAuth } from '@auth/http/node';
import { gate, handleNode } from './notes.js';

const authenticate = requireAuth(gate);

export const server: Server = createServer((request, response) => {
  void authenticate(request, response, () => void handleNode(request, response));
});
