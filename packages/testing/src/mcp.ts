export {
  type ConnectedMcpClient,
  type ConnectMcpClientOptions,
  connectMcpClient,
  REDIRECT_URI,
} from './mcp-client.js';
export { type ProtectedMcpServer, type ProtectedMcpServerOptions, startProtectedMcpServer } from './mcp-server.js';
