/**
 * The current time in seconds since the epoch (RFC 7519 NumericDate); fractions are allowed.
 * Every component that looks at the time takes one, so that tests never sleep.
 */
export type Clock = () => number;

/** The system's wall clock. */
export const systemClock: Clock = () => Date.now() / 1000;
