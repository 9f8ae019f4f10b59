import { encodeSegment, forgeToken } from '@auth/testing';
import { caseKey, caseSigner } from './case-keys.js';

export type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fills in `$now±n`, `$absent`, `$tuple`, `$jwk` and `$private_jwk`. */
export function filled(value: unknown, now: number): unknown {
  if (typeof value === 'string') {
    const offset = /^\$now([+-][\d.]+)?$/.exec(value);
    return offset === null ? value : now + Number(offset[1] ?? 0);
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, now));
  if (!isRecord(value)) return value;
  if (Array.isArray(value.$tuple)) return filled(value.$tuple, now);
  const { $jwk, $private_jwk: $private, ...others } = value;
  const entries = Object.entries(others).flatMap(([name, item]) =>
    item === '$absent' ? [] : [[name, filled(item, now)] as const],
  );
  const base =
    typeof $jwk === 'string'
      ? caseKey($jwk).publicKeyObject.export({ format: 'jwk' })
      : typeof $private === 'string'
        ? caseKey($private).privateKeyObject.export({ format: 'jwk' })
        : {};
  return { ...base, ...Object.fromEntries(entries) };
}

/** The token that a case describes. */
export function caseToken(description: Json, now: number): string {
  const { raw, raw_header_json: rawHeaderJson, sign_with: signWith, mutate } = description;
  if (typeof raw === 'string') {
    return rawHeaderJson === undefined ? raw : raw.replace(/^h/, encodeSegment(rawHeaderJson as Json));
  }
  const given = description.header as Json | undefined;
  const { raw_header: rawHeader, raw_header_utf16: utf16, raw_payload: rawPayload } = description;
  const header =
    typeof utf16 === 'string'
      ? Buffer.from(`\ufeff${utf16}`, 'utf16le')
      : typeof rawHeader === 'string'
        ? rawHeader
        : given;
  const payload = typeof rawPayload === 'string' ? rawPayload : (filled(description.claims, now) as Json);
  const signed = description.unsigned === true ? {} : { signWith: caseSigner(String(signWith), given?.alg) };
  const token = forgeToken({ header, payload, ...signed });
  if (mutate === undefined) return token;
  if (mutate === "prefix ' '") return ` ${token}`;
  if (mutate === 'drop last 4 chars') return token.slice(0, -4);
  throw new Error(`no mutation called ${String(mutate)}`);
}
