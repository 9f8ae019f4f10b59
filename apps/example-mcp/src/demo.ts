import { demoRows } from './demo-rows.js';
import { heading, line, painter, passed } from './demo-table.js';
import { DemoWorld } from './demo-world.js';
import { portFrom } from './ports.js';

/** Plays every row and prints it as it comes. Resolves to whether all came out as expected. */
export async function runDemo(write: (text: string) => void, colour: boolean): Promise<boolean> {
  const paint = painter(colour);
  write('Starting an authorization server (oidc-provider) and protected MCP servers on free ports of 127.0.0.1 …\n\n');
  const world = await DemoWorld.start(portFrom('AUTHORIZATION_SERVER_PORT', 0));
  let good = 0;
  let bad = 0;
  try {
    write(`${heading(paint)}\n`);
    for await (const row of demoRows(world)) {
      if (passed(row)) good += 1;
      else bad += 1;
      write(`${line(row, paint)}\n`);
    }
  } finally {
    await world.close();
  }
  write(`\n${paint(bad === 0 ? 'green' : 'red', `${good} as expected, ${bad} not`)}\n`);
  return bad === 0;
}
