/** Freezes JSON-like data and everything in it, where it stands. Its depth is bounded by core's `MAX_JSON_DEPTH`. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
