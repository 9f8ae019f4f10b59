import { type KeyObject, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { assertKnownOptions, assertText, numberOption } from '@auth/core';

/** What a self-signed certificate says. */
export interface CertificateOptions {
  /** Subject and issuer, and the one `subjectAltName`: a host name or an IPv4 address. Default `localhost`. */
  readonly commonName?: string | undefined;
  /** In seconds since the epoch, from 1950 on; fractions are cut off. Default: the start of 2020. */
  readonly validFrom?: number | undefined;
  /** In seconds since the epoch, to the end of 2049; fractions are cut off. Default: then. */
  readonly validUntil?: number | undefined;
}

const OWNER = 'certificate';
// UTCTime has two digits for the year (RFC 5280 §4.1.2.5.1).
const UTC_TIME = { min: -631_152_000, max: 2_524_607_999 };

/**
 * A self-signed X.509 certificate (RFC 5280) of a key as PEM text. Throws a `TypeError` or `RangeError` that names an option
 * which makes no sense.
 */
export function selfSignedCertificate(
  publicKey: KeyObject,
  privateKey: KeyObject,
  options: CertificateOptions = {},
): string {
  assertKnownOptions(OWNER, options, ['commonName', 'validFrom', 'validUntil']);
  const { commonName = 'localhost' } = options;
  assertText(OWNER, 'commonName', commonName);
  const validFrom = numberOption(OWNER, 'validFrom', options.validFrom, 1_577_836_800, UTC_TIME);
  const validUntil = numberOption(OWNER, 'validUntil', options.validUntil, UTC_TIME.max, UTC_TIME);
  const algorithm = signatureAlgorithm(publicKey);
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName)))));
  const body = der(
    SEQUENCE,
    der(CONTEXT_0, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1)),
    algorithm,
    name,
    der(SEQUENCE, utcTime(validFrom), utcTime(validUntil)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(CONTEXT_3, der(SEQUENCE, alternativeName(commonName))),
  );
  const hash = publicKey.asymmetricKeyType === 'rsa' || publicKey.asymmetricKeyType === 'ec' ? 'sha256' : null;
  const signature = sign(hash, body, privateKey);
  const certificate = der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.of(0), signature));
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const [INTEGER, BIT_STRING, OCTET_STRING, UTF8_STRING, UTC_TIME_TAG] = [0x02, 0x03, 0x04, 0x0c, 0x17] as const;
const [SEQUENCE, SET, CONTEXT_0, CONTEXT_3] = [0x30, 0x31, 0xa0, 0xa3] as const;
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');

/** Object identifiers of signature algorithms, in DER, by node:crypto's name of the key type. */
const SIGNATURE_ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: '06092a864886f70d01010b0500',
  ec: '06082a8648ce3d040302',
  ed25519: '06032b6570',
  ed448: '06032b6571',
  'ml-dsa-44': '0609608648016503040311',
  'ml-dsa-65': '0609608648016503040312',
  'ml-dsa-87': '0609608648016503040313',
};

function signatureAlgorithm({ asymmetricKeyType: type = 'rsa' }: KeyObject): Buffer {
  const identifier = SIGNATURE_ALGORITHMS[type];
  if (identifier === undefined) throw new TypeError(`${OWNER}: there is none for a key of type ${type}`);
  return der(SEQUENCE, Buffer.from(identifier, 'hex'));
}

function alternativeName(host: string): Buffer {
  const name = isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
  return der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, der(SEQUENCE, name)));
}

function utcTime(seconds: number): Buffer {
  const digits = new Date(Math.floor(seconds) * 1000).toISOString().replaceAll(/\D/g, '');
  return der(UTC_TIME_TAG, Buffer.from(`${digits.slice(2, 14)}Z`));
}

/** A value of DER: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
