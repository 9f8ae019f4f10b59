import { type KeyObject, sign } from 'node:crypto';

/** A value of DER. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const SHA256_RSA = Buffer.from('06092a864886f70d01010b', 'hex');
const ECDSA_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A self-signed X.509 certificate. Times are UTCTime texts such as `490101000000Z`. */
export function certificatePem(publicKey: KeyObject, privateKey: KeyObject, from: string, until: string): string {
  const isRsa = publicKey.asymmetricKeyType === 'rsa';
  const algorithm = isRsa ? der(0x30, SHA256_RSA, der(0x05)) : der(0x30, ECDSA_SHA256);
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from('test')))));
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const validity = der(0x30, der(0x17, Buffer.from(from)), der(0x17, Buffer.from(until)));
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const body = der(0x30, version, der(0x02, Buffer.from([1])), algorithm, name, validity, name, spki);
  const signature = sign('sha256', body, privateKey);
  const whole = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
