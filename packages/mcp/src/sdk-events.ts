import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { currentExchange } from './exchange.js';

/** A bus on which nobody hears of resources that do not exist for them: listening to one is like listening to a made-up one. */
export class DiscreetEventBus implements ServerEventBus {
  readonly #bus: ServerEventBus;

  constructor(bus: ServerEventBus) {
    this.#bus = bus;
  }

  publish(event: ServerEvent): void {
    this.#bus.publish(event);
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    // The SDK subscribes while it serves the exchange that asked for it.
    const silenced = currentExchange()?.silenced ?? new Set<string>();
    if (silenced.size === 0) return this.#bus.subscribe(listener);
    return this.#bus.subscribe((event) => {
      if (event.kind !== 'resource_updated' || !silenced.has(event.uri)) listener(event);
    });
  }
}
